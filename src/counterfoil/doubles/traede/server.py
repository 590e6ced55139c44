"""The HTTP side of the played TRAEDE."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from counterfoil.core.errors import BookError
from counterfoil.doubles.traede.faults import Fault, Faults
from counterfoil.doubles.traede.world import KEYS, World
from counterfoil.wire import codec
from counterfoil.wire.moment import parse_moment

_LARGEST_PAGE = 60
_MOST_MARKS = 10


class _Refused(Exception):
    """A call that the contract refuses."""

    def __init__(self, detail: str, status: int = 422, code: int = 10000) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


class Double:
    """A TRAEDE on a port of the loopback, served by threads until it is stopped.

    silence: seconds for which a call that gets no answer is kept waiting
    """

    def __init__(
        self,
        world: World,
        faults: Faults | None = None,
        port: int = 0,
        token: str = "token",  # noqa: S107 - it guards nothing
        app_key: str = "key",
        silence: float = 0,
    ) -> None:
        self.world, self.faults = world, faults or Faults()
        self.token, self.app_key, self.silence = token, app_key, silence
        self.calls: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Double:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever(0.2)

    def now(self) -> datetime:
        """The instant by this server's clock."""
        return datetime.now(UTC) + timedelta(seconds=self.faults.skew)

    def list(self, kind: str, query: str, fault: Fault | None) -> bytes:
        """A page of what a system has not exported."""
        pairs = parse_qsl(query, keep_blank_values=True)
        params, wanted = dict(pairs), {value for name, value in pairs if name.startswith("includes[")}
        system = params.get("system_id", "")
        if not system:
            raise _Refused("system_id is required")
        since = _instant(params.get("not_exported_since") or params.get("not_export_since"))
        since = None if since is None or since >= self.now() else since
        page, limit = _whole(params, "page", 0, 0), min(_whole(params, "limit", 20, 1), _LARGEST_PAGE)
        first = 0 if self.faults.ignore_page else page * limit
        if fault is Fault.DUPLICATE:
            first = max(0, first - 1)
        drafts = params.get("include_non_booked") in ("1", "true")
        ids, total = self.world.listed(kind, system, since, drafts, first, limit)
        if fault is Fault.DUPLICATE:
            ids += ids[:1]
        rows = [self._loaded(kind, number, wanted) for number in ids]
        if fault is Fault.SHIFT:
            self.world.book(kind)
        return codec.encode({KEYS[kind][0]: rows, "total": total})

    def _loaded(self, kind: str, number: int, wanted: set[str]) -> dict[str, Any]:
        wire = self.world.document(kind, number).wire
        if kind == "accounting-entries":
            return wire
        dropped = {name for name in ("customer", "lines") if name not in wanted}
        if "lines" in wanted and "lines" in wire:
            inner = {name for name in ("product", "variant") if f"lines.{name}" not in wanted}
            lines = [{name: value for name, value in line.items() if name not in inner} for line in wire["lines"]]
            wire["lines"] = lines
        return {name: value for name, value in wire.items() if name not in dropped}

    def mark(self, kind: str, body: bytes, fault: Fault | None) -> bytes:
        """Mark what a body names, all of it or nothing."""
        try:
            said = codec.decode(body, max_depth=8)
        except BookError as error:
            raise _Refused("the body is not JSON", 400) from error
        if not isinstance(said, dict):
            raise _Refused("the body is not an object", 400)
        root, key = KEYS[kind]
        named = said.get(root)
        if kind == "accounting-entries":
            shape = "reference" if root in said else "guide"
            if self.faults.refuse == shape:
                if self.faults.ignored:
                    return codec.encode({root: []})
                raise _Refused(f"the field {root if shape == 'guide' else 'credit_notes'} is required")
            if shape == "guide":
                named, key = said.get("credit_notes"), "credit_note_id"
        if not isinstance(named, list) or not named:
            raise _Refused(f"{root} is required")
        if len(named) > _MOST_MARKS:
            raise _Refused(f"{root} has {len(named)} items, at most {_MOST_MARKS} are allowed", code=10003)
        marks = [self._mark(kind, key, one) for one in named]
        if fault is not Fault.LOST_MARK:
            self.world.mark(kind, marks, self.now())
        return codec.encode({root: [{key: number, "system_id": system} for number, system, _ in marks]})

    def _mark(self, kind: str, key: str, one: object) -> tuple[int, str, str]:
        found = one if isinstance(one, dict) else {}
        number, system, note = found.get(key), found.get("system_id"), found.get("note")
        if isinstance(number, str) and number.isdigit():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or number not in self.world.ids(kind):
            raise _Refused(f"{key} {number} is unknown", code=10002)
        if not isinstance(system, str) or not system:
            raise _Refused(f"system_id of {key} {number} is required")
        return number, system, str(note or "")


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = parse_moment(text)
    if found is None:
        raise _Refused("not_exported_since is no date")
    return found.at or datetime.combine(found.on, datetime.min.time(), UTC)


