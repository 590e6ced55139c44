"""What bodies name by code, and the ids that the book knows it by; every name that is none is told at once."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.core.errors import Problem, Refused
from counterfoil.core.party import Customer
from counterfoil.core.stock import Item
from counterfoil.services.showing import View


class Names:
    """Looks names up, and remembers which were none."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.problems: list[Problem] = []

    def check(self) -> None:
        """Refuse a call that named what is not there."""
        if self.problems:
            raise Refused(self.problems)

    def wrong(self, code: str, where: str, say: str) -> None:
        """Note something else that is wrong with a call."""
        self.problems.append(Problem(code, where, say))

    def _none(self, what: str, name: str, where: str) -> None:
        self.wrong(f"{what.replace(' ', '_')}_not_found", where, f"there is no {what} {name!r}")

    def customer(self, code: str | None, where: str = "customer") -> Customer | None:
        """A customer of a code."""
        if code is None:
            return None
        found = self._view.parties.customer_by_code(code)
        if found is None:
            self._none("customer", code, where)
        return found

    def item(self, sku: str | None, where: str = "sku") -> Item | None:
        """An item of a stock-keeping code."""
        if sku is None:
            return None
        found = self._view.items.by_sku(sku)
        if found is None:
            self._none("item", sku, where)
        return found

    def tender(self, code: str, where: str = "tender") -> None:
        """A way of paying."""
        if code not in self._view.reference.tender_types:
            self.wrong("tender_type_unknown", where, f"there is no tender type {code!r}")

    def terms(self, code: str | None, where: str = "terms") -> int | None:
        """The id of payment terms."""
        if code is None:
            return None
        for terms in self._view.reference.terms.values():
            if terms.code == code:
                return terms.id
        self._none("terms", code, where)
        return None

    def tax_codes(self, codes: Iterable[str], where: str) -> list[int]:
        """The ids of tax codes, in the order given."""
        known = {code.code: code.id for code in self._view.reference.tax_codes.values()}
        found = []
        for number, code in enumerate(codes):
            if code in known:
                found.append(known[code])
            else:
                self._none("tax code", code, f"{where}.{number}")
        return found

    def tax_code(self, code: str | None, where: str) -> int | None:
        """The id of a tax code."""
        if code is None:
            return None
        for known in self._view.reference.tax_codes.values():
            if known.code == code:
                return known.id
        self._none("tax code", code, where)
        return None

    def supplier(self, code: str, where: str = "supplier") -> int:
        """The id of a supplier's code; 0 where it is none."""
        found = self._view.parties.supplier_by_code(code)
        if found is None:
            self._none("supplier", code, where)
        return found.id if found else 0

    def unit(self, code: str | None, where: str = "unit") -> int | None:
        """The id of one of our own units."""
        if code is None:
            return None
        for unit in self._view.reference.units.values():
            if unit.code == code:
                return unit.id
        self._none("unit", code, where)
        return None

    def account(self, code: str, where: str = "account") -> int | None:
        """The id of an account."""
        for account in self._view.reference.accounts.values():
            if account.code == code:
                return account.id
        self._none("account", code, where)
        return None


def terms_code(view: View, terms_id: int | None) -> str | None:
    """The code of payment terms."""
    known = view.reference.terms.get(terms_id) if terms_id is not None else None
    return known.code if known else None


def tax_code_name(view: View, number: int | None) -> str | None:
    """The code of a tax."""
    known = view.reference.tax_codes.get(number) if number is not None else None
    return known.code if known else None


def tax_code_names(view: View, ids: Iterable[int]) -> list[str]:
    """The codes of taxes, sorted."""
    known = view.reference.tax_codes
    return sorted(known[number].code for number in ids if number in known)
