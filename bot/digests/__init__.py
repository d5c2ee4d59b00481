"""Digests: the week summed up for those who decide."""
