"""TRAEDE's export contract played by a real HTTP server, with its quirks and as many faults as are asked for."""

from counterfoil.doubles.traede.documents import KINDS, Made, Recipe, make
from counterfoil.doubles.traede.faults import ALL_FAULTS, Fault, Faults, read_faults
from counterfoil.doubles.traede.server import Double
from counterfoil.doubles.traede.world import World

__all__ = ["ALL_FAULTS", "KINDS", "Double", "Fault", "Faults", "Made", "Recipe", "World", "make", "read_faults"]
