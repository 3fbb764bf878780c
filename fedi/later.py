"""Libraries that most processes never use, imported when something of them is first used.

For what is heavy and rarely wanted: each costs megabytes of memory and a part of the time of a start. They are written
as imports for who reads and checks types, and fetched by `later` when the server runs:

    if TYPE_CHECKING:
        import obstore
    else:
        obstore = later("obstore")
"""

from __future__ import annotations

import importlib
from typing import Any


class _Later:
    """Stands in for a module, and asks it once for each name."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(importlib.import_module(self.__name__), attribute)
        # Kept, so that the next use is a plain attribute; dunders say what this object is.
        if not attribute.startswith("__"):
            setattr(self, attribute, found)
        return found


def later(name: str) -> Any:
    """The module `name`, not imported yet."""
    return _Later(name)
