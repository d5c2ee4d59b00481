"""A local stand-in of Slack, strict as Slack is, with a page in the browser to look at it."""
