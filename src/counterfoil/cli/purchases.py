"""The supplier's side at the desk: ordering, receiving, registering, matching, disputing, booking, paying."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import typer
from rich.table import Table

from counterfoil.cli.book import number
from counterfoil.cli.desk import act, app, change, context, day, open_book, out
from counterfoil.cli.documents import On, find
from counterfoil.core.document import Kind
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.core.purchase import DisputeKind
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.services import (
    additional_amounts,
    booking,
    buying,
    disputes,
    matching,
    payables,
    receiving,
    remitting,
    supplier_invoices,
    suppliers,
    withdrawing,
)
from counterfoil.services.office import Filed, Work

purchase_app = typer.Typer(help="Purchase orders and what comes in of them.", no_args_is_help=True)
invoice_app = typer.Typer(help="Suppliers' invoices: register, match, dispute, resolve, book.", no_args_is_help=True)
supplier_app = typer.Typer(help="Suppliers and one's own units.", no_args_is_help=True)
app.add_typer(purchase_app, name="purchase")
app.add_typer(invoice_app, name="supplier-invoice")
app.add_typer(supplier_app, name="supplier")

InvoiceNumber = Annotated[str, typer.Argument(help="Our number of the invoice, as SI-000001.")]


@supplier_app.command("add")
def add_supplier(
    code: Annotated[str, typer.Argument(help="Its code.")],
    name: Annotated[str, typer.Argument(help="Its name.")],
    currency: Annotated[str | None, typer.Option(help="The currency that it invoices in, else the book's.")] = None,
    tolerance: Annotated[str, typer.Option(help="How much of a line may differ without a dispute.")] = "0",
) -> None:
    """File a supplier."""
    change("add-supplier", lambda work: _added(work, code, name, currency, tolerance))
    out.print(f"{code} is a supplier.")


def _added(work: Work, code: str, name: str, currency: str | None, tolerance: str) -> None:
    suppliers.add_supplier(work, code, name, unit=currency, tolerance=number(tolerance))


@supplier_app.command("unit")
def add_unit(
    code: Annotated[str, typer.Argument(help="Its code.")],
    name: Annotated[str, typer.Argument(help="Its name.")],
    country: Annotated[str | None, typer.Option(help="Whose taxes hold for what it buys, else the book's.")] = None,
    department: Annotated[int | None, typer.Option(help="Where its goods come in, else the first one.")] = None,
) -> None:
    """File one of one's own units: a store or company that buys."""

    def effect(work: Work) -> None:
        suppliers.add_unit(work, code, name, country=country, department_id=department)

    change("add-unit", effect)
    out.print(f"{code} is a unit of ours.")


@supplier_app.command("list")
def list_suppliers() -> None:
    """All suppliers."""
    table = Table("Code", "Name", "Cur.", "Tolerance", title="Suppliers")
    with open_book().reader() as reader:
        for one in reader.parties.suppliers():
            table.add_row(one.code, one.name, one.currency or reader.reference.base.code, f"{one.tolerance:f}")
    out.print(table)


@purchase_app.command("order")
def order(
    supplier: Annotated[str, typer.Argument(help="Code of the supplier.")],
    lines: Annotated[list[str], typer.Argument(help="SKU=QUANTITY@PRICE, one for each line.")],
    unit: Annotated[str | None, typer.Option(help="Code of the unit that buys, else the only one.")] = None,
    reference: Annotated[str, typer.Option(help="The supplier's name for the order.")] = "",
) -> None:
    """Order from a supplier."""

    def effect(work: Work) -> Filed:
        asked = [_order_line(work, text) for text in lines]
        who = suppliers.supplier_by_code(work, supplier).id
        return buying.order(work, who, _unit(work, unit), asked, reference=reference)

    out.print(f"{act('order-from-supplier', effect).number} is ordered.")


def _unit(work: Work, code: str | None) -> int | None:
    return suppliers.unit_by_code(work, code).id if code is not None else None


