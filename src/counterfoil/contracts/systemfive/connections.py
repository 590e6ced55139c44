"""The tables `[[contracts.systemfive.connections]]`: real System Fives that documents are pushed into."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec

from counterfoil.core.exporting import Topic
from counterfoil.core.ports import Pushing

SYSTEM = "systemfive"
Letter = Literal["W", "A", "C"]
Sent = Literal["sales_invoice", "credit_note", "cash_sale"]
Positive = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Connection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One System Five.

    name:          what it is called here
    base_url:      where it listens, up to and without /Windward
    plain_http:    it may be called without encryption, in a network of your own
    user, password: of the System Five user that the calls are made as
    since:         documents dated before stay here
    topics:        what is pushed: sales_invoice, credit_note, cash_sale
    refs:          the system whose ids for customers and items hold there
    sources:       principals through whom its own documents come in; those never go back
    currency:      the one it keeps its books in, None = this book's
    types:         what each kind is sent as: W, A or C
    sub_types:     the sub-type of each type
    tenders:       our tender type -> theirs
    departments:   our department's id -> theirs; none at all = not sent
    salespeople:   our salesperson's id -> theirs; none at all = not sent
    charge_part:   the part that charges such as freight are sent as
    other_part:    the part for lines without an item on file, and for what rounding left
    customers:     one that it has no id for: refuse, or send its billing address, which makes a new one there
    terminal:      TerminalNumber
    percent:       what stands for % in texts, which its parser cannot take
    chunk_lines:   lines of a work order that go in one call, None = all
    resend_when_absent: send again, under the same ReferenceNo, what a look-up did not find
    timeout:       seconds that one call may take, and for which nothing is concluded from an absence
    """

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    base_url: str
    user: str
    password: str
    since: date
    plain_http: bool = False
    topics: tuple[Sent, ...] = ("sales_invoice", "credit_note", "cash_sale")
    refs: str = SYSTEM
    sources: tuple[str, ...] = ()
    currency: str | None = None
    types: dict[Sent, Letter] = {}
    sub_types: dict[Letter, str] = {}
    tenders: dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=1)]] = {}
    departments: dict[str, Positive] = {}
    salespeople: dict[str, Positive] = {}
    charge_part: Positive | None = None
    other_part: Positive | None = None
    customers: Literal["refuse", "billing"] = "refuse"
    terminal: Annotated[int, msgspec.Meta(ge=0)] = 0
    percent: str = " pct"
    chunk_lines: Positive | None = None
    resend_when_absent: bool = False
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 120

    def __post_init__(self) -> None:
        if "%" in self.percent:
            raise ValueError("percent must not hold the sign that it stands for")

    def __repr__(self) -> str:
        return f"Connection({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]

    @property
    def target(self) -> str:
        """Its name in the book."""
        return f"{SYSTEM}:{self.name}"

    @property
    def pushing(self) -> Pushing:
        """What the office has to know to push into it."""
        return Pushing(
            topics=tuple(Topic(topic) for topic in self.topics),
            since=self.since,
            refs=self.refs,
            sources=frozenset(self.sources),
            resend=self.resend_when_absent,
            settle=timedelta(seconds=self.timeout),
        )
