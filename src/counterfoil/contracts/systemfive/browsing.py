"""They read what we have: inventory, what has changed, and whether we are there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from counterfoil.contracts.systemfive.replies import (
    SYSTEM,
    chosen,
    invalid,
    page,
    record_id,
    result,
    shown,
    wanted_fields,
)
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.wire import MAX_DEPTH
from counterfoil.core.errors import Invalid, Problem
from counterfoil.services import directory
from counterfoil.services.directory import ItemFound
from counterfoil.services.office import Context
from counterfoil.wire import values
from counterfoil.wire.codec import decode, plain
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.read import Fields

#: The oldest WebAPI that has every method served here.
VERSION = "6.2.7.415"
#: The numbers of System Five's files whose changes are told.
INVOICES, INVENTORY = 9, 7


def connect(call: Call[Context, Settings]) -> Reply:
    """That we are here, and may be asked."""
    return result({"Response": "Success", "Version": VERSION})


def handshake(call: Call[Context, Settings]) -> Reply:
    """That an end point is served, and by which version."""
    return result({"Version": VERSION})


def changes(call: Call[Context, Settings]) -> Reply:
    """The ids of the invoices or parts that were entered or changed on a day or after it."""
    try:
        asked = Fields.of(decode(call.request.body, max_depth=MAX_DEPTH))
        number = asked.need_whole("FileNumber", low=0)
        before = len(asked.problems)
        moment = asked.moment("EffectiveDate")
        if moment is None and len(asked.problems) == before:
            asked.note("required", "EffectiveDate", "is required")
        asked.refuse()
    except Invalid as error:
        return invalid(error)
    assert moment is not None, "a date that is missing was refused"
    if number == INVOICES:
        ids = directory.ids_of_sales_since(call.context, SYSTEM, moment.on)
    elif number == INVENTORY:
        ids = directory.ids_of_items_since(call.context, SYSTEM, moment.on)
    else:
        say = f"changes of file {number} are not kept: {INVOICES} is invoices, {INVENTORY} is inventory"
        return result({"Response": say, "Results": []})
    return result({"Response": "Success", "Results": [{"RecordID": one} for one in ids]})


def inventory(call: Call[Context, Settings]) -> Reply:
    """Parts by id; none or 0 reads all, page by page."""
    tail = call.request.tail
    try:
        number, size = page(call.request)
        their_id = None if tail in ("", "0") else record_id(tail)
    except Invalid as error:
        return invalid(error)
    if their_id is None:
        found = directory.items(call.context, SYSTEM, number, size)
    else:
        found = directory.item(call.context, SYSTEM, their_id) if their_id else []
    return _parts(call, found)


def inventory_changes(call: Call[Context, Settings]) -> Reply:
    """A page of the parts that changed on a day or after it."""
    try:
        number, size = page(call.request)
        since = _day(call.request.query)
    except Invalid as error:
        return invalid(error)
    return _parts(call, directory.items_since(call.context, SYSTEM, since, number, size))


def _day(query: str) -> date:
    text = parse_qs(query).get("EffectiveDate", [""])[0]
    try:
        found = values.moment(text)
    except values.Wrong as wrong:
        raise Invalid(Problem(wrong.code, "EffectiveDate", wrong.say)) from wrong
    if found is None:
        raise Invalid(Problem("required", "EffectiveDate", "is required"))
    return found.on


def _parts(call: Call[Context, Settings], found: list[ItemFound]) -> Reply:
    wanted = wanted_fields(call.request)
    return shown({"Inventory": [chosen(_part(one), wanted) for one in found]}, call.settings)


def _part(one: ItemFound) -> dict[str, Any]:
    item = one.item
    return {
        "InventoryId": one.their_id,
        "PartNumber": item.sku,
        "Description": item.description,
        "UnitOfMeasure": item.uom,
        "InStock": plain(sum(one.on_hand.values(), Decimal(0))),
        **{f"InStock - Dept[{number}]": plain(lying) for number, lying in one.on_hand.items()},
        "Prices": [{"Regular List": plain(item.price)}] if item.price is not None else [],
        "Landed": plain(one.cost),
        "MarkedDeleted": False,
    }
