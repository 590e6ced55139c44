"""How fast Counterfoil is, beside the least code that could do the same."""
