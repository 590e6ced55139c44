"""The server finds route, caller and body in that order, and words every fault through the contract."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
import structlog

from counterfoil.core.access import Verb
from counterfoil.web import logs, server
from counterfoil.web.doors import Directory, Door
from counterfoil.web.limits import Limits
from counterfoil.web.server import application
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Reply, Route
from tests.unit.web.doubles import MAX_BODY, PASSWORD, SECRET, Modes, ParrotCall, Shopkeeper, door, echo, office, parrot

BEARER = {"HTTP_AUTHORIZATION": f"Bearer {SECRET}"}
BASIC_SHOP = {"HTTP_AUTHORIZATION": "Basic c2hvcDpwYXNzLTc3"}


class Answer:
    """What came back of one call on a fresh application."""

    def __init__(
        self,
        method: str,
        path: str,
        environ: Mapping[str, str] = MappingProxyType({}),
        *,
        body: bytes = b"",
        at: Door | None = None,
        ready: str | None = None,
    ) -> None:
        self.opened: list[str] = []
        self.source = io.BytesIO(body)
        self.headers: dict[str, str] = {}
        request: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": ""}
        request |= {"SERVER_NAME": "here", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "REMOTE_ADDR": "10.1.2.3"}
        request |= {**environ, "wsgi.input": self.source}
        app = application([at or door()], office(self.opened.append), lambda: ready)
        self.body = b"".join(app(request, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.headers = {name.lower(): value for name, value in headers}
        return self.source.write

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def test_a_handler_gets_context_body_and_principal() -> None:
    answer = Answer("POST", "/parrot/echo", BEARER | {"HTTP_X_NOTE": "seen", "QUERY_STRING": "a=1"}, body=b"hi")
    assert answer.status == 200
    assert answer.json == {
        "body": "hi",
        "tail": "",
        "query": "a=1",
        "context": "shopkeeper parrot echo",
        "principal": "shopkeeper",
        "header": "seen",
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "environ", "status", "squawk"),
    [
        ("POST", "/parrot/nothing", BEARER, 404, "not_found"),
        ("POST", "/parrot/echo/", BEARER, 404, "not_found"),
        ("POST", "/parrot/things/7", BEARER, 404, "not_found"),
        ("GET", "/parrot/things/7/8", BEARER, 404, "not_found"),
        ("GET", "/parrot/echo", {}, 405, "method_not_allowed"),
        ("POST", "/parrot/echo", {}, 401, "unauthenticated"),
        ("POST", "/parrot/echo", {"HTTP_AUTHORIZATION": f"Bearer {SECRET.upper()}"}, 401, "unauthenticated"),
        ("POST", "/parrot/echo", {"HTTP_AUTHORIZATION": f"Bearer {SECRET[:-1]}"}, 401, "unauthenticated"),
        ("POST", "/parrot/echo", {"HTTP_AUTHORIZATION": "Bearer t\xf8k"}, 401, "unauthenticated"),
        ("GET", "/parrot/crash", BEARER, 500, "server_error"),
        ("GET", "/parrot/busy", BEARER, 503, "unavailable"),
    ],
)
def test_faults_are_worded_by_the_contract(
    method: str, path: str, environ: dict[str, str], status: int, squawk: str
) -> None:
    answer = Answer(method, path, environ)
    assert (answer.status, answer.json) == (status, {"squawk": squawk})


def test_method_comes_before_credentials_and_names_what_is_allowed() -> None:
    assert Answer("PUT", "/parrot/things").headers["allow"] == "GET, POST"


def test_unavailable_says_when_to_come_back() -> None:
    assert Answer("GET", "/parrot/busy", BEARER).headers["retry-after"] == "1"


def test_nothing_is_read_or_opened_before_the_credentials_hold() -> None:
    answer = Answer("POST", "/parrot/echo", {"CONTENT_LENGTH": str(MAX_BODY + 1)}, body=b"x" * (MAX_BODY + 1))
    assert answer.status == 401
    assert answer.opened == []
    assert answer.source.tell() == 0


@pytest.mark.parametrize("environ", [{}, {"CONTENT_LENGTH": str(MAX_BODY + 1)}], ids=["chunked", "declared"])
def test_a_body_over_the_limit(environ: dict[str, str]) -> None:
    answer = Answer("POST", "/parrot/echo", BEARER | environ, body=b"x" * (MAX_BODY + 1))
    assert (answer.status, answer.opened) == (413, [])
    assert Answer("POST", "/parrot/echo", BEARER, body=b"x" * MAX_BODY).status == 200


def test_what_is_swallowed_of_a_huge_body_is_bounded() -> None:
    assert Answer("POST", "/parrot/echo", BEARER, body=b"x" * MAX_BODY * 9).source.tell() == 2 * MAX_BODY + 1


def test_only_configured_modes_pass() -> None:
    basic_only, key_only = door(allowed=("basic",)), door(allowed=("header:x-key",))
    assert Answer("POST", "/parrot/echo", BASIC_SHOP, at=basic_only).status == 200
    assert Answer("POST", "/parrot/echo", BEARER, at=basic_only).status == 401
    assert Answer("POST", "/parrot/echo", {"HTTP_X_KEY": SECRET}, at=key_only).status == 200


@pytest.mark.parametrize(
    ("path", "tail"),
    [
        ("/parrot/things", ""),
        ("/parrot/things/", ""),
        ("/parrot/things/a b", "a b"),
        ("/parrot/things/7/", "7"),
        ("/parrot/things/\xc3\xa9", "é"),
        ("/parrot/things/\xff", "\ufffd"),
    ],
)
def test_a_prefix_route_hands_over_the_tail(path: str, tail: str) -> None:
    answer = Answer("GET", path, BEARER)
    assert (answer.status, answer.json["tail"]) == (200, tail)


def test_a_fit_request_id_comes_back_and_an_unfit_one_does_not() -> None:
    assert Answer("POST", "/parrot/echo", {"HTTP_X_REQUEST_ID": "a-1_B.2"}).headers["x-request-id"] == "a-1_B.2"
    for unfit in ("", "a b", "x" * 65, "a\n"):
        made = Answer("POST", "/parrot/echo", {"HTTP_X_REQUEST_ID": unfit}).headers["x-request-id"]
        assert len(made) == 32
        assert made != Answer("GET", "/healthz").headers["x-request-id"]


def test_made_request_ids_sort_by_time() -> None:
    first, second = (Answer("GET", "/parrot/nothing").headers["x-request-id"] for _ in range(2))
    assert first[:12] <= second[:12]


@pytest.mark.parametrize(
    ("path", "status", "tail"),
    [
        ("/parrot/orders/7/lines", 200, "7"),
        ("/parrot/orders/\xc3\xa9/lines", 200, "é"),
        ("/parrot/orders/new/lines", 200, "new"),
        ("/parrot/orders//lines", 404, ""),
        ("/parrot/orders/7", 404, ""),
        ("/parrot/orders/7/lines/8", 404, ""),
        ("/parrot/orders/new", 200, ""),
    ],
)
def test_a_path_may_have_open_places(path: str, status: int, tail: str) -> None:
    def named(call: ParrotCall) -> Reply:
        return Reply(200, encode({"order": call.request.params.get("order", "")}))

    routes = [
        Route("GET", "/parrot/orders/{order}/lines", "lines", named),
        Route("GET", "/parrot/orders/new", "new", named),
    ]
    answer = Answer("GET", path, BEARER, at=Door(parrot(*routes), Modes()))
    assert answer.status == status
    assert status == 404 or answer.json == {"order": tail}


def test_an_open_place_has_one_name() -> None:
    routes = [Route("GET", f"/parrot/{{{name}}}/{name}", name, echo) for name in ("order", "invoice")]
    with pytest.raises(ValueError, match="in another path"):
        Directory([Door(parrot(*routes), Modes())])


def test_a_route_asks_for_its_scope_before_it_reads_the_body() -> None:
    routes = [
        Route("POST", f"/parrot/scoped/{verb}", verb, echo, scope=("things", verb)) for verb in (Verb.READ, Verb.EDIT)
    ]
    at = Door(parrot(*routes), Modes())
    assert Answer("POST", "/parrot/scoped/read", BEARER, at=at).status == 200
    refused = Answer("POST", "/parrot/scoped/edit", BEARER, body=b"words", at=at)
    assert (refused.status, refused.json, refused.opened) == (403, {"squawk": "forbidden"}, [])
    assert refused.source.tell() == 0
    assert Answer("POST", "/parrot/scoped/edit", at=at).status == 401


def test_a_credential_with_a_rate_is_told_when_to_come_back() -> None:
    asked = [BEARER | {"wsgi.input": io.BytesIO()} for _ in range(3)]
    app = application([door()], office(caller=Shopkeeper("shopkeeper", credential=1, per_minute=2)), lambda: None)
    answers: list[tuple[str, dict[str, str]]] = []
    for environ in asked:
        request: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": "/parrot/echo", **environ}
        app(request, lambda status, headers, *_: answers.append((status[:3], dict(headers))))  # type: ignore[arg-type]
    assert [status for status, _ in answers] == ["200", "200", "429"]
    assert answers[-1][1]["Retry-After"] in ("29", "30")


def test_a_bucket_refills_and_belongs_to_one_credential() -> None:
    now = [100.0]
    limits = Limits(lambda: now[0])
    assert [limits.wait(1, 2) for _ in range(3)] == [0.0, 0.0, 30.0]
    assert limits.wait(2, 2) == 0.0
    now[0] += 15
    assert limits.wait(1, 2) == 15.0
    now[0] += 15
    assert limits.wait(1, 2) == 0.0
    now[0] += 6000
    assert [limits.wait(1, 2) for _ in range(3)] == [0.0, 0.0, 30.0]


def test_pages_of_the_house() -> None:
    assert Answer("GET", "/healthz").json == {"status": "alive"}
    assert Answer("GET", "/readyz").json == {"status": "ready"}
    broken = Answer("GET", "/readyz", ready="the schema is behind")
    assert (broken.status, broken.json["reason"]) == (503, "the schema is behind")
    assert Answer("GET", "/").json["error"] == "not_found"
    assert Answer("POST", "/healthz").status == 405


def test_requests_are_counted_by_operation_and_status_class() -> None:
    def counted() -> float:
        lines = Answer("GET", "/metrics").body.decode().splitlines()
        key = 'counterfoil_requests_total{contract="parrot",operation="echo",status="4xx"} '
        return sum(float(line.removeprefix(key)) for line in lines if line.startswith(key))

    before = counted()
    Answer("POST", "/parrot/echo")
    assert counted() == before + 1


def test_two_contracts_cannot_claim_one_path() -> None:
    thief = parrot(Route("GET", "/parrot/echo", "steal", echo), name="thief", prefix="/thief/")
    with pytest.raises(ValueError, match="two contracts"):
        Directory([door(), Door(thief, Modes())])
    with pytest.raises(ValueError, match="claimed twice"):
        Directory([Door(parrot(Route("POST", "/parrot/echo", "again", echo)), Modes())])


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's logger for one test: a configured one keeps its stream for good, and would write to a closed one."""
    monkeypatch.setattr(server, "_log", structlog.get_logger())
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("log")
def test_logs_name_the_caller_and_hold_no_secret(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    logs.configure("info")
    Answer(
        "POST",
        "/parrot/echo",
        BEARER | {"QUERY_STRING": "query-words", "HTTP_X_NOTE": "header-words"},
        body=b"body-words",
    )
    Answer("POST", "/parrot/echo", {"HTTP_AUTHORIZATION": "Bearer wrong-secret"})
    Answer("GET", "/parrot/crash", BEARER)
    written = capfdbinary.readouterr().err.decode()
    served, refused, failed, crashed = (json.loads(line) for line in written.splitlines())
    assert (served["event"], served["principal"], served["operation"], served["status"]) == (
        "request",
        "shopkeeper",
        "echo",
        200,
    )
    assert (refused["event"], refused["peer"], refused["status"]) == ("login_failed", "10.1.2.3", 401)
    assert "principal" not in refused
    assert "KeyError" in failed["exception"]
    assert failed["request_id"] == crashed["request_id"]
    for secret in (SECRET, PASSWORD, "wrong-secret", "body-words", "query-words", "header-words"):
        assert secret not in written
