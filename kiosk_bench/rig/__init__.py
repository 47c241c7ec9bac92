"""A real kiosk on a desk, driven by the same stories as the simulated one; see docs/rig.md."""
