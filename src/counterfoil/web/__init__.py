"""The HTTP server: finds the door, the caller and the handler, and carries the answer back."""
