"""One line of time of the whole world: who did, showed, carried and wrote what, and when."""
