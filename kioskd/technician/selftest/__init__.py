"""The self-test from the command line: the same parts and deeds as on the screen, without it."""
