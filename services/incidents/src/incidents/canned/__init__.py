"""Canned answers of SQP: texts with fixed names that are filled from an incident (decision 35)."""
