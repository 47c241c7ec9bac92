"""Scripted visits: what a citizen does, what goes wrong, and how it must end."""
