"""The technician at the kiosk: who is let in, the self-test as a command, the acceptance sheet."""
