"""Messages that their author may still take back: no messages yet (decision 32)."""
