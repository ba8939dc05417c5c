"""Renewals: what ends when, and what a reseller makes of it. See docs/decisions/0023."""
