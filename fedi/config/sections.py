"""The sections of config.toml: every setting with its type, default and meaning.

This file is the one place where a setting is named: docs/settings.md is written from it, and a test
holds the sample config.toml to it.
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from fedi.config.values import Bind, Networks, Rate, Secret, Size

Engine = Literal["hypercorn", "uvicorn", "granian"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "console", "json"]

_LOOPBACK: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class Server(Struct, frozen=True):
    """How the program listens, logs and stops."""

    bind: Annotated[
        tuple[Bind, ...],
        Meta(
            description="Where to listen: `host:port`, `[v6]:port`, `unix:/path`, or a list of these. A unix "
            "socket may be used by its owner and group."
        ),
    ] = (Bind("127.0.0.1", 8420),)
    processes: Annotated[
        int,
        Meta(
            ge=1, le=64, description="How many processes share the work; about one for each processor core."
        ),
    ] = 1
    trusted_proxies: Annotated[
        Networks,
        Meta(
            description="Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` headers are believed. "
            "A reverse proxy on a unix socket is always believed."
        ),
    ] = _LOOPBACK
    tls_certificate: Annotated[
        Path | None,
        Meta(description="PEM file with the certificate chain, to answer HTTPS without a reverse proxy."),
    ] = None
    tls_key: Annotated[Path | None, Meta(description="PEM file with the certificate's private key.")] = None
    engine: Annotated[
        Engine,
        Meta(
            description="The HTTP server. `uvicorn` and `granian` use less CPU and are installed with "
            "`pip install 'fedi[uvicorn]'` and `pip install 'fedi[granian]'`."
        ),
    ] = "hypercorn"
    log_level: Annotated[LogLevel, Meta(description="The least important message that is still logged.")] = (
        "info"
    )
    log_format: Annotated[
        LogFormat,
        Meta(
            description="`json` is one object a line; `auto` is `console` on a terminal and `json` elsewhere."
        ),
    ] = "auto"
    stop_seconds: Annotated[
        float,
        Meta(
            ge=0, le=600, description="How long requests and jobs may take to finish when the server stops."
        ),
    ] = 20.0
    body_limit: Annotated[
        Size,
        Meta(description="The largest request body, uploads of media excepted."),
    ] = Size(1024**2)


class Database(Struct, frozen=True):
    """Where people, posts and jobs are kept. One SQLite file, or PostgreSQL for more than one machine."""

    url: Annotated[
        Secret,
        Meta(
            description="`sqlite:///relative/path`, `sqlite:////absolute/path` or "
            "`postgresql://user:password@host/name`. A relative path starts at the folder of config.toml."
        ),
    ] = Secret("sqlite:///var/fedi.db")
    pool: Annotated[
        int, Meta(ge=1, le=100, description="How many PostgreSQL connections one process may open.")
    ] = 8

    @property
    def engine(self) -> Literal["sqlite", "postgresql"]:
        """Which database the URL names."""
        return "sqlite" if self.url.startswith("sqlite:") else "postgresql"

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.url.removeprefix("sqlite:///")) if self.engine == "sqlite" else None


class MediaLimits(Struct, frozen=True):
    """The largest files that people may upload."""

    image: Annotated[Size, Meta(description="One picture.")] = Size(16 * 1024**2)
    video: Annotated[Size, Meta(description="One video.")] = Size(100 * 1024**2)
    audio: Annotated[Size, Meta(description="One sound file.")] = Size(40 * 1024**2)
    pixels: Annotated[int, Meta(ge=1, description="Width times height of one picture or video frame.")] = (
        33_177_600
    )
    seconds: Annotated[int, Meta(ge=1, description="Length of one video or sound file.")] = 900


class Media(Struct, frozen=True):
    """Where pictures, video and sound are kept: a local folder, or S3 for more than one machine."""

    storage: Annotated[Literal["local", "s3"], Meta(description="The kind of storage.")] = "local"
    path: Annotated[
        Path,
        Meta(description="Folder for `local`. A relative path starts at the folder of config.toml."),
    ] = Path("var/media")
    bucket: Annotated[str, Meta(description="Bucket name for `s3`.")] = ""
    endpoint: Annotated[
        str, Meta(description="Address of the S3 service, when it is not Amazon's; `https://…`.")
    ] = ""
    region: Annotated[str, Meta(description="Region of the bucket.")] = "us-east-1"
    access_key: Annotated[Secret, Meta(description="Key id for `s3`.")] = Secret("")
    secret_key: Annotated[Secret, Meta(description="Secret for `s3`.")] = Secret("")
    public_url: Annotated[
        str, Meta(description="Where browsers fetch files from, when that is a CDN or the bucket itself.")
    ] = ""
    quota: Annotated[Size, Meta(description="What one person may store in all; 0 means no limit.")] = Size(
        5 * 1024**3
    )
    cache_quota: Annotated[
        Size,
        Meta(
            description="What copies of other servers' files may take in all; the ones that nobody looked at for "
            "longest go first, avatars last. 0 means no limit."
        ),
    ] = Size(10 * 1024**3)
    cache_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days until copies of other servers' files are dropped.")
    ] = 30
    limits: MediaLimits = MediaLimits()


class Registration(Struct, frozen=True):
    """Who may make an account."""

    mode: Annotated[
        Literal["closed", "invite", "waitlist", "approval", "open"],
        Meta(
            description="`closed`: only `fedi user create`; `invite`: with an invite link; `waitlist`: "
            "people queue and are let in by number; `approval`: a moderator reads each request; `open`: "
            "anyone."
        ),
    ] = "closed"


class OAuth(Struct, frozen=True):
    """How apps get access."""

    password_grant: Annotated[
        bool,
        Meta(
            description="Apps may send a person's password for a token (`grant_type=password`). For old "
            "programs of your own only: it goes past the second factor's page, so people who have one are refused."
        ),
    ] = False


class Email(Struct, frozen=True):
    """How letters to the people of this server are sent: confirmations, and new passwords."""

    url: Annotated[
        Secret,
        Meta(
            description="The mail server: `smtp://user:password@host:587` (STARTTLS where it is offered) or "
            "`smtps://user:password@host:465`. Empty: letters become files in `email.spool`."
        ),
    ] = Secret("")
    sender: Annotated[
        str,
        Meta(description="Who letters are from; `fedi@<domain>` when empty."),
    ] = ""
    spool: Annotated[
        Path,
        Meta(
            description="Folder for letters when there is no mail server. A relative path starts at the folder "
            "of config.toml."
        ),
    ] = Path("var/mail")


class Federation(Struct, frozen=True):
    """How this server meets others."""

    mode: Annotated[
        Literal["open", "allowlist"],
        Meta(description="`allowlist` talks only to servers that a moderator has allowed."),
    ] = "open"
    secure_mode: Annotated[
        bool,
        Meta(description="Show ActivityPub documents only to servers that sign their requests."),
    ] = False
    allow_http: Annotated[
        bool, Meta(description="Speak plain HTTP with other servers. For tests and labs only.")
    ] = False
    allow_private: Annotated[
        Networks,
        Meta(description="Private networks where other servers may be reached. For tests and labs only."),
    ] = ()
    ca_file: Annotated[
        Path | None,
        Meta(description="PEM file of certificate authorities to trust in place of the usual ones."),
    ] = None
    timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="How long one request to another server may take in all.")
    ] = 10.0
    lanes: Annotated[
        int, Meta(ge=1, le=1024, description="How many servers one process delivers to at the same time.")
    ] = 64


class Brand(Struct, frozen=True):
    """What the server calls itself and its things."""

    name: Annotated[str, Meta(min_length=1, max_length=60, description="Name of the server.")] = "fedi"
    post: Annotated[str, Meta(min_length=1, max_length=30, description="What a post is called.")] = "truth"
    repost: Annotated[
        str, Meta(min_length=1, max_length=30, description="What passing on a post is called.")
    ] = "retruth"
    theme: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]{1,40}$", description="Look of the web pages: a theme's name.")
    ] = "auto"
    languages: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")], ...],
        Meta(min_length=1, description="Languages of the pages, as BCP 47 tags, the preferred one first."),
    ] = ("en",)


class Translation(Struct, frozen=True):
    """Who translates posts for people who ask for it: an engine of yours, or one you have a key for."""

    engine: Annotated[
        Literal["none", "libretranslate", "deepl"],
        Meta(description="`none`: apps do not offer translations."),
    ] = "none"
    url: Annotated[
        str,
        Meta(
            description="Where the engine answers, such as `http://127.0.0.1:5000` or `https://api-free.deepl.com`."
        ),
    ] = ""
    key: Annotated[Secret, Meta(description="The engine's API key, if it wants one.")] = Secret("")


class Rates(Struct, frozen=True):
    """How often people and programs may ask. Written as `"300 per 5 minutes"`."""

    api: Annotated[Rate, Meta(description="Requests of one signed-in account.")] = Rate(1500, 300)
    anonymous: Annotated[Rate, Meta(description="Requests of one network address, not signed in.")] = Rate(
        600, 300
    )
    posts: Annotated[Rate, Meta(description="New posts of one account.")] = Rate(300, 10800)
    follows: Annotated[Rate, Meta(description="New follows of one account.")] = Rate(400, 86400)
    media: Annotated[Rate, Meta(description="Uploads of one account.")] = Rate(60, 1800)
    login: Annotated[Rate, Meta(description="Attempts to sign in from one network address.")] = Rate(25, 300)
    signup: Annotated[Rate, Meta(description="New accounts from one network address.")] = Rate(5, 1800)


class Limits(Struct, frozen=True):
    """What one post may hold, and how often people may act."""

    characters: Annotated[int, Meta(ge=1, le=100_000, description="Characters in one post.")] = 1000
    attachments: Annotated[int, Meta(ge=0, le=32, description="Files in one post.")] = 4
    poll_options: Annotated[int, Meta(ge=2, le=32, description="Choices in one poll.")] = 6
    rates: Rates = Rates()
