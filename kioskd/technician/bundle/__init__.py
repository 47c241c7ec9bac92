"""``kioskd bundle``: one file with all that somebody far away needs to understand a kiosk.

Nothing of a citizen is in it: whatever is taken from a log or a kernel passes a list of what may
be there, not a list of what may not.
"""
