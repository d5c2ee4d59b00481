"""Digests: the metrics, each defined once, and the week summed up for those who decide."""
