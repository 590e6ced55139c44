"""How hard hypothesis looks: a short look in every run, a long one where COUNTERFOIL_SOAK is set."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
settings.register_profile("quick", deadline=None, suppress_health_check=_SLOW, max_examples=60)
settings.register_profile("soak", deadline=None, suppress_health_check=_SLOW, max_examples=2000)
settings.load_profile("soak" if os.environ.get("COUNTERFOIL_SOAK") else "quick")
