"""The demonstration: a book made, filled through the real doors, shown, and served."""

from __future__ import annotations

from counterfoil.cli.desk import app


@app.command()
def demo() -> None:
    """Make a book, play the vendors' examples through the doors, show what came of them, and go on serving.

    DEMO_PORT chooses the port (8080), DEMO_EXIT=1 ends after the tables.
    """
    # Imported late, as in the app module: only the demonstration needs its scenes.
    from counterfoil.cli.demo.stage import perform

    perform()
