"""The least code that does the same job on the same engine."""
