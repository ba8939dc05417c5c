"""The edge of a service: routes, units of work, errors, pages."""
