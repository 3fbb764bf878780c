"""The job `fan_out`: what an account published goes to its followers' servers, a row for each inbox."""

from __future__ import annotations

from typing import Any

from fedi.services import Services


async def run(services: Services, payload: dict[str, Any]) -> None:
    """Fan out all that `account_id` published and that was not fanned out yet.

    Done in one transaction with the end of the job: a second run finds nothing to do.
    """
    async with services.store.write() as tx:
        await tx.deliveries.fan_out(payload["account_id"])
        await tx.jobs.done(payload["job_id"])
