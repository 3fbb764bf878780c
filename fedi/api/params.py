"""What a client sends, in any of its forms: a query, a form, a multipart form, or JSON.

Names nest as Rails nests them: `id[]=1`, `poll[options][]=yes`, `fields_attributes[0][name]=x`. How many there may
be, and how deep, is bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from quart import request

from fedi.errors import BadRequest, NotFound

_MOST = 1000
_DEEPEST = 5
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_TRUE = frozenset({"1", "true", "t", "on", "yes"})
_FALSE = frozenset({"0", "false", "f", "off", "no", ""})
_LAST_ID = 2**63 - 1


class Params:
    """Parameters by name, read as what they are meant to be. Raises BadRequest where they cannot be."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def given(self, name: str) -> bool:
        """Whether there is something under that name."""
        return bool(self._values.get(name))

    def named(self, name: str) -> bool:
        """Whether the name was sent, even with nothing under it."""
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """A text, or a number or truth value as it would be written."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value).replace("\x00", "")  # PostgreSQL keeps no text with this character
        raise _bad(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        word = self.text(name).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise _bad(name)

    def number(self, name: str, default: int, *, lowest: int = 0, highest: int = _LAST_ID) -> int:
        """A whole number, moved into its bounds."""
        value = self.text(name, str(default)).strip()
        if not re.fullmatch(r"-?[0-9]{1,20}", value):
            raise _bad(name)
        return min(max(int(value), lowest), highest)

    def id(self, name: str) -> int | None:
        """An id, None if there is none."""
        value = self.text(name)
        if value in ("", "null"):
            return None
        return self.number(name, 0)

    def texts(self, name: str) -> list[str] | None:
        """A list of texts; one alone counts as a list of one. None if there is none."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, dict):  # name[0]=, name[1]=
            value = list(value.values())
        found = value if isinstance(value, list) else [value]
        return [Params({name: one}).text(name) for one in found]

    def ids(self, name: str, most: int) -> list[int]:
        """A list of at most `most` ids, without repetition; what is no id is left out, as nothing is there."""
        found = [int(one) for one in self.texts(name) or [] if re.fullmatch(r"[0-9]{1,19}", one)]
        return [one for one in dict.fromkeys(found) if one <= _LAST_ID][:most]

    def part(self, name: str) -> Params:
        """The parameters below a name."""
        value = self._values.get(name)
        if value is None:
            return Params({})
        if not isinstance(value, dict):
            raise _bad(name)
        return Params(value)

    def parts(self, name: str, most: int) -> list[Params]:
        """A list of groups of parameters, in any spelling: a JSON list, name[][key]=, name[0][key]=."""
        value = self._values.get(name)
        if value is None:
            return []
        found = list(value.values()) if isinstance(value, dict) else value
        if (
            not isinstance(found, list)
            or len(found) > most
            or not all(isinstance(one, dict) for one in found)
        ):
            raise _bad(name)
        return [Params(one) for one in found]


def query() -> Params:
    """The parameters of the address."""
    return Params(nested(request.args.items(multi=True)))


async def body() -> Params:
    """The parameters of the body, and of the address where the body does not say."""
    values = nested(request.args.items(multi=True))
    kind = request.mimetype
    if kind == "application/json" or kind.endswith("+json"):
        values.update(_json(await request.get_data()))
    elif kind == "application/x-www-form-urlencoded":
        values.update(nested(await _form()))
    elif kind == "multipart/form-data":
        values.update(nested((await request.form).items(multi=True)))
    return Params(values)


async def _form() -> list[tuple[str, str]]:
    """Names and values as they were sent, one after the other: the order says where an entry of name[][key] begins.

    Quart's form has lost it; that is all there is where somebody has read the form before.
    """
    sent = await request.get_data(as_text=False)
    if not sent:
        return list((await request.form).items(multi=True))
    text = sent if isinstance(sent, str) else sent.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        raise BadRequest(public="There are too many parameters.") from None


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Names with brackets, built into lists and dictionaries."""
    built: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs, 1):
        if count > _MOST:
            raise BadRequest(public="There are too many parameters.")
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        path = [match[1], *match[2][1:-1].split("][")] if match[2] else [match[1]]
        if len(path) > _DEEPEST:
            raise _bad(match[1])
        _put(built, path, value)
    return built


def _put(built: dict[str, Any], path: list[str], value: str) -> None:
    here: Any = built
    for step, following in zip(path, [*path[1:], None], strict=True):
        fresh: Any = value if following is None else [] if following == "" else {}
        if isinstance(here, list):
            # name[][key]: a new entry of the list starts where a key repeats.
            if isinstance(fresh, dict) and here and isinstance(here[-1], dict) and following not in here[-1]:
                here = here[-1]
                continue
            here.append(fresh)
            here = fresh
        elif isinstance(here, dict):
            here = here.setdefault(step, fresh) if following is not None else here.update({step: value})
        else:
            raise _bad(path[0])


def _json(data: str | bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(data) if data.strip() else {}
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest(public="The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise BadRequest(public="The body is not a JSON object.")
    return found


def _bad(name: str) -> BadRequest:
    return BadRequest(public=f"The parameter {name[:60]} has the wrong form.")


def path_id(text: str) -> int:
    """An id in an address. Raises NotFound for what cannot be one: nothing is there."""
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > _LAST_ID:
        raise NotFound
    return int(text)
