"""Which servers are met, and how: what moderators decide about other servers, with what follows from it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fedi.errors import Malformed, NotFound, Unprocessable
from fedi.social import severing
from fedi.store.domain_blocks import SEVERITIES, SILENCE, SUSPEND, DomainAllow, DomainBlock, domain_name
from fedi.store.store import Transaction

COMMENT_MAX = 2_000


class Terms(Struct, frozen=True, kw_only=True):
    """How a server is blocked."""

    severity: str = SILENCE
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool = False


class AlreadyBlocked(Unprocessable):
    """There is a block of that name already."""

    def __init__(self, block: DomainBlock) -> None:
        super().__init__(public="Validation failed: Domain has already been taken")
        self.block = block


async def block(tx: Transaction, name: str, terms: Terms, *, by_id: int | None) -> DomainBlock:
    """Block a server and its subdomains. Raises AlreadyBlocked, Unprocessable.

    A suspended server's people are hidden, and no longer follow, nor are followed by, anybody here. Nothing is
    sent: there is no more talk with that server. `by_id` None: the command line.
    """
    normal = await _checked(tx, name)
    terms = _checked_terms(terms)
    known = await tx.blocks.domain_by_name(normal)
    if known is not None:
        raise AlreadyBlocked(known)
    made = DomainBlock(id=tx.new_id(), name=normal, created_at=tx.now, **msgspec.structs.asdict(terms))
    await tx.blocks.add_domain(made)
    await _enforce(tx, made)
    await tx.audit.add(by_id, "create", "DomainBlock", made.id, normal, **msgspec.structs.asdict(terms))
    return made


async def change(tx: Transaction, known: DomainBlock, terms: Terms, *, by_id: int | None) -> DomainBlock:
    """Block a server in another way. What ended with a stricter block stays ended. Raises Unprocessable."""
    values = msgspec.structs.asdict(_checked_terms(terms))
    after = msgspec.structs.replace(known, **values)
    await tx.blocks.change_domain(known.id, **values)
    if after.severity != known.severity:
        await tx.people_states.free_domain(known.name, known.created_at)
    await _enforce(tx, after)
    await tx.audit.add(by_id, "update", "DomainBlock", known.id, known.name, **values)
    return after


async def put(tx: Transaction, name: str, terms: Terms, *, by_id: int | None) -> DomainBlock:
    """Block a server, or change how it is blocked. Raises Unprocessable."""
    try:
        return await block(tx, name, terms, by_id=by_id)
    except AlreadyBlocked as found:
        return await change(tx, found.block, terms, by_id=by_id)


async def lift(tx: Transaction, known: DomainBlock, *, by_id: int | None) -> None:
    """No longer block a server. Its people are seen again, unless they were hidden for something else."""
    await tx.blocks.remove_domain(known.id)
    await tx.people_states.free_domain(known.name, known.created_at)
    await tx.audit.add(by_id, "destroy", "DomainBlock", known.id, known.name)


async def lift_name(tx: Transaction, name: str, *, by_id: int | None) -> bool:
    """The same by name; whether it was blocked. Raises Unprocessable."""
    known = await tx.blocks.domain_by_name(_normal(name))
    if known is not None:
        await lift(tx, known, by_id=by_id)
    return known is not None


async def allow(tx: Transaction, name: str, *, by_id: int | None) -> DomainAllow:
    """Let a server in, for when only those are met. One that is let in already is left as it is."""
    normal = _normal(name)
    made = DomainAllow(tx.new_id(), normal, tx.now)
    if await tx.blocks.add_allow(made):
        await tx.audit.add(by_id, "create", "DomainAllow", made.id, normal)
        return made
    known = await tx.blocks.allow_by_name(normal)
    if known is None:
        raise NotFound(f"{normal} was let in and thrown out at once")
    return known


async def disallow(tx: Transaction, known: DomainAllow, *, by_id: int | None) -> None:
    """No longer let a server in: where only those are met, follows end and nothing is left to be seen."""
    await tx.blocks.remove_allow(known.id)
    if tx.limited_federation:
        await severing.sever(
            tx, await tx.follows.people_of_domain(known.name), kind=severing.DOMAIN, target_name=known.name
        )
    await tx.audit.add(by_id, "destroy", "DomainAllow", known.id, known.name)


async def _enforce(tx: Transaction, block: DomainBlock) -> None:
    if block.severity == SUSPEND:
        people = await tx.follows.people_of_domain(block.name)
        await tx.people_states.suspend_domain(block.name, block.created_at)
        await severing.sever(tx, people, kind=severing.DOMAIN, target_name=block.name)
    elif block.severity == SILENCE:
        await tx.people_states.silence_domain(block.name, block.created_at)
    if block.reject_media or block.severity == SUSPEND:
        await tx.people_states.clear_media(block.name)


async def _checked(tx: Transaction, name: str) -> str:
    normal = _normal(name)
    for domain in await tx.domains.all():
        own = domain_name(domain.name)
        if own == normal or own.endswith(f".{normal}"):
            raise Unprocessable(f"{normal} would block {domain.name}", public="This is your own domain.")
    return normal


def _checked_terms(terms: Terms) -> Terms:
    if terms.severity not in SEVERITIES:
        raise Unprocessable(
            f"unknown severity {terms.severity!r}",
            public="Validation failed: Severity is not included in the list",
        )
    comments = (terms.private_comment, terms.public_comment)
    if any(comment is not None and len(comment) > COMMENT_MAX for comment in comments):
        raise Unprocessable(public=f"Validation failed: Comment has more than {COMMENT_MAX} characters")
    return terms


def _normal(name: str) -> str:
    if not name.strip():
        raise Unprocessable(public="Validation failed: Domain can't be blank")
    try:
        return domain_name(name)
    except Malformed as error:
        raise Unprocessable(
            error.detail, public="Validation failed: Domain is not a valid domain name"
        ) from error
