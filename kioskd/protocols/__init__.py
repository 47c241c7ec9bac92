"""Wire protocols without I/O or clock: bytes and `now` in; bytes, events and deadlines out."""
