"""From a template to a response: language, formats, words of the brand, and the headers that keep a page safe."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from quart import Response, current_app, request

from fedi.activitypub.uris import is_http
from fedi.config import version
from fedi.model.sanitizing import plain
from fedi.services import Services
from fedi.web import assets, formats, pictures
from fedi.web.languages import COOKIE, LANGUAGES, choose, translations
from fedi.web.pictures import Pictures
from fedi.web.words import Words, titled

_TEMPLATES = Path(__file__).parent / "templates"
_YEAR = 31_536_000
_HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src {0}; media-src {0}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def services() -> Services:
    """What the application was given."""
    found: Services = current_app.extensions["fedi"]
    return found


def language() -> str:
    """The language of the page that is asked for."""
    return choose(
        request.args.get("lang"),
        request.cookies.get(COOKIE),
        request.headers.get("accept-language", ""),
        services().config.brand.languages,
    )


def page(
    template: str, *, status: int = 200, max_age: int = 30, base: str | None = None, **values: Any
) -> Response:
    """A page; `values` are its template's. `base`: where its domain answers. `max_age` 0: nobody keeps it."""
    chosen = language()
    ours = _pictures(base or services().config.url)
    html = _render(template, chosen, pictures=ours, base=base or services().config.url, **values)
    response = Response(html, status=status, content_type=_HTML)
    protect(response, ours)
    response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    response.headers["Content-Language"] = chosen
    if request.args.get("lang") in LANGUAGES:
        _remember(response, chosen)
        max_age = 0
    response.headers["Cache-Control"] = f"public, max-age={max_age}" if max_age else "no-store"
    return response


def feed(template: str, *, base: str, **values: Any) -> Response:
    """An XML document for programs: one language, the server's own, and kept a while longer."""
    chosen = choose(None, None, "", services().config.brand.languages)
    body = _render(template, chosen, pictures=_pictures(base), base=base, **values)
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    protect(response, _pictures(base))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def protect(response: Response, ours: Pictures) -> None:
    """Nothing from other hosts, no scripts, no frames, no guessing of types."""
    headers = response.headers
    headers["Content-Security-Policy"] = _POLICY.format(ours.policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"


def _remember(response: Response, chosen: str) -> None:
    secure = services().config.url.startswith("https:")
    response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="Lax", httponly=True, secure=secure)


def _pictures(base: str) -> Pictures:
    return Pictures.at(base, services().config.media.public_url, services().media_key(base))


def _render(template: str, chosen: str, **values: Any) -> str:
    config = services().config
    return (
        environment(chosen)
        .get_template(template)
        .render(
            words=_words(),
            theme=config.brand.theme,
            language=chosen,
            languages=LANGUAGES,
            version=version(),
            now=services().store.clock(),
            path=request.path,
            in_language=_in_language,
            **values,
        )
    )


def _in_language(code: str) -> str:
    """This page in another language."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"?{urlencode([*kept, ('lang', code)])}"


def _words() -> Words:
    return Words.of(services().config.brand)


def web_address(url: str) -> str:
    """The address for a link, if it is of the web at all: a stranger's could be a script."""
    return url if is_http(url) else "about:blank"


@lru_cache(maxsize=8)
def environment(chosen: str) -> Environment:
    """The templates in one language. What they are given is escaped; HTML that was sanitised is marked `safe` there."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.install_gettext_translations(translations(chosen), newstyle=True)  # type: ignore[attr-defined]
    found.filters.update(
        number=partial(formats.number, language=chosen),
        long_time=partial(formats.long_time, language=chosen),
        date=partial(formats.date, language=chosen),
        month=partial(formats.month, language=chosen),
        short_time=partial(formats.short_time, language=chosen),
        iso=formats.iso_seconds,
        titled=titled,
        web=web_address,
        plain=plain,
        hue=pictures.hue,
        initial=pictures.initial,
    )
    found.globals["static"] = assets.address
    return found
