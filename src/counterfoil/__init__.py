"""One self-hosted invoice back office over one double-entry book."""

import decimal

# Set before any thread starts, so that every thread inherits it: no float may slip into an amount, and a product of
# a quantity and a price (18 digits before the point, 12 behind) is never rounded by the context.
for _context in (decimal.DefaultContext, decimal.getcontext()):
    _context.traps[decimal.FloatOperation] = True
    _context.prec = 60
