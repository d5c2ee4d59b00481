"""Files on a schedule: a sheet into a channel, each week or month, as its members may see it."""
