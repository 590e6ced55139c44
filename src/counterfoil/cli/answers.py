"""`counterfoil why`: one document's whole life."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from counterfoil import app as building
from counterfoil.cli.desk import app, open_book, out
from counterfoil.services.why import tell
from counterfoil.services.why.model import Answer, Event, Life
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
    if not answer.lives and not answer.mentions:
        raise typer.Exit(1)


def _show(answer: Answer, zone: ZoneInfo) -> None:
    for say in answer.says:
        _line(say)
    for life in answer.lives:
        _show_life(life, zone)
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
    for trouble in life.troubles:
        out.print(f"! {trouble.say}", style="yellow", highlight=False, markup=False)
        _line(f"    {trouble.do}")
    _line("")


def _show_events(events: Iterable[Event], zone: ZoneInfo) -> None:
    for event in events:
        _line(f"  {_moment(event.at, zone)}  {event.say}")
        for line in event.lines:
            _line(f"{'':23}{line}")


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _line(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
