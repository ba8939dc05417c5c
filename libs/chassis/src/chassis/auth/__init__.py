"""Who calls, and what a route demands."""
