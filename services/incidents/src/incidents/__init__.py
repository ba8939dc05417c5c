"""Incidents, their states and their two message threads."""
