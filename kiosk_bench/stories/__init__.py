"""Stories as data: what a story is, how its file is read, and the files of the bench."""
