"""Figures of dashboards, and lists narrowed to what a figure counts."""
