"""Requests and answers of the identity service, by noun."""
