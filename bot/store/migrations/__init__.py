"""Alembic's revisions, newest last."""
