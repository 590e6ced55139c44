"""Telling people of disputes by mail; whatever goes wrong here is a log line and nothing else."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import structlog

from counterfoil.contracts.eva.settings import Settings

_TIMEOUT_SECONDS = 5
_log = structlog.get_logger("counterfoil.eva")


def tell_of_dispute(settings: Settings, address: str, invoice: str, amount: str, reason: str, text: str) -> None:
    """Send word of a dispute, where mail is set up and there is an address; a failure never reaches the caller."""
    if settings.mail_host is None or not address:
        return
    try:
        message = EmailMessage()
        message["From"], message["To"] = settings.mail_from, address
        message["Subject"] = f"Dispute on invoice {invoice}".replace("\n", " ").replace("\r", " ")
        message.set_content(f"Invoice: {invoice}\nDisputed: {amount}\nReason: {reason}\n\n{text}\n")
        with smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=_TIMEOUT_SECONDS) as server:
            if settings.mail_tls:
                server.starttls()
            if settings.mail_user is not None and settings.mail_password is not None:
                server.login(settings.mail_user, settings.mail_password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _log.warning("dispute_mail_failed", error=type(error).__name__)
