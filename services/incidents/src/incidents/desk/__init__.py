"""The desk: the queue that SQP's people work from, its next actions, and who has which incident."""
