"""Second factors: what a person has beside the password, and a log-in that waits for it (docs/decisions/0044)."""
