"""The vendors whose contracts are installed, a line for each."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts import eva, evolutionx, own, systemfive, traede
from counterfoil.wire.contract import Contract

INSTALLED: tuple[Contract[Any, Any], ...] = (
    eva.contract,
    evolutionx.contract,
    own.contract,
    systemfive.contract,
    traede.contract,
)
