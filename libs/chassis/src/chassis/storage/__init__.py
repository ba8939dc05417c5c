"""Objects: bytes under a key, in an S3-compatible store or in a folder, behind one interface."""
