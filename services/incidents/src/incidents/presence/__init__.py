"""Who of SQP is at which incident right now."""
