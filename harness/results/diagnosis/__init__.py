"""What is known about a failing cell, what its controls say, and which signatures of the catalogue match that."""
