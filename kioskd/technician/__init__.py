"""What a technician needs on the spot: who is let in, how the kiosk is, and proof of it."""
