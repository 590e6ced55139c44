"""Vendors played for tests and trials."""
