"""Background work: jobs by Celery, entered through the outbox."""
