"""What a technician needs on the spot: how the kiosk is, and proof of it."""
