"""The pages for people."""

from __future__ import annotations

from quart import Blueprint, Quart

web = Blueprint("web", __name__)


def mount(app: Quart) -> None:
    """Add the pages to `app`."""
    app.register_blueprint(web)
