"""The office: read, decide, write."""
