"""The command line: `counterfoil …`."""

from __future__ import annotations

import sys

from counterfoil.cli import (
    answers,
    book,
    demo,
    doctor,
    documents,
    double,
    drafts,
    exports,
    importing,
    keeping,
    purchases,
    push,
    reports,
    settings_reference,
    sync,
    tokens,
)
from counterfoil.cli.desk import app, because
from counterfoil.config import SettingsError
from counterfoil.core.errors import BookError

__all__ = [
    "answers",
    "app",
    "book",
    "demo",
    "doctor",
    "documents",
    "double",
    "drafts",
    "exports",
    "importing",
    "keeping",
    "main",
    "purchases",
    "push",
    "reports",
    "settings_reference",
    "sync",
    "tokens",
]


def main() -> None:
    """Run a command; what it is refused for goes to standard error, with exit status 1."""
    try:
        app()
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
