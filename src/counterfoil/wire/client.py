"""Calling another system: what may be repeated is repeated, a server that asks for quiet gets it, secrets stay home."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2

from counterfoil.core.errors import Invalid, Problem, Unavailable

T = TypeVar("T")
Params = Sequence[tuple[str, str]]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: A server's answer quoted in an error is cut off here, in bytes.
_QUOTED = 500
_SECONDS = re.compile(r"[0-9]{1,9}")

#: Until when no call goes out to an origin, on the monotonic clock, shared by all clients of this process.
_quiet_until: dict[str, float] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Answer:
    """What another system answered; headers by lower-case name, the body whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def quoted(self) -> str:
        """The beginning of the body, fit for an error message."""
        return self.body[:_QUOTED].decode("utf-8", "replace")


class Rejected(Exception):
    """The other system understood and said no: a status of 4xx other than 429."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the other system answered {answer.status}: {answer.quoted}")
        self.answer = answer


class Unanswered(Unavailable):
    """No usable answer came.

    acted: whether the other system may have done what it was asked
    after: seconds for which it wants no further call, where it said so and it is longer than we are willing to wait
    """

    def __init__(self, code: str, say: str, *, acted: bool, after: float | None = None) -> None:
        super().__init__(Problem(code, "", say))
        self.acted, self.after = acted, after


class Garbled(Exception):
    """Raised by a reader for a body that broke off on its way; the call is repeated where it may be."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long another system is borne with; all in seconds but attempts and max_body.

    attempts: calls in all, for one that may be repeated
    longest:  the longest pause that is waited out; a server that asks for more ends the call
    deadline: for one attempt, however slowly its body drips in
    max_body: bytes; more is not read
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 120
    connect: float = 10
    deadline: float = 60
    max_body: int = 64 * 1024 * 1024


