"""The embedded stack: every service in one process, with demonstration data. For development, refused in production."""
