"""A retail platform at the door: services asked by name, errors by EVA's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock
from counterfoil.store import Store
from counterfoil.wire.codec import encode
from tests.conformance import given_eva
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.conformance.office import work

AGENT = {"EVA-User-Agent": "tests/1.0.0", "Content-Type": "application/json"}
STORE, SUPPLIER, OTHER_SUPPLIER = 3, 70, 71
SHIRT, BOOK, STAMP = 1001, 1002, 1003
GOODS_TYPE, OTHER_TYPE = 3, 2


class Platform:
    """A caller of EVA's services over a book with EVA's start-up data."""

    def __init__(self, store: Store, clock: Clock, settings: Mapping[str, Any] | None = None) -> None:
        self.store, self.clock = store, clock
        self.door = Knocker(store, clock, given_eva.AUTHORIZATION, {"eva": settings or {}}, AGENT)

    def send(
        self, path: str, body: bytes | object = b"", headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> Any:
        """The answer to one call of a path, as it is."""
        sent = body if isinstance(body, bytes) else encode(body)
        return self.door.open(method, path, sent, headers)

    def ask(self, service: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """What a service answers to a call that it must take."""
        answer = self.send(f"/message/{service}", {} if body is None else body, headers)
        assert answer.status_code == 200, answer.data
        return parsed(answer.data)

    def refused(
        self, service: str, body: object = None, headers: Mapping[str, str] | None = None, status: int = 400
    ) -> str:
        """The error's type of a call that must be refused."""
        answer = self.send(f"/message/{service}", {} if body is None else body, headers)
        assert answer.status_code == status, answer.data
        error = parsed(answer.data)["Error"]
        assert error["Message"]
        return str(error["Type"])

    def token(self, name: str, scopes: Iterable[str] | None = None) -> dict[str, str]:
        """The header of another caller, who may do no more than the scopes say."""
        with work(self.store, self.clock) as opened:
            secret = issue(opened, name, "eva", scopes=scopes).secret
        return {"Authorization": f"Bearer {secret}"}

    def order(self, lines: list[tuple[int, int, str]], supplier: int = SUPPLIER, **more: Any) -> int:
        """An order's id: (product, quantity, unit price)."""
        asked = [{"ProductID": p, "Quantity": q, "UnitPrice": price} for p, q, price in lines]
        body = {"ShipFromOrganizationUnitID": supplier, "ShipToOrganizationUnitID": STORE, "Lines": asked, **more}
        return int(self.ask("SupplierCreatePurchaseOrder", body)["ID"])

    def shipment(self, lines: list[tuple[int, int, str]], supplier: int = SUPPLIER, **more: Any) -> int:
        """The id of a shipment that has come in."""
        number = self.ask("CreateShipment", {"OrderID": self.order(lines, supplier), **more})["ID"]
        self.ask("FullyReceiveShipment", {"ID": number})
        return int(number)

    def lines_of(self, shipment: int) -> list[dict[str, Any]]:
        """A shipment's lines that may still be invoiced."""
        body = {"PageConfig": {"Filter": {"ShipmentID": shipment}}}
        return list(self.ask("ListShipmentLinesToInvoice", body)["Result"]["Page"])

    def delivered(self, quantity: int = 10, price: str = "46.55", product: int = SHIRT) -> int:
        """The id of a shipment's line that has come in."""
        return int(self.lines_of(self.shipment([(product, quantity, price)]))[0]["ID"])

    def register(self, total: str | None = None, supplier: int = SUPPLIER, **more: Any) -> int:
        """An invoice's id."""
        head = {"DebtorOrganizationUnitID": STORE, "CreditorOrganizationUnitID": supplier, "InvoiceDate": "2021-06-02"}
        body = {**head, "OriginalTotalAmount": total, **more}
        return int(self.ask("CreateInvoice", body)["ID"])

    def match(self, invoice: int, line: int, **more: Any) -> int:
        """The id of an invoice's new line."""
        self.ask("CreateInvoiceLines", {"InvoiceID": invoice, "Lines": [{"ShipmentLineID": line, **more}]})
        return int(self.invoice(invoice)["Lines"][-1]["ID"])

    def beside(self, invoice: int, amount: str, original: str | None = None, kind: int = GOODS_TYPE) -> int:
        """An additional amount's id, at the high rate."""
        body = {"InvoiceID": invoice, "TypeID": kind, "Amount": amount, "OriginalAmount": original or amount}
        return int(self.ask("CreateInvoiceAdditionalAmount", {**body, "TaxRate": "1.21"})["ID"])

    def dispute(self, invoice: int, amount: str, **more: Any) -> int:
        """A dispute's id."""
        return int(
            self.ask("CreateInvoiceDispute", {"InvoiceID": invoice, "Amount": amount, "ReasonID": 1, **more})["ID"]
        )

    def resolve(self, dispute: int, amount: str, **more: Any) -> int:
        """A resolve action's id."""
        body = {"InvoiceDisputeID": dispute, "Amount": amount, **more}
        return int(self.ask("CreateInvoiceDisputeResolveAction", body)["ID"])

    def book(self, invoice: int) -> None:
        """Book an invoice."""
        assert self.ask("BookInvoice", {"ID": invoice}) == {}

    def invoice(self, number: int) -> Any:
        """An invoice as it is shown."""
        return self.ask("GetInvoice", {"ID": number})["Invoice"]

    def booked(self, quantity: int = 10, price: str = "46.55", total: str | None = None) -> int:
        """The id of an invoice over goods that came in, booked."""
        number = self.register(total)
        self.match(number, self.delivered(quantity, price))
        self.book(number)
        return number

    def events(self, **filters: Any) -> list[dict[str, Any]]:
        """Financial events, newest first."""
        body = {"InitialPageConfig": {"Limit": 1000, "Filter": filters}}
        return list(self.ask("ListFinancialEvents", body)["Results"])

    def ledgers(self, **filters: Any) -> list[dict[str, Any]]:
        """Rows of the general ledger, newest first."""
        body = {"InitialPageConfig": {"Limit": 1000, "Filter": filters}}
        return list(self.ask("ListGeneralLedgers", body)["Results"])
