"""Leads: received once, claimed by one, worked, rated and closed."""
