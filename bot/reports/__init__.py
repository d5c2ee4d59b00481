"""Reports: the figures for those who want to look closer, as pages, files and an API."""
