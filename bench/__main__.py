"""`python -m bench [--quick] [--size 10m] [NAME …]`: measure, print a table, write bench/latest.json."""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bench import machine, report
from bench.engines import ENGINES, opened
from bench.run import measure
from bench.scenario import Bench, Result
from bench.scenarios import ALL

LATEST = Path(__file__).parent / "latest.json"
#: Invoices in the two books that are compared, the second of which reads are measured on.
_SIZES = {"quick": (10_000, 100_000), "1m": (100_000, 1_000_000), "10m": (1_000_000, 10_000_000)}


def main() -> None:
    """Run the benchmark."""
    asked = _arguments()
    out = Console(width=None if Console().is_terminal else 132)
    began = time.perf_counter()
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="counterfoil-bench-", dir=asked.folder) as made:
        folder = Path(made)
        folder.chmod(0o755)
        about = machine.described(folder)
        out.print(about)
        for engine in asked.engine or ENGINES:
            with opened(engine, folder) as place, ExitStack() as serving:
                bench = Bench(
                    place=place,
                    told=out.print,
                    seconds=0.6 if asked.quick else 5.0,
                    sizes=_SIZES["quick" if asked.quick else asked.size],
                    repetitions=3 if asked.quick else 7,
                    serving=serving,
                )
                for scenario in ALL:
                    if not asked.name or any(scenario.name.startswith(name) for name in asked.name):
                        results.append(measure(scenario, bench))
                        out.print(report.line(results[-1]))
    out.print(report.table(results, f"{about}; {time.perf_counter() - began:,.0f} s"))
    if not asked.name:
        report.write(LATEST, results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "bench", description="How fast Counterfoil is, beside the least code that could do it."
    )
    parser.add_argument("name", nargs="*", help="only scenarios whose name begins so")
    parser.add_argument("--quick", action="store_true", help="shorter trials on smaller books")
    parser.add_argument("--size", choices=("1m", "10m"), default="1m", help="invoices in the larger book")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this engine")
    parser.add_argument("--folder", type=Path, help="where the books are made; it should lie on a real disk")
    return parser.parse_args()


if __name__ == "__main__":
    main()
