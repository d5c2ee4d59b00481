"""Standups: asked at their time, answered in a form, read by the other side."""
