"""What can go wrong on the way, and when: a plan that is the same for the same seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from counterfoil.core.errors import Invalid, Problem


class Fault(StrEnum):
    """One thing that goes wrong with one call.

    ERROR_AFTER, SILENT_AFTER: the call has its effect, and its answer is a 500 or none
    SHIFT:                     a document of the list is marked by somebody else before the next page
    LOST_MARK:                 a mark is confirmed and forgotten
    """

    THROTTLE_SECONDS = "throttle_seconds"
    THROTTLE_DATE = "throttle_date"
    ERROR = "error"
    ERROR_AFTER = "error_after"
    SILENT = "silent"
    SILENT_AFTER = "silent_after"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    UNAUTHORISED = "unauthorised"
    DUPLICATE = "duplicate"
    SHIFT = "shift"
    LOST_MARK = "lost_mark"


ALL_FAULTS: Mapping[Fault, float] = dict.fromkeys(Fault, 0.02) | {Fault.UNAUTHORISED: 0.003, Fault.SHIFT: 0.1}


@dataclass(slots=True)
class Faults:
    """Which fault each call meets.

    rates:       fault -> how likely a call meets it
    ignore_page: every page is the first one
    refuse:      "reference" or "guide": the shape of an accounting entry's mark that is not taken; ignored = it is
                 confirmed without effect instead of refused
    skew:        seconds by which the server's clock is ahead
    """

    seed: int = 1
    rates: Mapping[Fault, float] = field(default_factory=dict)
    ignore_page: bool = False
    refuse: str = ""
    ignored: bool = False
    skew: int = 0
    met: dict[Fault, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chance: random.Random | None = None

    def next(self) -> Fault | None:
        """The fault of the next call, None for none."""
        with self._lock:
            if self._chance is None:
                self._chance = random.Random(self.seed)  # noqa: S311 - the same on every run
            drawn = self._chance.random()
            for fault, rate in self.rates.items():
                if drawn < rate:
                    self.met[fault] = self.met.get(fault, 0) + 1
                    return fault
                drawn -= rate
        return None


def read_faults(text: str) -> dict[Fault, float]:
    """Rates from text: `all`, or `error=0.1,truncated` (0.05 unless said)."""
    if text == "all":
        return dict(ALL_FAULTS)
    rates: dict[Fault, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, rate = part.partition("=")
        try:
            rates[Fault(name)] = float(rate or "0.05")
        except ValueError as error:
            raise Invalid(Problem("fault_unknown", "faults", f"there is no fault {part!r}")) from error
    return rates
