"""Exchanges of hardware: lines, parcels, returns, and SQP's settings of them. See docs/decisions/0027."""
