"""One campaign's results: its figures beside its own targets and those of its kind."""
