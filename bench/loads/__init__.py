"""The loads. Each is an async function of a rig that returns figures."""

from __future__ import annotations
