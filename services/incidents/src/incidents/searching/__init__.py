"""What is written on incidents, and the names of files, kept to be searched."""
