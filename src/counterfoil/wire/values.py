"""One arriving value at a time: text, whole number, decimal, moment.

Numbers may arrive as JSON numbers or as text; booleans are never numbers or text. Text of no length is not given, and
so is blank text where it is trimmed. Each function returns None for "not given" and raises Wrong for what it refuses.
"""

import re
from decimal import Decimal
from typing import Literal

from counterfoil.wire.moment import Moment, parse_moment

INT32_MAX = 2**31 - 1

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DIGITS = re.compile(r"[0-9]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Bounds the work on an absurd exponent; every limit of the book lies far inside.
_FARTHEST_DIGIT = 30
_SHOWN = 60
_NUMBERS = (int, Decimal)


class Wrong(ValueError):
    """A value that cannot be taken.

    code: not_text, too_long, control_character, not_a_number, not_whole, too_many_places, out_of_range, not_a_date
    """

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.code = code
        self.say = say


def text(
    value: object,
    *,
    max_length: int | None = None,
    trim: bool = True,
    empty: bool = False,
    numbers: Literal["any", "whole"] = "any",
    any_character: bool = False,
) -> str | None:
    """Text, or a number as its text.

    max_length:    in characters; longer is wrong, never cut
    empty:         text of no length is a value
    numbers:       "whole" takes integers only
    any_character: let NUL, other control characters and lone surrogates pass; see `storable`
    """
    if value is None:
        return None
    written = value if isinstance(value, str) else _number_as_text(value, numbers)
    if trim:
        written = written.strip()
    if not written:
        return written if empty else None
    if max_length is not None and len(written) > max_length:
        raise Wrong("too_long", f"{len(written)} characters, at most {max_length} are allowed")
    if not any_character and not storable(written):
        raise Wrong("control_character", f"{show(written)} holds a control character")
    return written


def _number_as_text(value: object, numbers: Literal["any", "whole"]) -> str:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise Wrong("not_text", f"{kind(value)} is not text")
    if isinstance(value, int):
        return str(value)
    if numbers == "whole" or not _short(value):
        raise Wrong("not_text", f"{show(value)} is not text")
    return format(value, "f")


def whole(value: object, *, low: int = -INT32_MAX - 1, high: int = INT32_MAX, digits_only: bool = False) -> int | None:
    """A whole number: 18220, "18220", 18220.0.

    low, high:   inclusive
    digits_only: text may hold ASCII digits and nothing else
    """
    number = _number(value, _DIGITS if digits_only else _NUMBER)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise Wrong("not_whole", f"{show(value)} is not a whole number")
    if not low <= number <= high:
        raise Wrong("out_of_range", f"{show(value)} is not between {low} and {high}")
    return int(number)


def decimal(value: object, *, places: int | None, below: int = 10**13) -> Decimal | None:
    """A number without exponent or trailing zeros.

    places: digits after the point; more is wrong, None allows any number
    below:  what its absolute value must stay under
    """
    number = _number(value, _NUMBER)
    if number is None:
        return None
    if number.copy_abs() >= below:
        raise Wrong("out_of_range", f"{show(value)} is not below {below}")
    if places is not None:
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            raise Wrong("too_many_places", f"{show(value)} has more than {places} decimals")
    return number


def moment(value: object) -> Moment | None:
    """A date or date-time, as `parse_moment` takes them."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = parse_moment(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Wrong("not_a_date", f"{show(value)} is not a date of the form YYYY-MM-DD")
    return found


def storable(written: str) -> bool:
    """Whether text can be kept: no control characters except tab and line ends, no lone surrogates."""
    return _CONTROL.search(written) is None


def kind(value: object) -> str:
    """What a decoded JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "text"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return "a number"


def show(value: object) -> str:
    """A value as a message may hold it: short and printable, text in quotes."""
    if isinstance(value, str):
        shown = f"'{value}'" if value.isprintable() else ascii(value)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        shown = str(value)
    else:
        shown = kind(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def _number(value: object, pattern: re.Pattern[str]) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, str):
        written = value.strip()
        if not written:
            return None
        if not pattern.fullmatch(written):
            raise Wrong("not_a_number", f"{show(value)} is not a number")
    elif isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise Wrong("not_a_number", f"{kind(value)} is not a number")
    elif not value:
        return Decimal(0)
    elif not _short(number := Decimal(value)):
        raise Wrong("out_of_range", f"{show(value)} is out of range")
    else:
        written = format(number, "f")
    number = Decimal(written.rstrip("0").rstrip(".") if "." in written else written)
    if number and not _short(number):
        raise Wrong("out_of_range", f"{show(value)} is out of range")
    return number or Decimal(0)


def _short(number: Decimal) -> bool:
    """Whether it can be written out; a zero too may have an exponent of gigabytes."""
    return number.is_finite() and abs(number.adjusted()) <= _FARTHEST_DIGIT
