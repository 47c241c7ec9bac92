"""Updates: a signed bundle into the other slot, a trial of it, and keeping or leaving it.

``bundle_source`` brings bytes, ``install`` writes and reads back, ``slots`` is what the firmware
looks at, ``state`` outlasts the power, ``trial`` judges, ``service`` is the whole story. None of it
runs inside the kiosk's program; ``kiosk_side`` is what that program tells and shows.
"""
