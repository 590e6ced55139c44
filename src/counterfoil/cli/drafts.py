"""Drafts of invoices and credit notes at the command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer
from rich.table import Table

from counterfoil.cli.book import number
from counterfoil.cli.desk import act, app, change, day, open_book, out
from counterfoil.core.document import Kind, LineKind, Sale, SaleLine
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.services import drafting, registry
from counterfoil.services.office import Filed, Work

draft_app = typer.Typer(help="Invoices and credit notes that are not booked yet.", no_args_is_help=True)
app.add_typer(draft_app, name="draft")

On = Annotated[str | None, typer.Option(help="Business date YYYY-MM-DD, else today.")]


@draft_app.command("save")
def save(
    customer: Annotated[str, typer.Argument(help="Code of the customer.")],
    line: Annotated[list[str], typer.Option(help="SKU=QUANTITY or SKU=QUANTITY@PRICE; may be repeated.")],
    charge: Annotated[list[str] | None, typer.Option(help="A charge such as freight, as TEXT=AMOUNT.")] = None,
    comment: str = "",
    on: On = None,
) -> None:
    """Save a draft of an invoice; negative quantities make it one of a credit note."""

    def effect(work: Work) -> Filed:
        buyer = registry.customer_by_code(work, customer)
        lines = [*(_line(work, text) for text in line), *(_charge(text) for text in charge or [])]
        sale = Sale(
            kind=Kind.SALES_INVOICE,
            customer=buyer.id,
            on=day(on) or work.today,
            lines=tuple(lines),
            comment=comment,
        )
        return drafting.save(work, sale)

    out.print(f"Saved draft {act('draft save', effect).document_id}")


def _line(work: Work, text: str) -> SaleLine:
    sku, separator, rest = text.rpartition("=")
    quantity, _, price = rest.partition("@")
    if not separator:
        raise Invalid(Problem("line_invalid", "line", f"{text!r} is not SKU=QUANTITY or SKU=QUANTITY@PRICE"))
    item = work.unit.items.by_sku(sku)
    if item is None:
        raise NotFound(Problem("item_not_found", "line", f"there is no item {sku!r}"))
    return SaleLine(item_id=item.id, quantity=number(quantity), unit_price=number(price) if price else None)


def _charge(text: str) -> SaleLine:
    name, separator, amount = text.rpartition("=")
    if not separator:
        raise Invalid(Problem("line_invalid", "charge", f"{text!r} is not TEXT=AMOUNT"))
    money = number(amount)
    sign = -1 if money < 0 else 1
    return SaleLine(kind=LineKind.CHARGE, description=name, quantity=Decimal(sign), unit_price=abs(money))


@draft_app.command("list")
def list_() -> None:
    """Every draft."""
    table = Table("Id", "Kind", "Customer", "Date", "Total")
    for draft in drafting.listed(open_book()):
        table.add_row(str(draft.id), draft.kind.value, draft.billing.name, f"{draft.on}", str(draft.total))
    out.print(table)


@draft_app.command("post")
def post(draft: Annotated[int, typer.Argument(help="Id of the draft.")], on: On = None) -> None:
    """Book a draft at the prices that it was saved with."""
    outcome = act("draft post", lambda work: drafting.post(work, draft, day(on)))
    out.print(f"Booked draft {draft} as {outcome.number}")


@draft_app.command("discard")
def discard(draft: Annotated[int, typer.Argument(help="Id of the draft.")]) -> None:
    """Throw a draft away."""
    change("draft discard", lambda work: drafting.discard(work, draft))
    out.print(f"Discarded draft {draft}")
