"""Tells a session, from a journal or a HAR file, again as a scenario."""
