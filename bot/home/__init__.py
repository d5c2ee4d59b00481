"""The App Home: each person's own page, put together from the capabilities below it."""
