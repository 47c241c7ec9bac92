"""Devices simulated behind their real wires."""
