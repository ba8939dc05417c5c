"""Objects in S3 or in a folder, behind one interface."""
