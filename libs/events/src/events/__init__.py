"""The published language: every event, as a model with samples."""
