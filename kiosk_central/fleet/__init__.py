"""The fleet: how kiosks are, their faults, what operators ask of them, and rolling out changes."""
