"""One self-hosted invoice back office over one double-entry book."""
