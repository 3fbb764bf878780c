"""Hypothesis for the protocol tests: the same examples every time, and no clock, on slow machines too."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "activitypub", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("activitypub")
