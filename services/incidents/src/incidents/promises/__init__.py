"""The promise of dispatch on the next working day (J+1): its rule, its settings, and what an incident keeps of it."""
