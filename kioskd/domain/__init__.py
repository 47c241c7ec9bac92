"""The nouns of the field: frozen values, no I/O, no clock, no library beyond the standard one."""
