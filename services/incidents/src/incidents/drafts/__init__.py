"""Declarations and messages under way, kept for their users."""
