"""Work on many incidents at once, one after the other, each as if it were done alone."""
