"""Measurements that anyone can repeat: medians and ratios of alternate runs within one go."""
