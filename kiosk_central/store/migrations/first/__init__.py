"""What revision 0001 makes, by area: the centre's tables when migrations began."""
