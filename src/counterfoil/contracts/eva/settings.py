"""The table `[contracts.eva]`."""

from __future__ import annotations

import msgspec

from counterfoil.contracts.eva.connections import Connection


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this door behaves beside the book, and which real EVAs suppliers' invoices are pushed into.

    mail_host:     SMTP server that is told of disputes; None = nobody is
    mail_from:     sender of those messages
    mail_user, mail_password: for servers that ask for them
    mail_tls:      the connection is encrypted by STARTTLS
    """

    mail_host: str | None = None
    mail_port: int = 25
    mail_from: str = "counterfoil@localhost"
    mail_user: str | None = None
    mail_password: str | None = None
    mail_tls: bool = False
    connections: tuple[Connection, ...] = ()

    def __post_init__(self) -> None:
        if len({one.name for one in self.connections}) != len(self.connections):
            raise ValueError("two connections have one name")
        if (self.mail_user is None) != (self.mail_password is None):
            raise ValueError("mail_user and mail_password go together")

    def __repr__(self) -> str:
        return f"Settings(mail_host={self.mail_host!r}, mail_port={self.mail_port}, mail_from={self.mail_from!r})"
