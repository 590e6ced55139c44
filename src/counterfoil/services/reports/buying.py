"""The supplier's side: goods that are received and not invoiced, and disputes."""

from __future__ import annotations

from counterfoil.core.journal import Role
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.reference import Reference
from counterfoil.services.reports.asking import Asked
from counterfoil.services.reports.model import Column, ColumnKind, Report, Row, said
from counterfoil.store import Reader


def not_invoiced(reader: Reader, asked: Asked) -> Report:
    """Goods that came in and that no booked invoice has charged, at order price; they are what the ledger holds."""
    sums: dict[Currency, int] = {}
    rows: list[Row] = []
    for one in reader.payables.not_invoiced():
        line, unit = one.line, currency(one.line.currency)
        worth = Money(line.received_cost - line.relieved_cost, unit)
        sums[unit] = sums.get(unit, 0) + worth.minor
        left = line.received - line.relieved
        where = (one.supplier_code, one.supplier_name, one.shipment_number, one.reference, one.sku)
        rows.append((*where, line.received, line.relieved, left, line.unit_price, unit.code, worth))
    held = reader.payables.goods_received()
    holds = {unit.code: minor for unit, minor in sums.items() if minor} == held
    totals = [Money(minor, unit) for unit, minor in sorted(sums.items(), key=lambda pair: pair[0].code)]
    return Report(
        name="goods-received-not-invoiced",
        title="Goods received not invoiced",
        columns=(
            Column("supplier", "Supplier"),
            Column("name", "Name"),
            Column("shipment", "Shipment"),
            Column("reference", "Reference"),
            Column("sku", "Item"),
            Column("received", "Received", ColumnKind.QUANTITY),
            Column("booked", "Booked", ColumnKind.QUANTITY),
            Column("left", "Left", ColumnKind.QUANTITY),
            Column("price", "Price", ColumnKind.QUANTITY),
            Column("currency", "Cur."),
            Column("worth", "Worth", ColumnKind.MONEY),
        ),
        rows=tuple(rows),
        totals=tuple((None, "Total", *[None] * 7, money.currency.code, money) for money in totals),
        says=(_tie(reader.reference, held, holds),),
        holds=holds,
    )


def _tie(reference: Reference, held: dict[str, int], holds: bool) -> str:
    account = reference.accounts[reference.account_map.of(Role.GOODS_RECEIVED)]
    amounts = ", ".join(said(Money(minor, currency(code))) for code, minor in sorted(held.items())) or "nothing"
    return f"It {'ties' if holds else 'DOES NOT TIE'} to the ledger: {amounts} in {account.code} {account.name}."


def disputes(reader: Reader, asked: Asked) -> Report:
    """Disputes that are not resolved, oldest first, with what resolving each of them will post."""
    reference = reader.reference
    rows: list[Row] = []
    sums: dict[Currency, int] = {}
    for one in reader.payables.disputes():
        left = one.amount - one.settled
        if not left:
            continue
        sums[left.currency] = sums.get(left.currency, 0) + left.minor
        who = (one.supplier_code, one.number, one.supplier_number, one.on, one.id, one.kind, one.reason)
        rows.append((*who, left.currency.code, one.amount, one.settled, left, _posts(reference, one.ledger_class)))
    totals = [Money(minor, unit) for unit, minor in sorted(sums.items(), key=lambda pair: pair[0].code)]
    return Report(
        name="disputes",
        title="Disputes that are not resolved",
        columns=(
            Column("supplier", "Supplier"),
            Column("invoice", "Invoice"),
            Column("supplier_number", "Its number"),
            Column("date", "Date", ColumnKind.DATE),
            Column("dispute", "Dispute", ColumnKind.NUMBER),
            Column("kind", "Kind"),
            Column("reason", "Reason"),
            Column("currency", "Cur."),
            Column("amount", "Disputed", ColumnKind.MONEY),
            Column("settled", "Settled", ColumnKind.MONEY),
            Column("left", "Left", ColumnKind.MONEY),
            Column("posts", "Resolving it posts"),
        ),
        rows=tuple(rows),
        totals=tuple((*[None] * 6, "Total", money.currency.code, None, None, money, None) for money in totals),
        says=(f"{len(rows)} disputes wait; a ledger class given with the resolution chooses another account.",),
    )


def _posts(reference: Reference, ledger_class: str) -> str:
    """Which accounts take a resolution, by the class of the dispute's reason."""
    of = reference.account_map.of
    debit = reference.accounts[of(Role.RESOLUTION, ledger_class)]
    disputed = reference.accounts[of(Role.DISPUTED)]
    return f"Dr {debit.code} {debit.name} / Cr {disputed.code} {disputed.name}"
