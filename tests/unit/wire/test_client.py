"""Outgoing calls, against a real server that answers what it is told to."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from counterfoil.core.errors import Invalid
from counterfoil.wire.client import Answer, Client, Garbled, Patience, Rejected, Unanswered, retry_after

#: status, headers, body
Said = tuple[int, dict[str, str], bytes]
QUICK = Patience(attempts=4, first=0.01, longest=2, connect=10, deadline=10, max_body=1000)
OK: Said = (200, {}, b'{"fine":true}')


class _Script:
    """Answers in turn, the last one for ever; a body that is shorter than its announced length breaks off."""

    def __init__(self, *answers: Said) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []

    def next(self) -> Said:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def _serving(script: _Script) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            script.heard.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, given, reply = script.next()
            headers = dict(given)
            if headers.pop("-slow", None):
                time.sleep(2)
            self.send_response_only(status)
            self.send_header("content-length", headers.pop("-length", str(len(reply))))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply)
            self.close_connection = True

        do_GET = do_POST = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _parsed(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise Garbled("no JSON") from error


def _client(base: str, waited: list[float] | None = None, *, patience: Patience = QUICK, **more: Any) -> Client:
    def wait(seconds: float) -> None:
        if waited is not None:
            waited.append(seconds)
        time.sleep(seconds)

    return Client(base, {"authorization": "Bearer hush"}, patience, wait=wait, chance=random.Random(1), **more)


@pytest.mark.parametrize(
    "trouble",
    [
        (500, {}, b"oops"),
        (503, {}, b""),
        (429, {}, b""),
        (429, {"retry-after": "0"}, b""),
        (200, {}, b"<html>not JSON</html>"),
        (200, {"-length": "50"}, b'{"fine":'),
        (200, {"-slow": "yes"}, b"{}"),
    ],
    ids=["500", "503", "429", "429 now", "no JSON", "cut off", "slow"],
)
def test_what_may_be_repeated_is_repeated(trouble: Said) -> None:
    script = _Script(trouble, trouble, OK)
    patience = replace(QUICK, deadline=1) if "-slow" in trouble[1] else QUICK
    with _serving(script) as base:
        client = _client(base, patience=patience)
        assert client.get("/list", [("a[]", "b c")], _parsed) == {"fine": True}
        assert client.post("/mark", b'{"a":1}', _parsed, repeatable=True) == {"fine": True}
        client.close()
    assert len(script.heard) == 4
    assert script.heard[0][1] in ("/list?a%5B%5D=b+c", "/list?a%5B%5D=b%20c")
    assert script.heard[3][3] == b'{"a":1}'


@pytest.mark.parametrize(
    ("trouble", "code", "acted"),
    [
        ((500, {}, b"oops"), "remote_error", True),
        ((429, {}, b""), "remote_throttles", False),
        ((200, {"-length": "50"}, b"{"), "remote_silent", True),
        ((200, {}, b"nonsense"), "remote_garbled", True),
    ],
)
def test_what_may_not_be_repeated_is_said_once_and_its_outcome_told(trouble: Said, code: str, acted: bool) -> None:
    script = _Script(trouble)
    with _serving(script) as base:
        client = _client(base)
        with pytest.raises(Unanswered) as caught:
            client.post("/add", b"{}", _parsed, repeatable=False)
        client.close()
    assert (caught.value.problems[0].code, caught.value.acted) == (code, acted)
    # A call that was turned away before it acted may be sent again.
    assert len(script.heard) == (1 if acted else QUICK.attempts)


def test_nobody_listens() -> None:
    with _serving(_Script(OK)) as base:
        pass
    with pytest.raises(Unanswered) as caught:
        _client(base).post("/add", b"{}", _parsed, repeatable=False)
    assert (caught.value.problems[0].code, caught.value.acted) == ("remote_unreachable", False)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_is_handed_over_at_once(status: int) -> None:
    script = _Script((status, {}, b'{"errors":[]}'))
    with _serving(script) as base, pytest.raises(Rejected) as caught:
        _client(base).get("/list", (), _parsed)
    assert caught.value.answer.status == status
    assert len(script.heard) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_that_asks_for_quiet_gets_it_from_every_client(form: str) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    script = _Script((429, {"retry-after": "1" if form == "seconds" else ahead}, b""), OK)
    with _serving(script) as base:
        waited: list[float] = []
        _client(base, waited).get("/list", (), _parsed)
        assert sum(waited) > 0.5
        script.answers.insert(0, (429, {"retry-after": "1"}, b""))
        with pytest.raises(Unanswered):
            Client(base, {}, Patience(attempts=1)).get("/list", (), _parsed)
        waited = []
        _client(base, waited).get("/list", (), _parsed)
        assert sum(waited) > 0.5


def test_a_date_is_read_by_the_servers_own_clock() -> None:
    now = datetime.now(UTC) + timedelta(hours=2)
    by_its_clock = {name: format_datetime(at, usegmt=True) for name, at in (("date", now), ("retry-after", now))}
    with _serving(_Script((429, by_its_clock, b""), OK)) as base:
        waited: list[float] = []
        assert _client(base, waited).get("/list", (), _parsed) == {"fine": True}
    assert sum(waited) < 2


def test_a_long_quiet_ends_the_call_and_lets_no_other_out() -> None:
    script = _Script((429, {"retry-after": "3600"}, b""), OK)
    with _serving(script) as base:
        for _ in range(2):
            with pytest.raises(Unanswered) as caught:
                _client(base).get("/list", (), _parsed)
            assert caught.value.after is not None
            assert caught.value.after > 3000
    assert len(script.heard) == 1


def test_redirects_never_carry_credentials_to_another_host() -> None:
    other = _Script(OK)
    with _serving(other) as elsewhere:
        script = _Script((302, {"location": f"{elsewhere}/list"}, b""))
        with _serving(script) as base:
            client = _client(base)
            with pytest.raises(Unanswered, match="redirects to") as got:
                client.get("/list", (), _parsed)
            with pytest.raises(Unanswered, match="redirects to") as posted:
                client.post("/add", b"{}", _parsed, repeatable=True)
    assert got.value.problems[0].code == posted.value.problems[0].code == "remote_redirects"
    assert other.heard == []


def test_a_redirect_within_the_origin_is_followed() -> None:
    script = _Script((301, {"location": "/v10/list?page=0"}, b""), OK)
    with _serving(script) as base:
        assert _client(base).get("/V10/list", [("page", "0")], _parsed) == {"fine": True}
    assert [path for _, path, _, _ in script.heard] == ["/V10/list?page=0", "/v10/list?page=0"]


def test_a_body_beyond_the_limit_is_not_read() -> None:
    with _serving(_Script((200, {}, b"x" * 2000))) as base, pytest.raises(Unanswered) as caught:
        _client(base).get("/list", (), _parsed)
    assert caught.value.problems[0].code == "remote_too_large"


@pytest.mark.parametrize("url", ["http://api.example", "ftp://127.0.0.1", "https://me:pw@api.example", "nonsense"])
def test_a_base_url_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        Client(url, {})
    assert "pw" not in str(caught.value)


def test_retry_after_in_both_forms() -> None:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    cases: list[tuple[str, float | None]] = [
        ("120", 120.0),
        ("Wed, 01 May 2024 12:01:00 GMT", 60.0),
        ("Wed, 01 May 2024 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ]
    assert [retry_after(text, now) for text, _ in cases] == [seconds for _, seconds in cases]
