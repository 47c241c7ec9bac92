"""A province on one machine: every part of ``docs/centre.md``, run and then broken on purpose."""
