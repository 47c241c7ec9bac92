"""What does a real device support? Asked by its own protocol, answered with its own bytes."""