def _order_line(work: Work, text: str) -> buying.OrderLine:
    sku, equals, rest = text.partition("=")
    quantity, at, price = rest.partition("@")
    if not equals or not at:
        raise Invalid(Problem("line_invalid", "lines", f"{text!r} is not SKU=QUANTITY@PRICE"))
    item = work.unit.items.by_sku(sku)
    if item is None:
        raise NotFound(Problem("item_not_found", "lines", f"there is no item {sku!r}"))
    return buying.OrderLine(item_id=item.id, quantity=number(quantity), unit_price=number(price), where="lines")


@purchase_app.command("ship")
def ship(
    order: Annotated[str, typer.Argument(help="Number of the purchase order.")],
    reference: Annotated[str, typer.Option(help="The supplier's name for the shipment.")] = "",
    tracking: Annotated[str, typer.Option(help="Tracking number.")] = "",
) -> None:
    """Take down that the supplier has shipped all that was open."""

    def effect(work: Work) -> Filed:
        return buying.ship(
            work, find(work, order, {Kind.PURCHASE_ORDER}), reference=reference, tracking_number=tracking
        )

    out.print(f"{act('ship-purchase', effect).number} is on its way.")


@purchase_app.command("receive")
def receive(
    shipment: Annotated[str, typer.Argument(help="Number of the shipment.")],
    lines: Annotated[
        list[str] | None, typer.Argument(help="SKU=QUANTITY for each line; everything without any.")
    ] = None,
) -> None:
    """Take goods in, all or some; less than 0 takes a mistake back."""

    def effect(work: Work) -> Filed:
        number_ = find(work, shipment, {Kind.SUPPLIER_SHIPMENT})
        return receiving.receive(work, number_, _received(work, number_, lines) if lines else None)

    out.print(f"{act('receive-goods', effect).number}: the goods are in.")


def _received(work: Work, shipment_id: int, texts: list[str]) -> list[receiving.ReceiveLine]:
    document = work.unit.documents.get(shipment_id)
    by_sku = {line.sku: line.id for line in document.lines} if document else {}
    result = []
    for text in texts:
        sku, equals, quantity = text.partition("=")
        if not equals or sku not in by_sku:
            raise Invalid(Problem("line_invalid", "lines", f"{text!r} is no SKU=QUANTITY of this shipment"))
        result.append(receiving.ReceiveLine(by_sku[sku], number(quantity), where="lines"))
    return result


@invoice_app.command("register")
def register(
    supplier: Annotated[str, typer.Argument(help="Code of the supplier.")],
    supplier_number: Annotated[str, typer.Argument(help="Number on the paper.")],
    on: Annotated[str, typer.Argument(help="Date on the paper, YYYY-MM-DD.")],
    total: Annotated[str | None, typer.Option(help="Total on the paper, tax included.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit that owes it, else the only one.")] = None,
    due_on: Annotated[str | None, typer.Option(help="When it is due, else by the supplier's terms.")] = None,
    reverse_charge: Annotated[bool, typer.Option(help="The supplier charges no tax; we owe and deduct it.")] = False,
) -> None:
    """Register a supplier's invoice."""

    def effect(work: Work) -> Filed:
        asked = supplier_invoices.Registered(
            supplier_id=suppliers.supplier_by_code(work, supplier).id,
            unit_id=_unit(work, unit),
            on=day(on) or work.today,
            supplier_number=supplier_number,
            asserted_total=None if total is None else number(total),
            due_on=day(due_on),
            reverse_charge=reverse_charge,
        )
        return supplier_invoices.register(work, asked)

    _show(act("register-supplier-invoice", effect).number)


@invoice_app.command("match")
def match(
    invoice: InvoiceNumber,
    shipment: Annotated[str, typer.Argument(help="Number of the shipment.")],
    lines: Annotated[
        list[str] | None, typer.Argument(help="SKU=QUANTITY or SKU=QUANTITY@PRICE as on the paper; all without any.")
    ] = None,
    expected: Annotated[
        str | None, typer.Option(help="How much of each line should have been charged, else what came in.")
    ] = None,
) -> None:
    """Match lines of the paper with what came in; what goes beyond it shows as a difference."""

    def effect(work: Work) -> None:
        wanted = _matched(work, find(work, shipment, {Kind.SUPPLIER_SHIPMENT}), lines)
        if expected is not None:
            wanted = [replace(line, expected_quantity=number(expected)) for line in wanted]
        matching.add_lines(work, _invoice(work, invoice), wanted)

    change("match-supplier-invoice", effect)
    _show(invoice)


