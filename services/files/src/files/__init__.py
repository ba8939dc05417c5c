"""Attachments up to 20 MB in S3-compatible storage."""
