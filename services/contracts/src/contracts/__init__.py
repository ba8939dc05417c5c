"""Contracts, articles, extension offers, extensions and coverage."""