def _whole(params: Mapping[str, str], name: str, default: int, low: int) -> int:
    text = params.get(name, str(default))
    if not text.isdigit() or int(text) < low:
        raise _Refused(f"{name} is not a whole number from {low}")
    return int(text)


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together; two small packets would wait for each other.
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("content-length") or 0)))

        def _serve(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            path = parts.path.rstrip("/")
            if path == "/double/marks":
                self._send(200, self._marks(parts.query))
                return
            double.calls.append((self.command, path))
            fault = double.faults.next()
            if self._met_before(fault):
                return
            status, reply = self._answer(path, parts.query, body, fault)
            if fault is Fault.SILENT_AFTER:
                self._hang()
            elif fault is Fault.ERROR_AFTER:
                self._send(500, b'{"status":"error","message":"An error occurred."}')
            elif fault is Fault.TRUNCATED and status == 200:
                self._send(status, reply[: len(reply) // 2], length=len(reply))
            elif fault is Fault.GARBLED and status == 200:
                self._send(status, b"<html><body>Bad gateway</body></html>", kind="text/html")
            else:
                self._send(status, reply)

        def _met_before(self, fault: Fault | None) -> bool:
            """Answer a call that never gets as far as having an effect."""
            if fault is Fault.SILENT:
                self._hang()
            elif fault is Fault.ERROR:
                self._send(500, b'{"status":"error","message":"An error occurred."}')
            elif fault is Fault.UNAUTHORISED:
                self._send(401, _error(401, 10401, "the token is not valid"))
            elif fault is Fault.THROTTLE_SECONDS:
                self._send(429, _error(429, 10429, "too many calls"), {"Retry-After": "0"})
            elif fault is Fault.THROTTLE_DATE:
                at = format_datetime(double.now().replace(microsecond=0), usegmt=True)
                self._send(429, _error(429, 10429, "too many calls"), {"Retry-After": at})
            else:
                return False
            return True

        def _answer(self, path: str, query: str, body: bytes, fault: Fault | None) -> tuple[int, bytes]:
            try:
                bearer, key = self.headers.get("authorization"), self.headers.get("x-traede-app-key")
                if bearer != f"Bearer {double.token}" or key != double.app_key:
                    raise _Refused("the token or the app key is not valid", 401, 10401)
                _, version, kind, operation = f"{path}///".split("/")[:4]
                if version.lower() != "v10" or kind not in KEYS:
                    raise _Refused("there is nothing here", 404)
                if (self.command, operation) == ("GET", "export"):
                    return 200, double.list(kind, query, fault)
                if (self.command, operation) == ("POST", "mark-as-exported"):
                    return 200, double.mark(kind, body, fault)
                raise _Refused("there is nothing here", 404)
            except _Refused as refused:
                return refused.status, _error(refused.status, refused.code, str(refused))

        def _marks(self, query: str) -> bytes:
            """What has been marked, for whoever tries things: not part of the contract."""
            system = dict(parse_qsl(query)).get("system_id", "")
            return json.dumps({kind: double.world.marks(kind, system) for kind in KEYS}).encode()

        def _hang(self) -> None:
            time.sleep(double.silence)
            self.close_connection = True

        def _send(
            self,
            status: int,
            body: bytes,
            headers: Mapping[str, str] | None = None,
            kind: str = "application/json",
            length: int | None = None,
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)
            if length is not None:
                self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(double.now(), usegmt=True)

    return Handler


def _error(status: int, code: int, detail: str) -> bytes:
    return json.dumps({"errors": [{"status": status, "code": code, "detail": detail}]}).encode()
