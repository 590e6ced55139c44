"""The book itself: its settings and periods."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from counterfoil.contracts.own.names import Names, tax_code_name
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    editing,
    in_pages,
    listing,
    making,
    showing,
)
from counterfoil.contracts.own.sales import check_month
from counterfoil.contracts.own.shapes import Address, Asked, Code, Id, Month, Paged, Shown, address, place
from counterfoil.core.access import Verb
from counterfoil.core.reference import Policy
from counterfoil.services import keeping, periods, registry
from counterfoil.services.showing import View


class Settings(Shown):
    """What changes what is posted, as it holds now.

    purchase_tax: code of the tax that suppliers charge on items that name none
    """

    work_orders_reserve_stock: bool
    post_work_order_deposits: bool
    strict_totals: bool
    block_negative_stock: bool
    credit_over_invoice: bool
    default_department: int | None
    default_salesperson: int | None
    purchase_tax: str | None
    own_address: Address


class SettingChanges(Asked):
    """What changes of the settings from now on; members that are not given stay."""

    work_orders_reserve_stock: bool | UnsetType = UNSET
    post_work_order_deposits: bool | UnsetType = UNSET
    strict_totals: bool | UnsetType = UNSET
    block_negative_stock: bool | UnsetType = UNSET
    credit_over_invoice: bool | UnsetType = UNSET
    default_department: Id | UnsetType | None = UNSET
    default_salesperson: Id | UnsetType | None = UNSET
    purchase_tax: Code | UnsetType | None = UNSET
    own_address: Address | UnsetType = UNSET


class Setting(Shown):
    """A change of a setting: to what, when, and by whom."""

    id: int
    name: str
    value: Any
    changed_at: datetime
    actor: str


class Book(Shown):
    """What the book was made with."""

    currency: str
    country: str
    time_zone: str
    fiscal_month: int
    closed_through: int | None


class Closing(Shown):
    """A change of the last closed book month; null = none is closed."""

    id: int
    closed_through: int | None
    reason: str
    changed_at: datetime
    actor: str


class Close(Asked):
    """The book month to close, with all before it."""

    book_month: Month


class Reopen(Asked):
    """The book month to open again, with all after it, and why."""

    book_month: Month
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


def _settings(view: View, policy: Policy) -> Settings:
    given = {name: getattr(policy, name) for name in Settings.__struct_fields__}
    given["purchase_tax"] = tax_code_name(view, policy.purchase_tax)
    return Settings(**{**given, "own_address": address(policy.own_address)})


def _show(asked: Reading[Any]) -> Settings:
    return _settings(asked.view, asked.view.reference.policy)


def _change(wanted: Writing[SettingChanges]) -> Settings:
    asked, names = wanted.asked, Names(wanted.view)
    reference = keeping.hold_settings(wanted.work)
    wanted.require(_settings(wanted.view, reference.policy))
    purchase_tax = names.tax_code(asked.purchase_tax or None, "purchase_tax")
    for name, known in (("default_department", reference.departments), ("default_salesperson", reference.salespeople)):
        number = getattr(asked, name)
        if isinstance(number, int) and number not in known:
            names.wrong(f"{name.removeprefix('default_')}_not_found", name, f"there is no {number}")
    names.check()
    for name in SettingChanges.__struct_fields__:
        value = getattr(asked, name)
        if value is not UNSET:
            value = purchase_tax if name == "purchase_tax" else value
            registry.set_policy(wanted.work, name, place(value) if isinstance(value, Address) else value)
    return _settings(wanted.view, wanted.work.unit.references.read().policy)


def _history(asked: Reading[Paged]) -> list[tuple[Place, Setting]]:
    rows = [
        Setting(id=one.id, name=one.name, value=one.value, changed_at=one.changed_at, actor=one.actor)
        for one in asked.view.registers.settings()
    ]
    return in_pages([((row.id,), row) for row in rows], asked)


def _book(asked: Reading[Any]) -> Book:
    known = asked.view.reference
    return Book(
        currency=known.base.code,
        country=known.country,
        time_zone=known.time_zone,
        fiscal_month=known.fiscal_month,
        closed_through=known.closed_through or None,
    )


def _closings(view: View) -> list[Closing]:
    return [
        Closing(
            id=one.id,
            closed_through=one.closed_through or None,
            reason=one.reason,
            changed_at=one.changed_at,
            actor=one.actor,
        )
        for one in view.registers.closings()
    ]


def _periods(asked: Reading[Paged]) -> list[tuple[Place, Closing]]:
    return in_pages([((row.id,), row) for row in _closings(asked.view)], asked)


def _check_month(wanted: Writing[Any]) -> None:
    names = Names(wanted.view)
    check_month(names, wanted.asked.book_month)
    names.check()


def _close(wanted: Writing[Close]) -> Closing:
    _check_month(wanted)
    periods.close(wanted.work, wanted.asked.book_month)
    return _closings(wanted.view)[-1]


def _reopen(wanted: Writing[Reopen]) -> Closing:
    _check_month(wanted)
    periods.reopen(wanted.work, wanted.asked.book_month, wanted.asked.reason)
    return _closings(wanted.view)[-1]


SETTINGS = Resource(
    "settings",
    "The book and its settings",
    (
        showing("/book", "getBook", "What the book was made with", Book, _book),
        showing("/settings", "getSettings", "The settings that hold now", Settings, _show, tagged=True),
        editing("/settings", "changeSettings", "Change settings", SettingChanges, Settings, _change, Verb.MANAGE),
        listing("/settings/history", "listSettingChanges", "Every change, oldest first", Setting, _history, (int,)),
    ),
)
PERIODS = Resource(
    "periods",
    "Periods",
    (
        listing("/periods", "listPeriodChanges", "Closings and reopenings, oldest first", Closing, _periods, (int,)),
        making("/periods/close", "closePeriod", "Close a book month", Close, Closing, _close, Verb.MANAGE),
        making("/periods/reopen", "reopenPeriod", "Open a book month again", Reopen, Closing, _reopen, Verb.MANAGE),
    ),
)
