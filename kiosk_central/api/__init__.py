"""The HTTP side: one function a route, no rules of its own."""
