"""A line between two systems that breaks where it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

#: What may happen to a call: it passes; it is lost before or after it acted; its answer is cut off, turned into an
#: error page, into DataSnap's error, or wrapped in another way; or the server says 500 after it acted.
PASS, BEFORE, AFTER, CUT, HTML, ERROR, RESULT, ARRAY, FAILED = (
    *("pass", "before", "after", "cut", "html", "error", "result", "array", "failed"),
)
#: After these the caller cannot know.
DOUBTFUL = (BEFORE, AFTER, CUT, HTML, ERROR, FAILED)


@dataclass
class Line:
    """What happens to the calls of some paths, in their order; everything passes when the plan is used up.

    path:  the ends of the paths that the plan is for
    heard: (method, path, body) of every call that came to the line
    """

    to: str
    path: tuple[str, ...] = ("/addInvoice",)
    plan: list[str] = field(default_factory=list)
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)
    address: str = ""
    out: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30))

    def fate(self, method: str, path: str, body: bytes) -> str:
        """What happens to this call."""
        self.heard.append((method, path, body))
        return self.plan.pop(0) if path.endswith(self.path) and self.plan else PASS

    def bodies(self) -> list[bytes]:
        """The bodies of the calls that the plan is for."""
        return [body for _, path, body in self.heard if path.endswith(self.path)]


_KEPT = ("authorization", "content-type", "eva-user-agent", "eva-ids-mode")


@contextmanager
def breaking(to: str) -> Iterator[Line]:
    """A line to an address, open until the end."""
    line = Line(to)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(line))
    server.daemon_threads = True
    line.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        line.out.close()


def _handler(line: Line) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fate = line.fate(self.command, self.path, body)
            if fate == BEFORE:
                self._hang_up()
                return
            kept = {name: self.headers[name] for name in _KEPT if name in self.headers}
            answer = line.out.request(self.command, line.to + self.path, content=body, headers=kept)
            self._answer(fate, answer.status_code, answer.content)

        do_GET = do_POST = _pass

        def _answer(self, fate: str, status: int, content: bytes) -> None:
            whole = {
                HTML: b"<html><body>Internal error</body></html>",
                ERROR: b'{"error":"Access violation at address 00404DE1"}',
                RESULT: b'{"result":[' + content + b"]}",
                ARRAY: b"[" + content + b"]",
            }.get(fate, content)
            if fate == AFTER:
                self._hang_up()
                return
            self.send_response(500 if fate == FAILED else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[: len(whole) // 2] if fate == CUT else whole)
            if fate == CUT:
                self._hang_up()

        def _hang_up(self) -> None:
            self.close_connection = True
            self.wfile.flush()
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler
