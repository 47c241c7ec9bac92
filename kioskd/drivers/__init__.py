"""Contract, protocol and transport put together: one device a file, in the words of the field."""
