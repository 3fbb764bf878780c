"""Coroutines that are run at once, and finished by a task where they had to wait."""

from __future__ import annotations

import asyncio

import pytest

from fedi.api.streaming.eager import begin


async def test_what_need_not_wait_is_done_at_once() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    assert begin(work()) is None
    assert done == [1]


async def test_what_waits_goes_on_in_a_task() -> None:
    gate: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    done: list[int] = []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(await gate)
        await asyncio.sleep(0.001)
        done.append(2)

    rest = begin(work())
    assert rest is not None
    task = asyncio.create_task(rest)
    await asyncio.sleep(0)
    gate.set_result(1)
    await task
    assert done == [1, 2]


async def test_errors_and_cancelling_come_through() -> None:
    async def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        begin(fails())

    async def fails_later() -> None:
        await asyncio.sleep(0)
        raise KeyError

    rest = begin(fails_later())
    assert rest is not None
    with pytest.raises(KeyError):
        await rest

    tidied: list[bool] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            tidied.append(True)

    rest = begin(waits())
    assert rest is not None
    task = asyncio.create_task(rest)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied == [True]
