"""What a technician does at the kiosk: she is let in, tries each part, prints the sheet."""
