"""Declarations under way, kept for their users."""
