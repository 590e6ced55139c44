"""One self-hosted invoice back office over one double-entry book."""

import decimal
import gc

# Set before any thread starts, so that every thread inherits it: no float may slip into an amount, and a product of
# a quantity and a price (18 digits before the point, 12 behind) is never rounded by the context.
for _context in (decimal.DefaultContext, decimal.getcontext()):
    _context.traps[decimal.FloatOperation] = True
    _context.prec = 60

# Nearly all that is made while the program is imported stays; at Python's own pace the garbage collector goes through
# it so often that starting takes a seventh longer.
gc.set_threshold(50_000, *gc.get_threshold()[1:])
