"""How leads look in Slack: state in, blocks out; and the action ids of their buttons."""
