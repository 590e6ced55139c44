"""What the documentation says of settings, figures and commands is what the program has."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from counterfoil import cli
from counterfoil.cli.settings_reference import reference
from counterfoil.config import VARIABLES
from counterfoil.services.reports import REPORTS
from counterfoil.services.why.troubles import CHECKS
from counterfoil.web import metrics

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
#: Programs that are given the name of ours, and do not start it.
OTHERS = ("cd", "git", "install", "systemctl", "useradd")


def commands() -> set[str]:
    """Every command as it is typed."""
    group = typer.main.get_command(cli.commands())
    found = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return found


def test_the_reference_of_settings_is_current() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    written = text.partition("<!-- counterfoil settings -->\n")[2].partition("\n<!-- end -->")[0]
    assert written == "\n".join(reference()), "print it anew: counterfoil settings"


def test_every_report_is_documented() -> None:
    text = (DOCS / "reports.md").read_text("utf-8")
    for name in REPORTS:
        assert f"`{name}" in text, name
    assert len(re.findall(r"^\| `[a-z_]+` \| [a-z]", text, re.MULTILINE)) >= len(CHECKS)


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    board = json.loads((DOCS / "operations" / "dashboard.json").read_text("utf-8"))
    asked = {name for panel in board["panels"] for target in panel["targets"] for name in figures(target["expr"])}
    given = {"counterfoil_requests_total", "counterfoil_request_seconds_bucket", "counterfoil_documents_total"}
    assert asked == given | set(metrics.STANDING)
    page = (DOCS / "operations.md").read_text("utf-8")
    for name in asked:
        assert f"`{name.removesuffix('_bucket')}`" in page


def figures(expression: str) -> list[str]:
    return re.findall(r"counterfoil_[a-z_]+", expression)


def test_units_and_pages_name_commands_that_there_are() -> None:
    known = commands()
    pages = [*DOCS.glob("operations/*"), DOCS / "operations.md", DOCS / "reports.md"]
    for page in pages:
        for line in page.read_text("utf-8").splitlines():
            for typed in re.findall(r"(?:^|[`'] ?|bin/)counterfoil ([a-z-]+(?: [a-z-]+)?)", line):
                first = typed.split()[0]
                assert typed in known or first in known, (page.name, typed)


def shell_blocks(page: Path) -> Iterator[str]:
    """Its lines of shell, a continued one joined."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```(?:sh|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.replace("\\\n", " ").splitlines()


def typed_in(line: str) -> Iterator[list[str]]:
    """The arguments of every call of the program in a line of shell."""
    line = line.partition(" #")[0]
    outer = re.sub(r"\$\([^)]*\)", "1", line)
    for part in (*re.findall(r"\$\(([^)]*)\)", line), outer):
        for call in re.split(r"[|;&]+|(?<=\s)[0-9]?>+ *\S+", part):
            words = shlex.split(call) if "counterfoil" in call else []
            called = [place for place, word in enumerate(words) if re.fullmatch(r"(.*bin/)?counterfoil", word)]
            if called and words[0] not in OTHERS and words[:2] != ["podman", "build"]:
                yield words[called[0] + 1 :]


def understood(words: list[str]) -> None:
    """Read a command line as the program would, without doing anything; raises what the program would say."""
    command: Any = typer.main.get_command(cli.commands())
    name, context = "counterfoil", None
    while True:
        context = command.make_context(name, list(words), parent=context)
        if not hasattr(command, "commands"):
            return
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])


def test_every_command_line_of_the_docs_is_one_that_the_program_takes() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md"), *DOCS.glob("operations/*.md"), *DOCS.glob("api/*.md")]
    seen = 0
    for page in pages:
        for line in shell_blocks(page):
            for words in typed_in(line):
                if words:
                    understood(words)
                    seen += 1
    assert seen > 60


def test_every_command_line_of_the_units_and_the_image_is_one_that_the_program_takes() -> None:
    for unit in DOCS.glob("operations/*.service"):
        lines = re.findall(r"^ExecStart=-?(.+)$", unit.read_text("utf-8"), re.MULTILINE)
        for line in lines:
            (words,) = typed_in(line.removeprefix("/bin/sh -c 'exec ").removesuffix("'"))
            understood(words)
    image = (ROOT / "Containerfile").read_text("utf-8")
    entry, command = (
        json.loads(re.findall(rf"^{what} (.+)$", image, re.MULTILINE)[0]) for what in ("ENTRYPOINT", "CMD")
    )
    assert entry == ["counterfoil"]
    understood(command)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_every_variable_that_is_named_is_read() -> None:
    pages = [ROOT / "README.md", ROOT / "Containerfile", *DOCS.rglob("*.md"), *DOCS.glob("operations/*.service")]
    for page in pages:
        for name in re.findall(r"\bCOUNTERFOIL_[A-Z_]+", page.read_text("utf-8")):
            assert name in VARIABLES or name in ("COUNTERFOIL_CONFIG", "COUNTERFOIL_SOAK"), (page.name, name)


def test_the_units_can_be_read() -> None:
    for unit in DOCS.glob("operations/*.service"):
        read = configparser.RawConfigParser(strict=False)
        read.optionxform = str  # type: ignore[assignment,method-assign]
        read.read_string(unit.read_text("utf-8"))
        assert read["Service"]["ExecStart"]
        assert read["Unit"]["Description"]
