"""The edge: reverse proxy, browser sessions, the portal."""
