"""Documents on paper: what is printed (``sheet``), how it looks (``layout``), and the process that draws it."""
