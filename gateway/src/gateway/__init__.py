"""The one entrance: the API by token to its services, everything else to the portal."""
