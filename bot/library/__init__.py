"""The library: what was said of campaigns, and what came of it, found as one types."""
