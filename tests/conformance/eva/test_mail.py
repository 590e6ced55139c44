"""Word of a dispute goes out by mail where mail is set up, and never gets in the way."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from counterfoil.store import Store
from tests.conformance import given_eva
from tests.conformance.eva.platform import Platform


class _Post:
    """A mail server's handler that keeps what arrives, or refuses everything."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], Message]] = []
        self.refusing = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a message in, or refuse it."""
        if self.refusing:
            return "554 refused"
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[_Post, int]]:
    """A mail server of the loopback, and its port."""
    handler = _Post()
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def _platform(book: Store, port: int | None) -> Platform:
    settings = {} if port is None else {"mail_host": "127.0.0.1", "mail_port": port, "mail_from": "books@example.com"}
    return Platform(book, given_eva.prepare(book), settings)


def test_a_dispute_is_told(book: Store, post: tuple[_Post, int]) -> None:
    platform = _platform(book, post[1])
    number = platform.register(InvoiceNumber="2222333")
    platform.dispute(number, "56.33", Description="one short", EmailAddressToSendNotificationTo="buyer@example.com")
    platform.dispute(number, "1")
    ((sender, receivers, told),) = post[0].arrived
    assert (sender, receivers, told["Subject"]) == (
        "books@example.com",
        ["buyer@example.com"],
        "Dispute on invoice 2222333",
    )
    text = told.get_payload()
    assert isinstance(text, str)
    for said in ("56.33", "Quantity difference", "one short"):
        assert said in text


def test_a_refused_dispute_is_not_told(book: Store, post: tuple[_Post, int]) -> None:
    platform = _platform(book, post[1])
    number = platform.register()
    body = {"InvoiceID": number, "Amount": 0, "ReasonID": 1, "EmailAddressToSendNotificationTo": "buyer@example.com"}
    platform.refused("CreateInvoiceDispute", body)
    assert post[0].arrived == []


@pytest.mark.parametrize(
    "address", ["buyer@example.com", "no address", "a@b\r\nBcc: c@example.com", "bücher@example.com", "<>", "a@b, c@d"]
)
def test_mail_that_fails_does_not_fail_the_call(book: Store, post: tuple[_Post, int], address: str) -> None:
    handler, port = post
    handler.refusing = True
    platform = _platform(book, port)
    number = platform.register(InvoiceNumber="n\r\nBcc: c@example.com")
    assert platform.dispute(number, "5", EmailAddressToSendNotificationTo=address)
    assert handler.arrived == []


def test_no_header_can_be_smuggled_in(book: Store, post: tuple[_Post, int]) -> None:
    platform = _platform(book, post[1])
    number = platform.register(InvoiceNumber="n\r\nBcc: c@example.com")
    platform.dispute(number, "5", EmailAddressToSendNotificationTo="a@example.com\r\nBcc: c@example.com")
    platform.dispute(number, "5", EmailAddressToSendNotificationTo="a@example.com")
    assert all(told["Bcc"] is None and receivers == ["a@example.com"] for _, receivers, told in post[0].arrived)
    assert len(post[0].arrived) == 1


def test_a_server_that_is_not_there_does_not_fail_the_call(book: Store) -> None:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        platform = _platform(book, int(trial.getsockname()[1]))
        assert platform.dispute(platform.register(), "5", EmailAddressToSendNotificationTo="a@example.com")


def test_mail_is_off_unless_it_is_set_up(book: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: object, **__: object) -> None:
        raise AssertionError("a mail server was called")

    monkeypatch.setattr("smtplib.SMTP", called)
    platform = _platform(book, None)
    assert platform.dispute(platform.register(), "5", EmailAddressToSendNotificationTo="a@example.com")