def _matched(work: Work, shipment_id: int, texts: list[str] | None) -> list[matching.MatchLine]:
    document = work.unit.documents.get(shipment_id)
    by_sku = {line.sku: line.id for line in document.lines} if document else {}
    if not texts:
        states = work.unit.purchases.lines(shipment_id)
        return [matching.MatchLine(shipment_line_id=line.id) for line in states if line.available]
    result = []
    for text in texts:
        sku, equals, rest = text.partition("=")
        quantity, at, price = rest.partition("@")
        if not equals or sku not in by_sku:
            raise Invalid(Problem("line_invalid", "lines", f"{text!r} is no SKU=QUANTITY of this shipment"))
        unit_price = number(price) if at else None
        result.append(
            matching.MatchLine(shipment_line_id=by_sku[sku], quantity=number(quantity), unit_price=unit_price)
        )
    return result


def _invoice(work: Work, text: str) -> int:
    return find(work, text, {Kind.SUPPLIER_INVOICE})


@invoice_app.command("amount")
def amount(
    invoice: InvoiceNumber,
    kind: Annotated[int, typer.Argument(help="Id of the type of amount; 3 is the total of the goods.")],
    money: Annotated[str, typer.Argument(metavar="AMOUNT", help="Before tax.")],
    tax: Annotated[str, typer.Option(help="Tax rate as a fraction, 0.21 is 21 %.")],
) -> None:
    """Put an amount beside the lines, such as freight."""

    def effect(work: Work) -> None:
        asked = additional_amounts.Amount(
            type_id=kind, amount=number(money), original=number(money), tax_rate=number(tax)
        )
        additional_amounts.add_amount(work, _invoice(work, invoice), asked)

    change("add-amount", effect)
    _show(invoice)


@invoice_app.command("dispute")
def dispute(
    invoice: InvoiceNumber,
    money: Annotated[str, typer.Argument(metavar="AMOUNT", help="Tax included.")],
    reason: Annotated[int, typer.Option(help="Id of the reason: 1 quantity, 2 price.")] = 1,
    expected: Annotated[bool, typer.Option(help="The lines carry the paper's figures, not ours.")] = False,
    text: Annotated[str, typer.Option(help="What to say about it.")] = "",
) -> None:
    """Dispute a part of an invoice; it is attached to the only line that differs."""
    kind = DisputeKind.EXPECTED if expected else DisputeKind.ORIGINAL

    def effect(work: Work) -> None:
        raised = disputes.Raised(amount=number(money), reason_id=reason, kind=kind, description=text)
        disputes.raise_dispute(work, _invoice(work, invoice), raised)

    change("dispute", effect)
    _show(invoice)


@invoice_app.command("resolve")
def resolve(
    dispute_id: Annotated[int, typer.Argument(metavar="DISPUTE", help="Id of the dispute.")],
    money: Annotated[str, typer.Argument(metavar="AMOUNT", help="How much of it is settled.")],
    ledger_class: Annotated[
        str, typer.Option("--class", help="Ledger class that chooses the account; Credit lowers what is payable.")
    ] = "",
    text: Annotated[str, typer.Option(help="What was agreed.")] = "",
) -> None:
    """Settle a dispute, or a part of it."""
    numbers: list[str] = []

    def effect(work: Work) -> None:
        disputes.resolve(work, dispute_id, number(money), text, ledger_class)
        numbers.append(disputes.disputed(work, dispute_id)[0].number)

    change("resolve-dispute", effect)
    _show(numbers[0])


@invoice_app.command("book")
def book(invoice: InvoiceNumber) -> None:
    """Book an invoice, once and for all."""
    act("book-supplier-invoice", lambda work: booking.book(work, _invoice(work, invoice)))
    _show(invoice)


