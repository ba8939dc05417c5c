"""The order of work when incidents change."""
