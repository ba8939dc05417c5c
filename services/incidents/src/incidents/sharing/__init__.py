"""Who of a client's organisation reads an incident, beside its administrators."""
