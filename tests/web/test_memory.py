"""Memory stays flat, whatever comes and however much of it."""

import asyncio
import gc
import http.client
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot import clock
from bot.intake.receiving import RawSubmission
from bot.people.models import Workspace
from bot.sources import SOURCES
from bot.store import DatabaseDown, Store
from bot.web.intake import Intake
from tests.loops import run
from tests.sources.signing import SECRET, VENDORS
from tests.web.conftest import FORM_KEY, KEY, Site

EACH = 100
SIZE = 40_000
# A tenth of what the bodies of one kind have together.
BOUND = EACH * SIZE // 10

PADDING = b"x" * SIZE
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def flat() -> Iterator[Callable[[], int]]:
    """How much memory was taken since; without the garbage collector, so that whatever holds a
    body in a cycle shows at once, and not when the collector happens to come late."""
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()


def post_many(site: Site, path: str, body: bytes, headers: dict[str, str]) -> set[int]:
    """The same post again and again; returns the statuses of the answers."""
    connection = http.client.HTTPConnection(site.web.base_url.host, site.web.base_url.port or 0)
    statuses = set()
    for _ in range(EACH):
        connection.request("POST", path, body, {"Authorization": f"Bearer {KEY}"} | headers)
        answer = connection.getresponse()
        answer.read()
        statuses.add(answer.status)
    connection.close()
    return statuses


def test_posts_that_cannot_be_read_leave_nothing_in_memory(site: Site) -> None:
    typeform = VENDORS["typeform"].sign(
        SOURCES["typeform"], b"[%s" % PADDING, SECRET, clock.now(), ""
    )
    floods: dict[str, tuple[str, bytes, dict[str, str], int]] = {
        "no JSON": ("/leads/api", b"{" + PADDING, {}, 422),
        "no object": ("/leads/api", b'["%s"]' % PADDING, {}, 422),
        "no address": ("/leads/api", b'{"email": "%s"}' % PADDING, {}, 422),
        "deep": ("/leads/api", b"[" * SIZE, {}, 422),
        "a form": (f"/leads/form/{FORM_KEY}", b"email=" + PADDING, FORM, 422),
        "a vendor's": ("/leads/typeform", typeform.body, dict(typeform.headers), 200),
        "unproven": ("/leads/typeform", PADDING, {}, 401),
        "no key": ("/leads/google_ads", b'{"google_key": "%s"}' % PADDING, {}, 401),
    }
    with flat() as taken:
        for what, (path, body, headers, status) in floods.items():
            before = taken()
            assert post_many(site, path, body, headers) == {status}, what
            assert taken() - before < BOUND, what


def test_posts_that_come_before_there_is_a_workspace_leave_nothing_in_memory(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.application, "_workspace", None)
    with flat() as taken:
        before = taken()
        assert post_many(site, "/leads/api", b'{"phone": "%s"}' % PADDING, {}) == {503}
        assert taken() - before < BOUND


def test_posts_that_cannot_be_stored_leave_nothing_in_memory(nowhere: str) -> None:
    """Errors of the database are cycles by themselves: SQLAlchemy's frames hold them."""
    store = Store(nowhere)
    intake = Intake(store, lambda: Workspace(id=1))

    async def take(times: int) -> None:
        for number in range(times):
            body = PADDING + b"%d" % number
            together = [intake.take(RawSubmission("api", "website", body, "")) for _ in range(2)]
            for refused in await asyncio.gather(*together, return_exceptions=True):
                assert isinstance(refused, DatabaseDown)
                refused.__traceback__ = None  # ours, of `gather`

    with flat() as taken:
        run(take(5))
        before = taken()
        run(take(EACH // 2))  # two bodies each time
        assert taken() - before < BOUND
    store.close()
