"""What the office does with documents that no door does: finalising, shipping, receiving, crediting, reversing."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated

import typer

from counterfoil.cli.book import number
from counterfoil.cli.desk import act, app, day, out
from counterfoil.core.document import ORDERS, Kind, SaleTender, Tracking
from counterfoil.core.errors import Invalid, Problem
from counterfoil.services import invoicing, lookup, ordering, receipts, registry
from counterfoil.services.office import Work

order_app = typer.Typer(help="Quotes, work orders and sales orders.", no_args_is_help=True)
app.add_typer(order_app, name="order")

On = Annotated[str | None, typer.Option(help="Business date YYYY-MM-DD, else today.")]


_CREDITS = frozenset({Kind.RECEIPT, Kind.CREDIT_NOTE, Kind.SALES_INVOICE, Kind.OPENING_ITEM})
Whose = Annotated[str | None, typer.Option(help="Code of the customer, where several have a document of the number.")]


def find(work: Work, text: str, kinds: Collection[Kind], customer: str | None = None) -> int:
    """The id of the one document of a number, among a customer's where the code is given.

    raises: NotFound; Conflict when several have it
    """
    owner = registry.customer_by_code(work, customer).id if customer is not None else None
    return lookup.numbered(work, text, kinds, owner)


def _credit_of(work: Work, number: str, customer: str | None) -> int | None:
    return find(work, number, _CREDITS, customer) if customer is not None else None


def _tenders(texts: list[str]) -> tuple[SaleTender, ...]:
    result = []
    for text in texts:
        code, separator, amount = text.partition("=")
        if not separator:
            raise Invalid(Problem("tender_invalid", "tender", f"{text!r} is not CODE=AMOUNT"))
        result.append(SaleTender(code, number(amount), "tender"))
    return tuple(result)


def _quantities(texts: list[str]) -> dict[int, Decimal]:
    result: dict[int, Decimal] = {}
    for text in texts:
        line, separator, quantity = text.partition("=")
        if not separator or not line.isdigit():
            raise Invalid(Problem("line_invalid", "line", f"{text!r} is not LINE=QUANTITY"))
        result[int(line)] = number(quantity)
    return result


@order_app.command("invoice")
def order_invoice(
    order: Annotated[str, typer.Argument(help="Number of the order.")],
    cash: Annotated[bool, typer.Option(help="As a cash sale, settled at once, instead of on account.")] = False,
    tender: Annotated[list[str] | None, typer.Option(help="Money taken now, as CODE=AMOUNT; may be repeated.")] = None,
    shipped_only: Annotated[bool, typer.Option(help="Charge only what has been shipped.")] = False,
    on: On = None,
) -> None:
    """Finalise an order into an invoice: post it, release its goods, turn its deposit into a receipt."""
    kind = Kind.CASH_SALE if cash else Kind.SALES_INVOICE
    tenders = _tenders(tender or [])
    outcome = act(
        "order invoice",
        lambda work: ordering.invoice(
            work, find(work, order, ORDERS), kind, day(on), tenders=tenders, shipped_only=shipped_only
        ),
    )
    out.print(f"Invoiced {order} as {outcome.number}")


@order_app.command("ship")
def order_ship(
    order: str,
    line: Annotated[list[str] | None, typer.Option(help="Quantity of a line, as LINE=QUANTITY; all if none.")] = None,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
    status: str = "Shipped",
    note: str = "",
    on: On = None,
) -> None:
    """Record a shipment of an order's goods."""
    wanted = _quantities(line) if line else None
    travel = Tracking(
        carrier=carrier,
        tracking_number=tracking_number,
        url=tracking_url,
        status=status,
        note=note,
        shipped_on=day(on),
    )
    outcome = act("order ship", lambda work: ordering.ship(work, find(work, order, ORDERS), wanted, day(on), travel))
    out.print(f"Filed shipment {outcome.number}")


@order_app.command("void")
def order_void(order: str) -> None:
    """Call an open order off."""
    act("order void", lambda work: ordering.void(work, find(work, order, ORDERS)))
    out.print(f"Voided {order}")


@app.command()
def receive(
    customer: Annotated[str, typer.Argument(help="Code of the customer.")],
    amount: str,
    tender: Annotated[str, typer.Option(help="Code of the tender type.")],
    invoice: Annotated[list[str] | None, typer.Option(help="Invoice to pay; may be repeated, in this order.")] = None,
    unapplied: Annotated[bool, typer.Option(help="Set against nothing.")] = False,
    reference: str = "",
    on: On = None,
) -> None:
    """Take money from a customer and set it against open invoices, oldest due first."""
    money = number(amount)
    numbers = [] if unapplied else invoice or None
    outcome = act("receive", lambda work: receipts.receive(work, customer, money, tender, day(on), numbers, reference))
    out.print(f"Filed receipt {outcome.number}")


@app.command()
def apply(
    credit: Annotated[str, typer.Argument(help="Number of a receipt or credit note with an open credit.")],
    invoice: Annotated[str, typer.Argument(help="Number of an open invoice.")],
    amount: Annotated[str | None, typer.Option(help="How much; else as much as both allow.")] = None,
    customer: Whose = None,
    on: On = None,
) -> None:
    """Set an open credit against an open invoice."""
    money = number(amount) if amount is not None else None
    act(
        "apply",
        lambda work: receipts.apply(work, credit, invoice, money, day(on), _credit_of(work, credit, customer)),
    )
    out.print(f"Applied {credit} to {invoice}")


@app.command()
def unapply(credit: str, invoice: str, customer: Whose = None, on: On = None) -> None:
    """Take the applications between a credit and an invoice back; both are open again."""
    act(
        "unapply",
        lambda work: receipts.unapply(work, credit, invoice, day(on), _credit_of(work, credit, customer)),
    )
    out.print(f"Took {credit} back from {invoice}")


@app.command()
def refund(
    credit: Annotated[str, typer.Argument(help="Number of a receipt or credit note with an open credit.")],
    tender: Annotated[str, typer.Option(help="Code of the tender type.")],
    amount: Annotated[str | None, typer.Option(help="How much; else all that is open.")] = None,
    customer: Whose = None,
    on: On = None,
) -> None:
    """Give the money of an open credit back."""
    money = number(amount) if amount is not None else None
    outcome = act("refund", lambda work: receipts.refund(work, credit, tender, money, day(on), customer))
    out.print(f"Filed refund {outcome.number}")


@app.command()
def credit(
    invoice: Annotated[str, typer.Argument(help="Number of the invoice.")],
    line: Annotated[list[str] | None, typer.Option(help="Quantity of a line, as LINE=QUANTITY; all if none.")] = None,
    comment: str = "",
    customer: Whose = None,
    on: On = None,
) -> None:
    """Credit an invoice, whole or some of its lines."""
    wanted = _quantities(line) if line else None
    kinds = (Kind.SALES_INVOICE, Kind.OPENING_ITEM)
    outcome = act(
        "credit",
        lambda work: invoicing.credit(work, find(work, invoice, kinds, customer), wanted, day(on), comment),
    )
    out.print(f"Filed credit note {outcome.number}")


@app.command()
def reverse(
    document: Annotated[str, typer.Argument(help="Number of a posted document.")],
    customer: Whose = None,
    on: On = None,
) -> None:
    """Negate a posted document exactly: its entries, its open items and its stock moves."""
    kinds = frozenset(Kind) - ORDERS - {Kind.SHIPMENT}
    act("reverse", lambda work: invoicing.reverse(work, find(work, document, kinds, customer), day(on)))
    out.print(f"Reversed {document}")
