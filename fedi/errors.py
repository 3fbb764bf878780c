"""Every error of fedi: a status, a sentence for the public and a private detail for the log.

FediError
├── BadRequest 400            what was sent cannot be understood
│   └── Malformed 400         an ActivityPub document with a part missing or of the wrong shape
├── Unauthenticated 401       we do not know who asks
│   └── BadSignature 401      a request whose HTTP signature is missing, late or wrong
├── NotAllowed 403            we know who asks, and the answer is no
├── NotFound 404              nothing here, or nothing you may know of
├── Gone 410                  it was here and was deleted
├── TooLarge 413
├── Unprocessable 422         understood, and impossible
│   └── Invalid 422           the same, told field by field
├── OAuthRefused 400 or 401   what OAuth answers, with a word for programs
├── TooManyRequests 429
├── Unavailable 503           try again later
├── ConfigError               config.toml or FEDI_* cannot be used
└── FetchError                a remote document or server failed us, by meaning
    ├── RemoteGone            410, or a Tombstone
    ├── RemoteMissing         404
    ├── RemoteRefused         401, 403: the other server does not want us
    ├── RemoteInvalid         wrong type, size, host or shape: asking again does not help
    ├── AddressRefused        the address is private, reserved or of a scheme we do not speak
    └── Unreachable           DNS, TCP, TLS, time-out, 5xx, 429: worth another try
"""

from __future__ import annotations


class FediError(Exception):
    """The root. `public` is shown to whoever asked; `detail` only ever reaches the log."""

    status: int = 500
    public: str = "Something went wrong on our side."

    def __init__(self, detail: str = "", *, public: str | None = None) -> None:
        super().__init__(detail or public or self.public)
        self.detail = detail
        if public is not None:
            self.public = public


class BadRequest(FediError):
    """What was sent cannot be understood."""

    status, public = 400, "The request could not be understood."


class Malformed(BadRequest):
    """An ActivityPub document that lacks a part, or has one of the wrong shape."""

    public = "The document is not a valid ActivityPub object."


class Unauthenticated(FediError):
    """We do not know who asks."""

    status, public = 401, "The access token is invalid"


class BadSignature(Unauthenticated):
    """The HTTP signature is missing, malformed, out of its time window, or does not verify."""

    public = "The request is not signed, or its signature could not be verified."


class NotAllowed(FediError):
    """We know who asks, and the answer is no."""

    status, public = 403, "You may not do that."


class NotFound(FediError):
    """Nothing is here, or nothing that the asker may know of."""

    status, public = 404, "Record not found"


class Gone(FediError):
    """It was here, and was deleted."""

    status, public = 410, "This has been deleted."


class TooLarge(FediError):
    """The body is larger than we read."""

    status, public = 413, "The request is too large."


class Unprocessable(FediError):
    """Understood, and impossible: a validation failed."""

    status, public = 422, "The request cannot be processed."


class Invalid(Unprocessable):
    """Fields that are wrong: for each a list of `{"error": "ERR_TAKEN", "description": "a sentence"}`."""

    def __init__(self, details: dict[str, list[dict[str, str]]], *, public: str) -> None:
        super().__init__(public=public)
        self.details = details


class OAuthRefused(FediError):
    """What OAuth answers (RFC 6749 section 5.2): a word for programs, and a sentence for their authors."""

    status = 400

    def __init__(self, code: str, public: str, *, status: int = 400, detail: str = "") -> None:
        super().__init__(detail, public=public)
        self.code = code
        self.status = status


class TooManyRequests(FediError):
    """The asker has used up what a time window allows."""

    status, public = 429, "Too many requests. Please wait a while."


class Unavailable(FediError):
    """We cannot do it now; the same request may succeed later."""

    status, public = 503, "The server is busy. Please try again soon."


class ConfigError(FediError):
    """config.toml, or a FEDI_* variable, cannot be used; the sentence names the key and the line."""

    public = "The configuration cannot be used."


class FetchError(FediError):
    """A remote server or document failed us. The subclass says what it means."""

    status, public = 502, "The other server did not answer as expected."


class RemoteGone(FetchError):
    """The remote document was deleted (410, or a Tombstone)."""


class RemoteMissing(FetchError):
    """The remote server knows no such document (404)."""


class RemoteRefused(FetchError):
    """The remote server does not want to talk to us (401, 403)."""


class RemoteInvalid(FetchError):
    """Wrong content type, size, host or shape. The same request would fail again."""


class AddressRefused(FetchError):
    """The address is private or reserved, or its scheme or port is one we do not speak."""


class Unreachable(FetchError):
    """DNS, TCP, TLS, a time-out, 429 or 5xx: worth another try, after `retry_after` seconds if given."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
