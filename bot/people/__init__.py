"""People: who is who in a workspace, what each may do, and in which team and time zone."""
