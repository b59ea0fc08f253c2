"""Plays scenarios with their own calls, in process or against a server, and says how it went."""
