"""Changes from other threads reach the page's loop folded, and never stop the one who made them."""

import asyncio
import threading

from playground.page.bridge import Bridge
from playground.state import Change
from tests.loops import run


def test_many_changes_are_drawn_a_few_times() -> None:
    bridge, drawn = Bridge(), list[frozenset[Change]]()

    async def watch() -> None:
        bridge.join(drawn.append)

        def flood() -> None:
            for number in range(2000):
                bridge.notice(Change("message", "C1", None, str(number)))

        writers = [threading.Thread(target=flood) for _ in range(3)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    run(watch())
    assert 1 <= len(drawn) <= 30
    assert any(change.channel == "C1" for change in drawn[-1])


def test_what_nobody_draws_is_not_told() -> None:
    bridge, drawn = Bridge(), list[frozenset[Change]]()

    async def watch() -> None:
        bridge.notice(Change("message", "C1"))  # nobody has joined yet
        bridge.join(drawn.append)
        await asyncio.sleep(0.08)
        bridge.notice(Change("home", user="U1"))
        await asyncio.sleep(0.08)
        bridge.leave(drawn.append)
        bridge.notice(Change("home", user="U2"))
        await asyncio.sleep(0.08)

    run(watch())
    assert drawn == [frozenset({Change("home", user="U1")})]


def test_a_page_that_fails_does_not_stop_the_others() -> None:
    bridge, drawn = Bridge(), list[frozenset[Change]]()

    def broken(_changes: frozenset[Change]) -> None:
        raise RuntimeError

    async def watch() -> None:
        bridge.join(broken)
        bridge.join(drawn.append)
        bridge.notice(Change("message", "C1"))
        await asyncio.sleep(0.08)

    run(watch())
    assert len(drawn) == 1
    bridge.notice(Change("message", "C1"))  # the loop is closed by now: nothing happens
