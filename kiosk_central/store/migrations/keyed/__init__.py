"""The tables whose keys begin with the kiosk, as revision 0011 makes them."""
