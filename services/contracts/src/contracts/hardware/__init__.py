"""Which unit a registered product is by now, as incidents' exchanges tell."""
