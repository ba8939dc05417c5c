"""Two incidents become one: see docs/decisions/0039-merged-incidents.md."""
