"""In-app feed, live stream and e-mail."""
