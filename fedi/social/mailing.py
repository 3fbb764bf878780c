"""Sending letters: a job that commits with the fact it tells of. Secrets in links are made when it runs, not before."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fedi.model.people import Account, Domain, User
from fedi.net import mail
from fedi.services import Services
from fedi.social.letters import LETTERS, PAGES
from fedi.store.letters import LASTS_MS
from fedi.store.store import Transaction

JOB = "send_letter"


async def post(tx: Transaction, user_id: int, letter: str, *, words: str = "") -> None:
    """Have one of LETTERS sent to a person, with `words` where it has a place for them.

    One that waits is not sent twice, unless it says something of its own.
    """
    key = None if words else f"{JOB}:{letter}:{user_id}"
    await tx.jobs.add(JOB, {"user": user_id, "letter": letter, "words": words}, key=key)


async def post_to(tx: Transaction, account: Account, user: User, letter: str) -> None:
    """The same to somebody who is about to be deleted: all that the letter needs goes with it."""
    await tx.jobs.add(
        JOB,
        {
            "letter": letter,
            "email": user.email,
            "locale": user.locale,
            "handle": account.handle,
            "name": account.name or account.username,
            "domain": account.domain_id,
        },
    )


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job. Nothing is sent to somebody who is gone."""
    letter = str(payload["letter"])
    async with services.store.write() as tx:
        if "user" in payload:
            user = await tx.members.by_id(payload["user"])
            account = await tx.people.by_id(payload["user"])
            if user is None or account is None or account.domain_id is None:
                return
            token = await tx.letters.add(user, letter) if letter in LASTS_MS else ""
            email, locale, handle = user.email, user.locale, account.handle
            name, domain_id = account.name or account.username, account.domain_id
        else:
            email, locale, handle, name = (payload[key] for key in ("email", "locale", "handle", "name"))
            domain_id, token = payload["domain"], ""
        domain = await tx.domains.by_id(domain_id)
    if domain is None:
        return
    to = _To(email, locale, handle, name, token, str(payload.get("words", "")))
    message = _write(services, domain, letter, to)
    if services.config.email.url:
        await mail.send(services.config.email.url, message)
    else:
        await mail.spool(services.config.email.spool, message, f"{payload['job_id']}-{letter}")


class _To(NamedTuple):
    """Who gets a letter, and what is only in theirs."""

    email: str
    locale: str | None
    handle: str
    name: str
    token: str
    words: str


def _write(services: Services, domain: Domain, letter: str, to: _To) -> EmailMessage:
    config = services.config
    wanted = (to.locale or config.brand.languages[0]).partition("-")[0].lower()
    subject, text = LETTERS.get(wanted, LETTERS["en"])[letter]
    values = {
        "server": config.brand.name,
        "name": " ".join(to.name.split())[:100],
        "handle": f"@{to.handle}",
        "link": domain.url + PAGES.get(letter, "/").format(token=to.token),
        "words": f"{to.words[:5000]}\n\n" if to.words else "",
    }
    host = urlsplit(domain.url).hostname or domain.name
    message = EmailMessage()
    message["Subject"] = subject.format(**values)
    message["From"] = config.email.sender or Address(config.brand.name, "fedi", host)
    message["To"] = to.email
    message["Date"] = format_datetime(services.now())
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.format(**values))
    return message
