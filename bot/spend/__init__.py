"""Spend: what campaigns cost, by day and line, and what is left of a deal's amount."""
