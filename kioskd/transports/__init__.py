"""Bytes in and out of the machine; the homes of pyserial and pyscard."""
