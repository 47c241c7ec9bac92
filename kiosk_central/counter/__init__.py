"""The counter of an outlet: what a clerk does for people, and the telephone menu."""
