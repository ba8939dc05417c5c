"""The published language of requests and answers, one module or package per service."""
