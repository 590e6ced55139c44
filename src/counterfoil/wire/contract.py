"""What a vendor's folder offers, and what the server hands it, free of any web framework."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from counterfoil.core.access import Scope

C = TypeVar("C")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    path:    percent-decoded, without the query
    query:   as sent, without the question mark
    headers: by lower-case name
    body:    empty until the caller is known
    tail:    what follows a prefix route's path, without slashes; "" elsewhere
    params:  what stands in the places that the route's path leaves open, by their names
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    tail: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply; the server adds its length and the request id."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Presented:
    """One credential found in a request.

    mode: "bearer", "basic" or "header:<lower-case name>"
    user: only Basic names one
    """

    secret: str
    user: str | None
    mode: str

    def __repr__(self) -> str:
        return f"Presented(mode={self.mode!r})"


class Fault(StrEnum):
    """What the server itself may have to say; each contract words it."""

    NOT_FOUND = "not_found"
    METHOD = "method_not_allowed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    TOO_MANY = "too_many_requests"
    TOO_LARGE = "too_large"
    OURS = "server_error"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Again:
    """An earlier call, to be made once more as its own caller.

    caller: its principal's name
    """

    contract: str
    operation: str
    caller: str
    request: Request


@dataclass(frozen=True, slots=True)
class Call(Generic[C, S]):
    """What a handler receives.

    context:   the office, opened for this caller
    principal: the caller's name, by which settings may differ
    repeat:    makes an earlier call at any door once more; None where no door has such an operation any longer
    """

    context: C
    request: Request
    settings: S
    principal: str
    repeat: Callable[[Again], Reply | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Route(Generic[C, S]):
    """One operation at one path.

    path:           whole, as `/Windward/WebAPI/Invoice/addInvoice`; `{name}` stands for any one segment
    operation:      its name in evidence, logs and metrics
    prefix:         also answers path + "/" + one more segment, handed over as `tail`
    trailing_slash: one slash more at the end is the same path
    scope:          what the caller's credential must cover, else FORBIDDEN; None asks for nothing
    public:         answers anybody, before any credential is looked at; None from it = not without credentials
    """

    method: str
    path: str
    operation: str
    handle: Callable[[Call[C, S]], Reply]
    prefix: bool = False
    trailing_slash: bool = False
    scope: Scope | None = None
    public: Callable[[Request, S], Reply | None] | None = None


@dataclass(frozen=True, slots=True)
class Contract(Generic[C, S]):
    """One vendor's conversation, as served.

    prefix:   paths below it that match no route get this contract's own "not found", as `/evolutionx/`
    settings: reads the table `[contracts.<name>]`
    present:  the credentials that a request carries, in the modes that the settings know
    admits:   may this principal present itself in this way
    fault:    words a fault; the server adds Allow to a METHOD, Retry-After to an UNAVAILABLE and a TOO_MANY
    max_body: bytes; more is TOO_LARGE

    The server goes: route, method, credentials, rate, scope, size, handler. A handler words what the office refuses;
    an Unavailable that it lets through becomes UNAVAILABLE, anything else OURS.
    """

    name: str
    title: str
    prefix: str
    routes: tuple[Route[C, S], ...]
    settings: type[S]
    present: Callable[[Request, S], Sequence[Presented]]
    admits: Callable[[str, Presented, S], bool]
    fault: Callable[[Fault, Request, S], Reply]
    max_body: int
