"""A small load generator: many connections, one loop, raw sockets, so that it takes little of what it measures."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_END = b"\r\n\r\n"


@dataclass(slots=True)
class Stream:
    """Requests of one kind.

    requests: whole HTTP requests
    rate:     per second, sent when their time comes; None = each connection sends the next one when it is answered
    most:     how many are sent at most
    answers:  where the bodies of answers are kept, None = nowhere
    """

    requests: Iterator[bytes]
    connections: int
    rate: float | None = None
    most: int | None = None
    answers: list[bytes] | None = None
    latencies: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """One connection. due: when the request under way should have been sent."""

    stream: Stream
    socket: socket.socket
    due: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = 0


class Refused(RuntimeError):
    """A server answered with another status than 200."""


def run(port: int, streams: Sequence[Stream], seconds: float) -> float:
    """Send for some seconds, then wait for what is under way; the seconds that it took.

    A request that waits for a free connection counts from when it was due: a slow server is not measured less often.
    """
    began = time.perf_counter()
    ends = began + seconds
    free: dict[int, deque[_Line]] = {}
    sent = [0] * len(streams)
    with selectors.DefaultSelector() as ready:
        busy = 0
        lines = []
        for at, stream in enumerate(streams):
            free[at] = deque()
            for _ in range(stream.connections):
                line = _Line(stream, socket.create_connection(("127.0.0.1", port)))
                line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(line.socket, selectors.EVENT_READ, (at, line))
                free[at].append(line)
                lines.append(line)
        began = time.perf_counter()
        ends = began + seconds
        while True:
            now = time.perf_counter()
            if now < ends:
                for at, stream in enumerate(streams):
                    while free[at] and sent[at] != stream.most:
                        due = now if stream.rate is None else began + sent[at] / stream.rate
                        if due > now:
                            break
                        line = free[at].popleft()
                        line.due = due
                        line.socket.sendall(next(stream.requests))
                        sent[at] += 1
                        busy += 1
            if not busy and (now >= ends or all(sent[at] == stream.most for at, stream in enumerate(streams))):
                break
            for key, _ in ready.select(_patience(streams, sent, free, began, ends)):
                at, line = key.data
                if _answered(line):
                    busy -= 1
                    free[at].append(line)
        took = time.perf_counter() - began
        for line in lines:
            line.socket.close()
    return took


def _patience(
    streams: Sequence[Stream], sent: Sequence[int], free: dict[int, deque[_Line]], began: float, ends: float
) -> float:
    """How long nothing has to be sent."""
    now = time.perf_counter()
    waits = [ends - now] if now < ends else [1.0]
    for at, stream in enumerate(streams):
        if stream.rate is not None and free[at] and now < ends:
            waits.append(began + sent[at] / stream.rate - now)
    return max(0.0, min(waits))


def _answered(line: _Line) -> bool:
    part = line.socket.recv(262144)
    if not part:
        raise Refused("the server closed the connection")
    line.received += part
    if not line.expected:
        head = line.received.find(_END)
        if head < 0:
            return False
        line.expected = head + len(_END) + _length(bytes(line.received[:head]))
    if len(line.received) < line.expected:
        return False
    stream = line.stream
    stream.latencies.append(time.perf_counter() - line.due)
    if not line.received.startswith(b"HTTP/1.1 200"):
        raise Refused(bytes(line.received[:2000]).decode("utf-8", "replace"))
    if stream.answers is not None:
        stream.answers.append(bytes(line.received[line.received.find(_END) + len(_END) :]))
    line.received.clear()
    line.expected = 0
    return True


def _length(head: bytes) -> int:
    for name in head.lower().split(b"\r\n"):
        if name.startswith(b"content-length:"):
            return int(name[15:])
    raise Refused("the server did not say how long its answer is")


def request(path: str, body: bytes, authorization: str) -> bytes:
    """A POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: {authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
