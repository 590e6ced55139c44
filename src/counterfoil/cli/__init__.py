"""The command line: `counterfoil …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from counterfoil.cli.desk import app, because
from counterfoil.config import SettingsError
from counterfoil.core.errors import BookError

#: The module that each command or group of commands is written in.
MODULES = {
    "why": "answers",
    "init": "book",
    "migrate": "book",
    "serve": "book",
    "check": "book",
    "load": "book",
    "period": "book",
    "stock": "book",
    "setting": "book",
    "rate": "book",
    "demo": "demo",
    "doctor": "doctor",
    "receive": "documents",
    "apply": "documents",
    "unapply": "documents",
    "refund": "documents",
    "credit": "documents",
    "reverse": "documents",
    "order": "documents",
    "double": "double",
    "draft": "drafts",
    "export": "exports",
    "import": "importing",
    "merge-customer": "importing",
    "backup": "keeping",
    "restore": "keeping",
    "purge-bodies": "keeping",
    "purchase": "purchases",
    "supplier-invoice": "purchases",
    "supplier": "purchases",
    "remit": "purchases",
    "push": "push",
    "report": "reports",
    "settings": "settings_reference",
    "sync": "sync",
    "worker": "sync",
    "token": "tokens",
}


def commands(typed: Sequence[str] = ()) -> typer.Typer:
    """The application that knows the command typed first, or every command when anything else comes first.

    What only other commands need is not imported.
    """
    asked = MODULES.get(typed[0]) if typed else None
    for module in [asked] if asked else dict.fromkeys(MODULES.values()):
        import_module(f"{__name__}.{module}")
    return app


def main() -> None:
    """Run a command; what it is refused for goes to standard error, with exit status 1."""
    try:
        commands(sys.argv[1:])()
    except BookError as error:
        for problem in error.problems:
            print(f"{problem.code}: {problem.say}{because(error)}", file=sys.stderr)
        sys.exit(1)
    except SettingsError as error:
        print(f"settings: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"system: {': '.join(str(part) for part in (error.filename, error.strerror) if part)}", file=sys.stderr)
        sys.exit(1)