@invoice_app.command("withdraw")
def withdraw(invoice: InvoiceNumber) -> None:
    """Take an open invoice away; its goods are free to be invoiced again."""
    change("withdraw-supplier-invoice", lambda work: withdrawing.withdraw(work, _invoice(work, invoice)))
    out.print(f"{invoice} is withdrawn.")


@invoice_app.command("list")
def list_invoices(
    open_only: Annotated[bool, typer.Option("--open", help="Only what is not booked.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """Suppliers' invoices, newest first."""
    table = Table(
        "Number", "Supplier", "Its number", "Date", "Due", "Cur.", "Total", "State", title="Suppliers' invoices"
    )
    with payables.reading(context(open_book(), "list")) as reader:
        wanted = payables.InvoiceFilter(booked=False if open_only else None)
        rows, total = reader.payables.invoices(wanted, limit, 0)
    for row in rows:
        state = "booked" if row.booked else "disputed" if row.unresolved else "open"
        due = str(row.due_on or "")
        figure = (row.total.currency.code, f"{row.total.amount:,f}")
        table.add_row(row.number, row.supplier_code, row.supplier_number, str(row.on), due, *figure, state)
    out.print(table)
    if total > len(rows):
        out.print(f"{total - len(rows)} more; --limit shows them.")


@invoice_app.command("show")
def show(invoice: InvoiceNumber) -> None:
    """An invoice with its lines, disputes and what stands in the way of booking it."""
    _show(invoice)


def _show(text: str) -> None:
    store = open_book()
    ctx = context(store, "show")
    with payables.reading(ctx) as reader:
        found = reader.documents.find(text, {Kind.SUPPLIER_INVOICE})
        if not found:
            raise NotFound(Problem("invoice_not_found", "invoice", f"there is no supplier invoice {text!r}"))
        shown = payables.invoice(ctx, reader, found[0])
    _print(shown)


def _print(shown: InvoiceShown) -> None:
    invoice, sums = shown.invoice, shown.sums
    state = "booked" if invoice.booked else "open"
    out.print(f"{invoice.number}: {shown.supplier.name}, {invoice.supplier_number} of {invoice.on}, {state}")
    if invoice.lines:
        table = Table("Item", "Quantity", "Expected", "Price", "Charged", "Expected", "To dispute")
        for line in invoice.lines:
            own, item = sums.lines[line.id], shown.items.get(line.item_id or 0)
            figures = (own.charged.gross, own.expected.gross, own.to_dispute)
            table.add_row(
                item.sku if item else "",
                f"{line.quantity:f}",
                f"{line.due_quantity:f}",
                f"{line.unit_price:f}",
                *(f"{money.amount:f}" for money in figures),
            )
        out.print(table)
    for one in invoice.disputes:
        left = one.amount - one.settled
        what = "resolved" if one.resolved else f"{left.amount} open"
        out.print(f"  dispute {one.id}: {one.amount} {one.kind.value}, {what}")
    paper = "" if invoice.asserted_total is None else f", {invoice.asserted_total.amount} on the paper"
    out.print(f"  comes to {sums.total}{paper}")
    if shown.hindrance is not None and not invoice.booked:
        out.print(f"  not to be booked: {shown.hindrance.say}", style="yellow")
    elif not invoice.booked:
        out.print("  may be booked", style="green")


@app.command("remit")
def remit(
    supplier: Annotated[str, typer.Argument(help="Code of the supplier.")],
    money: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the supplier's currency.")],
    tender: Annotated[str, typer.Option(help="Tender type whose account the money leaves.")] = "T",
    invoice: Annotated[list[str] | None, typer.Option(help="Our number of an invoice to pay; else the oldest.")] = None,
    on: On = None,
    reference: Annotated[str, typer.Option(help="What the bank statement says.")] = "",
) -> None:
    """Pay a supplier."""
    value: Decimal = number(money)
    outcome = act(
        "remit", lambda work: remitting.remit(work, supplier, value, tender, day(on), invoice or None, reference)
    )
    out.print(f"{outcome.number}: {value} paid to {supplier}.")
