"""Tryton in an environment and a process of its own, talked to over its JSON-RPC."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from bench import company, serving
from bench.orders import Order

_ENVIRONMENT = Path(".venv-peers")
_PACKAGES = ("trytond", "trytond-account-invoice", "proteus", "psycopg[binary]", "psycopg_pool")
_DATABASE, _USER, _PASSWORD = "erp", "admin", "beside-us"
_PATIENCE = 60.0


class Tryton:
    """A session on the server."""

    def __init__(self, port: int, known: dict[str, Any]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._known = known
        self._headers = {"Content-Type": "application/json"}
        user, session, *_ = self.call("common.db.login", _USER, {"password": _PASSWORD}, "en")
        proof = base64.b64encode(f"{_USER}:{user}:{session}".encode()).decode()
        self._headers["Authorization"] = f"Session {proof}"
        self._context = {"company": known["company"]}

    def call(self, method: str, *params: Any) -> Any:
        """One remote call's result."""
        body = json.dumps({"id": 1, "method": method, "params": params})
        self._line.request("POST", f"/{_DATABASE}/rpc/", body, self._headers)
        reply = self._line.getresponse()
        text = reply.read()
        found = json.loads(text) if text.startswith(b"{") else {"error": text.decode()}
        if reply.status != http.client.OK or found.get("error"):
            raise RuntimeError(f"{method}: {reply.status} {found.get('error')}")
        return found["result"]

    def post(self, order: Order) -> None:
        """Create an invoice of an order's lines and post it."""
        known, day = self._known, order.on
        lines = [
            {
                "type": "line",
                "description": f"Item {item}",
                "quantity": float(quantity),
                "unit_price": _decimal(company.price(item)),
                "account": known["revenue"],
                "currency": known["currency"],
                "company": known["company"],
                "invoice_type": "out",
                "taxes": [["add", known["taxes"]]],
            }
            for item, quantity in order.goods
        ]
        values = {
            "type": "out",
            "company": known["company"],
            "currency": known["currency"],
            "party": known["party"],
            "invoice_address": known["address"],
            "account": known["receivable"],
            "journal": known["journal"],
            "payment_term": known["term"],
            "invoice_date": {"__class__": "date", "year": day.year, "month": day.month, "day": day.day},
            "reference": order.reference,
            "lines": [["create", lines]],
        }
        (number,) = self.call("model.account.invoice.create", [values], self._context)
        self.call("model.account.invoice.post", [number], self._context)

    def page(self, size: int) -> list[dict[str, Any]]:
        """The customer's newest invoices with what is open of them."""
        names = [
            "number", "reference", "invoice_date", "state", "untaxed_amount", "tax_amount", "total_amount",
            "amount_to_pay", "party.name", "invoice_address.rec_name",
        ]  # fmt: skip
        domain = [["party", "=", self._known["party"]], ["type", "=", "out"], ["state", "in", ["posted", "paid"]]]
        order = [["invoice_date", "DESC"], ["id", "DESC"]]
        self.call("model.account.invoice.search_count", domain, 0, None, self._context)
        found: list[dict[str, Any]]
        found = self.call("model.account.invoice.search_read", domain, 0, size, order, names, self._context)
        return found


def taxed(row: dict[str, Any]) -> bool:
    """Whether a row of a page is a posted invoice with 12 % of tax, give or take a cent."""
    net, tax = (Decimal(row[name]["decimal"]) for name in ("untaxed_amount", "tax_amount"))
    return row["state"] == "posted" and abs(net * 12 / 100 - tax) <= Decimal("0.02")


def _decimal(cents: int) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": f"{cents // 100}.{cents % 100:02d}"}


@contextlib.contextmanager
def running(server: str, folder: Path) -> Iterator[Tryton]:
    """Tryton on a PostgreSQL server: installed once, its database made anew, a company with two taxes in it."""
    python = _installed()
    port = serving.free_port()
    settings = folder / "trytond.conf"
    address = server.replace("/postgres?", "/?")
    settings.write_text(f"[database]\nuri = {address}\n[web]\nlisten = 127.0.0.1:{port}\n", "utf-8")
    secret = folder / "password"
    secret.write_text(_PASSWORD, "utf-8")
    environment = {**os.environ, "TRYTONPASSFILE": str(secret), "TRYTOND_CONFIG": str(settings)}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    with (folder / "trytond.log").open("wb") as log:
        admin = [str(python.parent / "trytond-admin"), "-c", str(settings), "-d", _DATABASE]
        _run([*admin, "--all", "--email", "admin@localhost"], environment, log)
        _run([*admin, "-u", "account_invoice", "--activate-dependencies"], environment, log)
        filled = Path(__file__).with_name("tryton_company.py")
        made = subprocess.run(
            [str(python), str(filled), str(settings), _DATABASE], env=environment, stdout=subprocess.PIPE, check=True
        )
        command = [str(python.parent / "trytond"), "-c", str(settings), "-d", _DATABASE]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield _session(port, json.loads(made.stdout))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _installed() -> Path:
    """The interpreter of the peer's own environment."""
    python = _ENVIRONMENT.absolute() / "bin" / "python"
    if not (python.parent / "trytond-admin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(_ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *_PACKAGES], check=True)
    return python


def _run(command: list[str], environment: dict[str, str], log: Any) -> None:
    subprocess.run(command, env=environment, stdout=log, stderr=log, check=True)


def _session(port: int, known: dict[str, Any]) -> Tryton:
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            return Tryton(port, known)
        except (OSError, RuntimeError):
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
