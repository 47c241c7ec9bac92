"""The kiosk's own disk image on an emulated machine, with the bench's devices at its sockets.

Nothing in the image is changed for it: what differs is the kernel's command line, and the site's
file on the boot partition, which a technician would write.
"""
