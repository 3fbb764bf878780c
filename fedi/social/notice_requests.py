"""People whose notices were held back, and who are let through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedi.services import Services
from fedi.store.store import Transaction


async def accept(tx: Transaction, account_id: int, request_ids: Sequence[int]) -> int:
    """Let people through from now on, and have what they wrote put among the other notices; how many they were."""
    people = await tx.notice_policies.accept(account_id, request_ids)
    for from_id in people:
        payload = {"account_id": account_id, "from_id": from_id}
        await tx.jobs.add("merge_notices", payload, key=f"merge_notices:{account_id}:{from_id}")
    return len(people)


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `merge_notices`: what was held back from one account is seen. May run twice."""
    async with services.store.write() as tx:
        await tx.notice_policies.merge(payload["account_id"], payload["from_id"])
        await tx.jobs.done(payload["job_id"])
