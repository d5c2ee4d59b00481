"""What people do with leads: one by one, as lists that they drop, and as lists to call."""
