"""Views of the queue that SQP's people save under a name."""
