"""What the visitor sees. The only home of pygame."""
