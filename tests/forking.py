"""Processes forked off one that has imported the program: importing is most of what a short process does."""

import multiprocessing

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(
    [
        "counterfoil.cli.book",
        "counterfoil.cli.demo.stage",
        "counterfoil.contracts",
        "counterfoil.runs",
        "counterfoil.web.server",
    ]
)
