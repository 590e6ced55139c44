"""`counterfoil why`: one document's whole life."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from counterfoil import app as building
from counterfoil.cli.desk import app, open_book, out
from counterfoil.cli.tables import moment
from counterfoil.services.why import tell
from counterfoil.services.why.model import Answer, Event, Life, Outside, Trouble
from counterfoil.wire.codec import encode


@app.command()
def why(
    number: Annotated[str, typer.Argument(help="A document's number, or a sender's reference.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell what became of a document and why: calls, postings, applications, and what is wrong with it now."""
    store = open_book()
    answer = tell(store, number)
    if as_json:
        typer.echo(encode(answer.plain()).decode())
    else:
        _show(answer, ZoneInfo(building.reference(store).time_zone))
    if not answer.lives and not answer.outside and not answer.mentions:
        raise typer.Exit(1)


def _show(answer: Answer, zone: ZoneInfo) -> None:
    for say in answer.says:
        _line(say)
    for life in answer.lives:
        _show_life(life, zone)
    for one in answer.outside:
        _show_outside(one, zone)
    if answer.mentions:
        _line("Calls that mention it:")
        _show_events(answer.mentions, zone)


def _show_life(life: Life, zone: ZoneInfo) -> None:
    kind = life.kind.replace("_", " ").capitalize()
    of = f" of {life.customer}" if life.customer else ""
    out.print(
        f"{kind} {life.number}{of}, {life.on}, {life.total:,f} {life.currency}, {life.state}",
        style="bold",
        markup=False,
    )
    _show_events(life.events, zone)
    if not life.troubles:
        _line("Nothing is wrong with it.")
    _show_troubles(life.troubles)


def _show_outside(one: Outside, zone: ZoneInfo) -> None:
    say = f"{one.number}: {one.flow} {one.their_id} of {one.account}, not in the book, {one.state}"
    out.print(say, style="bold", markup=False, highlight=False)
    _show_events(one.events, zone)
    _show_troubles(one.troubles)


def _show_troubles(troubles: Iterable[Trouble]) -> None:
    for trouble in troubles:
        out.print(f"! {trouble.say}", style="yellow", highlight=False, markup=False, soft_wrap=True)
        _line(f"    {trouble.do}")
    _line("")


def _show_events(events: Iterable[Event], zone: ZoneInfo) -> None:
    for event in events:
        _line(f"  {moment(event.at, zone)}  {event.say}")
        for line in event.lines:
            _line(f"{'':23}{line}")


def _line(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
