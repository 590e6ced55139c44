"""The book's documents in System Five's words, to be sent to one; pure.

source: System Five contract, section 10
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from counterfoil.contracts.systemfive.connections import Connection
from counterfoil.core.document import Document, Kind, Line, LineKind
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.money import Money
from counterfoil.core.party import Address
from counterfoil.core.ports import Outgoing, Prepared
from counterfoil.wire.codec import plain

_LETTERS = {Kind.SALES_INVOICE: "A", Kind.CREDIT_NOTE: "A", Kind.CASH_SALE: "C"}
#: Prices and quantities have at most four decimals there.
_FINEST = Decimal("0.0001")
_LONGEST = {"ReferenceNo": 64, "Description": 4000, "InvoiceComment": 4000}


@dataclass(frozen=True, slots=True)
class Entry:
    """One call's element of Invoice, and by what the whole document is known again up to and with it.

    customer: its id there, None where it goes as a billing address or has none
    lines:    (PartUnique, Ordered, Price) of every line so far
    total:    of the whole document
    """

    node: Mapping[str, Any]
    reference: str
    customer: int | None
    on: date
    lines: tuple[tuple[int, Decimal, Decimal], ...]
    total: Decimal


def prepare(one: Outgoing, using: Connection) -> Prepared:
    """A document as the calls that bring it; Invalid with every reason why it cannot be sent."""
    return _Writer(one, using).prepared()


class _Writer:
    def __init__(self, one: Outgoing, using: Connection) -> None:
        self._one, self._document, self._using = one, one.document, using
        self._problems: list[Problem] = []

    def prepared(self) -> Prepared:
        document = self._document
        self._check_totals()
        header = self._header()
        lines = [found for line in document.lines if (found := self._line(line)) is not None]
        tenders = self._tenders()
        if not lines:
            self._wrong("lines_required", "lines", "it has no line that can be sent")
        if self._problems:
            raise Invalid(self._problems)
        blocks = self._blocks(header)
        parts: list[Entry] = []
        told: list[tuple[int, Decimal, Decimal]] = []
        for chunk in self._chunks(header, lines):
            first = not parts
            told += [(line["PartUnique"], line["Ordered"], line["Price"]) for line in chunk]
            node: dict[str, Any] = {"InvoiceHeader": dict(header), "InvoiceLines": chunk}
            if first and tenders:
                node["InvoiceTenders"] = tenders
            if first:
                node |= blocks
            else:
                node["InvoiceHeader"]["ReferenceNo"] = f"{header['ReferenceNo']}/{len(parts) + 1}"
            parts.append(
                Entry(
                    node=node,
                    reference=header["ReferenceNo"],
                    customer=header.get("InvoiceCustomer"),
                    on=document.on,
                    lines=tuple(told),
                    total=document.total.amount,
                )
            )
        return Prepared(header["ReferenceNo"], tuple(parts))

    def _wrong(self, code: str, where: str, say: str) -> None:
        self._problems.append(Problem(code, where, say))

    def _text(self, text: str) -> str:
        return text.replace("%", self._using.percent)

    def _limited(self, name: str, text: str, where: str) -> str:
        sent = self._text(text)
        if len(sent) > _LONGEST[name]:
            self._wrong("too_long", where, f"{name} holds {_LONGEST[name]} characters, this one has {len(sent)}")
        return sent

    def _check_totals(self) -> None:
        document, home = self._document, self._using.currency or self._one.reference.base.code
        unit = document.total.currency
        if unit.code != home:
            self._wrong("currency_differs", "currency", f"it is in {unit.code}, the other book is kept in {home}")
        lines = sum((line.net.minor for line in document.lines), 0)
        if lines + document.tax_total.minor != document.total.minor:
            say = (
                f"its lines and tax add up to {Money(lines, unit) + document.tax_total}, its total is {document.total}"
            )
            self._wrong("totals_differ", "total", say)

    def _header(self) -> dict[str, Any]:
        document = self._document
        letter = self._letter()
        header: dict[str, Any] = {
            "InvoiceType": letter,
            "InvoiceDate": document.on.isoformat(),
            "InvoiceBookMonth": f"{document.book_month // 100:04d}-{document.book_month % 100:02d}-01",
            "InvoiceSubTotal": plain(document.subtotal.amount),
            "InvoiceTaxTotal": plain(document.tax_total.amount),
            "ReferenceNo": self._limited("ReferenceNo", document.number, "number"),
        }
        if document.ordered_on and document.ordered_on != document.on:
            header["InvoiceOrdered"] = document.ordered_on.isoformat()
        if letter in self._using.sub_types:
            header["InvoiceSubType"] = self._using.sub_types[letter]
        if document.comment.strip():
            header["InvoiceComment"] = self._limited("InvoiceComment", document.comment, "comment")
        customer = self._customer(document.customer_id, "customer")
        if customer is not None:
            header["InvoiceCustomer"] = customer
        elif letter == "A" and not self._goes_as_billing():
            self._wrong("customer_required", "customer", "an invoice on account needs a customer there")
        if document.ship_to_id is not None and document.ship_to_id != document.customer_id:
            ship_to = self._customer(document.ship_to_id, "ship_to")
            if ship_to is not None:
                header["InvoiceShipTo"] = ship_to
        for name, ours, known, what in (
            ("InvoiceDepartment", document.department_id, self._using.departments, "department"),
            ("InvoiceSalesman", document.salesperson_id, self._using.salespeople, "salesperson"),
        ):
            if ours is not None and known:
                if str(ours) in known:
                    header[name] = known[str(ours)]
                else:
                    self._wrong("not_mapped", what, f"{what} {ours} is not in the connection's table")
        return header

    def _letter(self) -> str:
        kind = self._document.kind
        topic = kind.value
        if kind not in _LETTERS:
            self._wrong("kind_not_sent", "kind", f"a {topic.replace('_', ' ')} is nothing that System Five takes")
            return ""
        return next((letter for name, letter in self._using.types.items() if name == topic), _LETTERS[kind])

    def _goes_as_billing(self) -> bool:
        return self._using.customers == "billing" and bool(self._document.billing.name.strip())

    def _customer(self, number: int | None, where: str) -> int | None:
        if number is None:
            return None
        found = self._one.their_id.get(("customer", number))
        if found is not None and found.isascii() and found.isdigit():
            return int(found)
        if where == "customer" and self._goes_as_billing():
            return None
        self._wrong("not_mapped", where, f"{self._using.refs} has no id for customer {number}")
        return None

    def _line(self, line: Line) -> dict[str, Any] | None:
        if line.kind is LineKind.TEXT and not line.net:
            return None
        where = f"lines.{line.line_no}"
        part = self._part(line, where)
        price = self._price(line, where)
        if part is None or price is None:
            return None
        sent: dict[str, Any] = {"PartUnique": part, "Ordered": plain(line.quantity), "Price": plain(price)}
        if line.description.strip():
            sent["Description"] = self._limited("Description", line.description, where)
        return sent

    def _part(self, line: Line, where: str) -> int | None:
        using = self._using
        if line.kind is LineKind.CHARGE:
            if using.charge_part is None:
                self._wrong("not_mapped", where, "the connection names no charge_part")
            return using.charge_part
        if line.item_id is None:
            if using.other_part is None:
                self._wrong(
                    "not_mapped", where, f"{line.sku or 'the line'} is no item on file, and there is no other_part"
                )
            return using.other_part
        found = self._one.their_id.get(("item", line.item_id))
        if found is None or not (found.isascii() and found.isdigit()):
            self._wrong("not_mapped", where, f"{using.refs} has no id for item {line.sku}")
            return None
        return int(found)

    def _price(self, line: Line, where: str) -> Decimal | None:
        """A unit price that comes to the line's net, its discount in it."""
        if plain(line.quantity) != line.quantity.quantize(_FINEST, ROUND_HALF_UP):
            self._wrong("too_many_decimals", where, f"the quantity {line.quantity} has more than four decimals")
            return None
        unit = line.net.currency
        candidates = [line.unit_price]
        if line.quantity:
            candidates.append((line.net.amount / line.quantity).quantize(_FINEST, ROUND_HALF_UP))
        for price in candidates:
            fits = price == price.quantize(_FINEST, ROUND_HALF_UP)
            if fits and Money.of(line.quantity * price, unit) == line.net:
                return price
        self._wrong("price_not_exact", where, f"no price of four decimals comes to {line.net} for {line.quantity}")
        return None

    def _tenders(self) -> list[dict[str, Any]]:
        sent = []
        for tender in self._one.tenders:
            if not tender.net:
                continue
            code = self._using.tenders.get(tender.type.code)
            if code is None:
                say = f"tender type {tender.type.code} is not in the connection's table"
                self._wrong("not_mapped", "tenders", say)
            sent.append({"Type": code, "Amount": plain(tender.net.amount)})
        return sent

    def _blocks(self, header: Mapping[str, Any]) -> dict[str, Any]:
        document, blocks = self._document, {}
        if "InvoiceCustomer" not in header and self._goes_as_billing() and document.customer_id is not None:
            blocks["InvoiceBilling"] = self._block(document.billing)
        if "InvoiceShipTo" not in header and _elsewhere(document):
            blocks["InvoiceShipping"] = self._block(document.shipping)
        return blocks

    def _block(self, place: Address) -> dict[str, str]:
        fields = {
            "AName": place.name,
            "FirstName": place.first_name,
            "LastName": place.last_name,
            "Address": ", ".join(part for part in (place.address1, place.address2, place.address3) if part),
            "City": place.city,
            "StateProvince": place.state,
            "Country": place.country,
            "ZipPostal": place.postal_code,
        }
        return {name: self._text(value) for name, value in fields.items() if value.strip()}

    def _chunks(self, header: Mapping[str, Any], lines: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """Only what is not posted there takes lines later."""
        size = self._using.chunk_lines
        if size is None or header["InvoiceType"] != "W":
            return [list(lines)]
        return [list(lines[start : start + size]) for start in range(0, len(lines), size)]


def _elsewhere(document: Document) -> bool:
    return bool(document.shipping.name.strip()) and document.shipping != document.billing
