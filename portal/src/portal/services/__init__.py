"""What the portal asks of each service: one function per question, with the request and the answer of ``libs/api``.

Each raises ServiceUnavailable or ApiRefused.
"""
