"""The reference snapshot: reading it whole, and adding to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table

from counterfoil.core.errors import Refused
from counterfoil.core.journal import Account, AccountType, Role
from counterfoil.core.money import currency, from_millionths
from counterfoil.core.party import Address, Unit
from counterfoil.core.purchase import AmountType, DisputeReason
from counterfoil.core.reference import POLICY_NAMES, AccountMap, InvoiceType, Named, Policy, Reference
from counterfoil.core.tax import Jurisdiction, TaxCode, TaxRate
from counterfoil.core.tender import TenderType
from counterfoil.core.terms import Terms
from counterfoil.store import schema
from counterfoil.store.engine import Answer, Connection, Statement
from counterfoil.store.refs import Mint, Refs
from counterfoil.store.rows import from_ms, to_ms

_version = Statement(sa.select(schema.book.c.version))
_book = Statement(sa.select(schema.book))
_touch = Statement(sa.text("UPDATE book SET version = version + 1"))
_settings = Statement(sa.select(schema.setting.c.name, schema.setting.c.value).order_by(schema.setting.c.id))
_setting_history = Statement(sa.select(schema.setting).order_by(schema.setting.c.id))
_prefixes = Statement(sa.select(schema.number_series.c.kind, schema.number_series.c.prefix))
_set_prefix = Statement(sa.text("UPDATE number_series SET prefix = :prefix WHERE kind = :kind"))
_drop_type = Statement(sa.text("DELETE FROM invoice_type WHERE code = :code"))
_closed = Statement(sa.select(schema.period_event.c.closed_through).order_by(schema.period_event.c.id.desc()).limit(1))
_everything = {
    table: Statement(sa.select(table).order_by(*table.primary_key.columns))
    for table in (
        schema.account,
        schema.tax_code,
        schema.tax_rate,
        schema.jurisdiction,
        schema.jurisdiction_tax,
        schema.tender_type,
        schema.invoice_type,
        schema.department,
        schema.salesperson,
        schema.terms,
        schema.exchange_rate,
        schema.amount_type,
        schema.dispute_reason,
        schema.hold_status,
    )
}
_merged = Statement(
    sa.select(schema.party.c.id, schema.party.c.merged_into).where(schema.party.c.merged_into.is_not(None))
)
_units = Statement(
    sa.select(
        schema.party.c.id,
        schema.party.c.code,
        schema.party.c.name,
        schema.own_unit.c.country,
        schema.own_unit.c.department_id,
    ).join(schema.own_unit, schema.own_unit.c.party_id == schema.party.c.id)
)
#: A setting of this form maps a role, or a role within a ledger class, to an account's code.
ACCOUNT_PREFIX = "account."


@cache
def _change_of(kind: str, columns: tuple[str, ...]) -> Statement:
    table = schema.metadata.tables[kind]
    values: dict[str, Any] = {column: sa.bindparam(column) for column in columns}
    return Statement(sa.update(table).where(table.c.id == sa.bindparam("of")).values(values))


class References:
    """Reference data inside one unit of work."""

    def __init__(self, connection: Connection, mint: Mint) -> None:
        self._connection, self._mint = connection, mint

    def ask_version(self) -> Answer:
        """Ask for the version of the reference data; no row before the book is made."""
        return self._connection.ask(_version)

    def read(self) -> Reference:
        """The whole snapshot."""
        book = self._connection.row(_book)
        if book is None:
            raise Refused.of("no_book", "there is no book here yet: run counterfoil init")
        _, _, unit, country, zone, fiscal_month, version = book
        settings = {name: json.loads(value) for name, value in self._connection.rows(_settings)}
        accounts = {
            row[0]: Account(row[0], row[1], row[2], AccountType(row[3]), row[4]) for row in self._all(schema.account)
        }
        codes = self._tax_codes()
        return Reference(
            version=version,
            base=currency(unit),
            country=country,
            time_zone=zone,
            fiscal_month=fiscal_month,
            closed_through=self._connection.value(_closed) or 0,
            policy=_policy(settings),
            accounts=accounts,
            account_map=_account_map(settings, {account.code: account.id for account in accounts.values()}),
            tax_codes=codes,
            jurisdictions=self._jurisdictions(codes),
            tender_types={
                row[1]: TenderType(row[0], row[1], row[2], row[3], bool(row[4]), frozenset(json.loads(row[5])))
                for row in self._all(schema.tender_type)
            },
            invoice_types={
                code: InvoiceType(code, name, frozenset(json.loads(subs)))
                for code, name, subs in self._all(schema.invoice_type)
            },
            departments={row[0]: Named(*row) for row in self._all(schema.department)},
            salespeople={row[0]: Named(*row) for row in self._all(schema.salesperson)},
            terms={row[0]: Terms(row[0], row[1], row[2], row[3], bool(row[4])) for row in self._all(schema.terms)},
            units={row[0]: Unit(*row) for row in self._connection.rows(_units)},
            amount_types={
                row[0]: AmountType(row[0], row[1], row[3], row[4], bool(row[5]))
                for row in self._all(schema.amount_type)
                if not row[6]
            },
            dispute_reasons={
                row[0]: DisputeReason(row[0], row[1], row[3], row[4], bool(row[5]))
                for row in self._all(schema.dispute_reason)
                if not row[6]
            },
            hold_statuses={row[0]: Named(*row) for row in self._all(schema.hold_status)},
            rates=self._rates(),
            controlling=frozenset(account.id for account in accounts.values() if account.control),
            claimed=Refs(self._connection).claimed_kinds(),
            prefixes=dict(self._connection.rows(_prefixes)),
            merged=dict(self._connection.rows(_merged)),
        )

    def _all(self, table: Table) -> list[Any]:
        return self._connection.rows(_everything[table])

    def _tax_codes(self) -> dict[int, TaxCode]:
        rates: dict[int, list[TaxRate]] = {}
        for code_id, country, from_on, rate in self._all(schema.tax_rate):
            rates.setdefault(code_id, []).append(TaxRate(country, date.fromisoformat(from_on), from_millionths(rate)))
        return {
            row[0]: TaxCode(row[0], row[1], row[2], tuple(rates.get(row[0], ()))) for row in self._all(schema.tax_code)
        }

    def _jurisdictions(self, codes: dict[int, TaxCode]) -> list[Jurisdiction]:
        parts: dict[int, list[TaxCode]] = {}
        for place, _, code in self._all(schema.jurisdiction_tax):
            parts.setdefault(place, []).append(codes[code])
        return [
            Jurisdiction(number, name, country, state, prefix, tuple(parts.get(number, ())))
            for number, name, country, state, prefix in self._all(schema.jurisdiction)
        ]

    def _rates(self) -> dict[str, list[tuple[str, Decimal]]]:
        rates: dict[str, list[tuple[str, Decimal]]] = {}
        for code, from_on, rate in self._all(schema.exchange_rate):
            rates.setdefault(code, []).append((from_on, Decimal(rate)))
        return rates

    def add(self, kind: str, row: dict[str, Any]) -> int:
        """File a row of reference data; an id is minted where its kind has one and none is given.

        kind: the table's name
        """
        table = schema.metadata.tables[kind]
        if "id" in table.columns and row.get("id") is None:
            row = {**row, "id": self._mint.take(kind)}
        self._connection.insert(table, [row])
        self.touch()
        return int(row.get("id") or 0)

    def change(self, kind: str, number: int, values: Mapping[str, Any]) -> None:
        """Change columns of a row of reference data; kind as for add."""
        self._connection.run(_change_of(kind, tuple(values)), of=number, **values)
        self.touch()

    def drop_invoice_type(self, code: str) -> None:
        """Make room for an invoice type's new definition."""
        self._connection.run(_drop_type, code=code)

    def set(self, name: str, value: Any, actor: str, at: datetime) -> None:
        """Change a setting; the earlier values stay on file."""
        row = {"name": name, "value": json.dumps(value), "changed_at": to_ms(at), "actor": actor}
        self.add("setting", row)

    def history(self) -> list[tuple[str, Any, datetime, str]]:
        """Every setting ever made: (name, value, when, who), oldest first."""
        rows = self._connection.rows(_setting_history)
        return [(name, json.loads(value), from_ms(at), actor) for _, name, value, at, actor in rows]

    def close_through(self, month: int, reason: str, actor: str, at: datetime) -> None:
        """Move the last closed book month."""
        row = {"closed_through": month, "reason": reason, "changed_at": to_ms(at), "actor": actor}
        self.add("period_event", row)

    def set_prefix(self, kind: str, prefix: str) -> None:
        """Let the numbers of a series begin otherwise from now on."""
        self._connection.run(_set_prefix, kind=kind, prefix=prefix)

    def touch(self) -> None:
        """Let every process read the snapshot anew."""
        self._connection.run(_touch)


def _policy(settings: dict[str, Any]) -> Policy:
    known = {name: settings[name] for name in POLICY_NAMES if name in settings}
    if "own_address" in known:
        known["own_address"] = Address(**known["own_address"])
    return Policy(**known)


def setting_value(value: Any) -> Any:
    """A setting as JSON can hold it."""
    return {k: v for k, v in asdict(value).items() if v} if isinstance(value, Address) else value


def _account_map(settings: dict[str, Any], ids: dict[str, int]) -> AccountMap:
    roles: dict[Role, int] = {}
    classes: dict[str, dict[Role, int]] = {}
    for name, code in settings.items():
        if not name.startswith(ACCOUNT_PREFIX) or code not in ids:
            continue
        ledger_class, _, role = name.removeprefix(ACCOUNT_PREFIX).rpartition(".")
        if ledger_class:
            classes.setdefault(ledger_class, {})[Role(role)] = ids[code]
        else:
            roles[Role(role)] = ids[code]
    return AccountMap(roles, classes)
