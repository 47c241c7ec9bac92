"""Real devices recorded on their way to the kiosk, masked, and played back."""
