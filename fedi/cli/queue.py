"""`fedi queue`: what waits, why, for whom; and what was given up, to try again or to drop."""

from __future__ import annotations

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused, act
from fedi.model.times import iso
from fedi.services import Services
from fedi.store.store import Transaction

_LIMIT = 100


@click.group()
def queue() -> None:
    """What came in and what goes out."""


@queue.command()
@pass_context
def show(context: Context) -> None:
    """Show what waits and what was given up, with the reasons."""

    async def work(services: Services) -> list[str]:
        async with services.store.read() as tx:
            return [*await _counts(tx), *await _outgoing(tx), *await _failed(tx)]

    for line in act(context.config(), work):
        click.echo(line)


async def _counts(tx: Transaction) -> list[str]:
    return [f"{name:<11}{state:<9}{count:>9}" for (name, state), count in (await tx.queues.waiting()).items()]


async def _outgoing(tx: Transaction) -> list[str]:
    lines = []
    for lane in await tx.deliveries.waiting_summary(_LIMIT):
        due = iso(lane.due_at) if lane.due_at else "now"
        why = f", {lane.failures} failures in a row: {lane.last_error}" if lane.failures else ""
        lines.append(f"to {lane.host}: {lane.waiting} waiting, next try {due}{why}")
    return lines


async def _failed(tx: Transaction) -> list[str]:
    lines = [
        f"given up: {letter.type} {letter.activity_uri} to {letter.inbox} after {letter.attempts}: {letter.error}"
        for letter in await tx.deliveries.dead(_LIMIT)
    ]
    lines += [
        f"not applied: {failure.uri} from {failure.actor_uri}: {failure.error}"
        for failure in await tx.queues.dead_arrivals(_LIMIT)
    ]
    lines += [f"not done: {job.kind} {job.payload}: {job.error}" for job in await tx.queues.dead_jobs(_LIMIT)]
    return lines


@queue.command()
@click.option("--host", help="Only what goes to this server.")
@pass_context
def retry(context: Context, host: str | None) -> None:
    """Try again, now, what was given up and what pauses after a failure."""

    async def work(services: Services) -> int:
        async with services.store.write() as tx:
            count = await tx.deliveries.hurry(host=host) + await tx.deliveries.retry(host=host)
            return count if host else count + await tx.queues.retry()

    click.echo(f"{act(context.config(), work)} will be tried again.")


@queue.command()
@click.option("--host", help="Only what goes to this server.")
@click.option("--yes", is_flag=True, help="Do it.")
@pass_context
def drop(context: Context, host: str | None, yes: bool) -> None:
    """Forget what was given up."""
    if not yes:
        raise Refused(public="This cannot be undone: say `fedi queue drop --yes`.")

    async def work(services: Services) -> int:
        async with services.store.write() as tx:
            count = await tx.deliveries.drop(host=host)
            return count if host else count + await tx.queues.drop()

    click.echo(f"{act(context.config(), work)} dropped.")
