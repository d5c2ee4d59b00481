"""Planning together: what customers ask for, what marketing proposes, and whether sales agrees."""