class Client:
    """Calls to one base URL.

    base_url:   from the operator; https, plain http to this machine only
    headers:    sent with every call, to that origin alone; they may be secret
    wait:       pauses for some seconds; may raise to give up
    plain_http: the operator lets it be called without encryption, within a network of its own
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        patience: Patience | None = None,
        *,
        wait: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
        plain_http: bool = False,
    ) -> None:
        parts = urlsplit(base_url)
        near = plain_http or parts.hostname in _LOOPBACK
        if not parts.hostname or (parts.scheme != "https" and (parts.scheme != "http" or not near)):
            raise Invalid(Problem("base_url_insecure", "base_url", "the base URL must begin with https://"))
        if parts.username or parts.query or parts.fragment:
            raise Invalid(Problem("base_url_invalid", "base_url", "the base URL holds no user, query or fragment"))
        self._base, self._origin = base_url.rstrip("/"), _origin(base_url)
        self._patience = patience or Patience()
        self._wait = wait
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries, hides nothing
        self._http = httpx2.Client(
            headers=dict(headers),
            timeout=httpx2.Timeout(self._patience.deadline, connect=self._patience.connect),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, path: str, params: Params, read: Callable[[Answer], T]) -> T:
        """Ask for something.

        read:   makes sense of a 2xx answer; Garbled repeats the call
        raises: Rejected, Unanswered
        """
        return self._call("GET", path, params, None, read, repeatable=True)

    def post(self, path: str, body: bytes, read: Callable[[Answer], T], *, repeatable: bool) -> T:
        """Tell something.

        body:       JSON
        repeatable: saying it twice is harmless; else it is sent once, and Unanswered says whether it may have arrived
        raises:     Rejected, Unanswered
        """
        return self._call("POST", path, (), body, read, repeatable=repeatable)

    def _call(
        self, method: str, path: str, params: Params, body: bytes | None, read: Callable[[Answer], T], repeatable: bool
    ) -> T:
        url = self._base + path
        attempts = self._patience.attempts
        for attempt in range(1, attempts + 1):
            self._keep_quiet()
            try:
                answer = self._once(method, url, params, body)
                if not self._again(answer):
                    return self._settled(answer, read)
                failed = Unanswered("remote_error", f"the other system answered {answer.status}", acted=True)
                if answer.status == 429:
                    failed = self._throttled(answer)
            except Unanswered as error:
                failed = error
            except Garbled as error:
                failed = Unanswered("remote_garbled", f"the answer cannot be read: {error}", acted=True)
            may = repeatable or not failed.acted
            if failed.after is not None or not may or attempt == attempts:
                raise failed
            self._wait(self._pause(attempt))
        raise AssertionError("at least one attempt is made")

    @staticmethod
    def _again(answer: Answer) -> bool:
        return answer.status >= 500 or answer.status in (408, 425, 429)

    @staticmethod
    def _settled(answer: Answer, read: Callable[[Answer], T]) -> T:
        if answer.status >= 300:
            raise Rejected(answer)
        return read(answer)

    def _once(self, method: str, url: str, params: Params, body: bytes | None) -> Answer:
        """One attempt; a redirect of a GET within the origin is followed, none ever leaves it."""
        for _ in range(3):
            answer = self._sent(method, url, params, body)
            if answer.status not in _REDIRECTS:
                return answer
            target = urljoin(url, answer.headers.get("location", ""))
            if method != "GET" or _origin(target) != self._origin:
                say = f"the other system redirects to {_origin(target)}, where credentials are not sent"
                raise Unanswered("remote_redirects", say, acted=False, after=0)
            url, params = target, ()
        raise Unanswered("remote_redirects", "the other system redirects in a circle", acted=False, after=0)

    def _sent(self, method: str, url: str, params: Params, body: bytes | None) -> Answer:
        kind = {"content-type": "application/json"}
        until = time.monotonic() + self._patience.deadline
        try:
            with self._http.stream(method, url, params=list(params) or None, content=body, headers=kind) as response:
                whole = bytearray()
                for piece in response.iter_bytes():
                    whole += piece
                    if len(whole) > self._patience.max_body:
                        raise Unanswered("remote_too_large", "the answer is too large", acted=True, after=0)
                    if time.monotonic() > until:
                        raise Unanswered("remote_slow", "the answer comes too slowly", acted=True)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, bytes(whole))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unanswered("remote_unreachable", "the other system cannot be reached", acted=False) from error
        except httpx2.TransportError as error:
            say = f"the other system did not answer: {type(error).__name__}"
            raise Unanswered("remote_silent", say, acted=True) from error
        except httpx2.DecodingError as error:
            raise Unanswered("remote_garbled", "the answer cannot be unpacked", acted=True) from error

    def _throttled(self, answer: Answer) -> Unanswered:
        """Note how long the server wants quiet; the call ends where that is longer than we wait."""
        # A date is meant by the server's own clock, which may differ from ours.
        now = _http_date(answer.headers.get("date", "")) or datetime.now(UTC)
        asked = retry_after(answer.headers.get("retry-after", ""), now)
        if asked is not None:
            with _lock:
                _quiet_until[self._origin] = max(_quiet_until.get(self._origin, 0), time.monotonic() + asked)
        after = asked if asked is not None and asked > self._patience.longest else None
        return Unanswered("remote_throttles", "the other system asks for fewer calls", acted=False, after=after)

    def _keep_quiet(self) -> None:
        with _lock:
            left = _quiet_until.get(self._origin, 0) - time.monotonic()
        if left <= 0:
            return
        if left > self._patience.longest:
            say = f"the other system wants no call for {left:.0f} seconds"
            raise Unanswered("remote_throttles", say, acted=False, after=left)
        self._wait(left)

    def _pause(self, attempt: int) -> float:
        """Twice as long each time, up to a limit, and never exactly as long as another client's."""
        return min(self._patience.longest, self._patience.first * 2.0 ** (attempt - 1)) * self._chance.uniform(0.5, 1)


def retry_after(text: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as an HTTP date; None if it cannot be read.

    now: the instant by the server's clock
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    at = _http_date(text)
    return None if at is None else max(0.0, (at - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}"
