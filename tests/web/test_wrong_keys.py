"""Wrong keys are answered more and more slowly, and logged without what they were."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from bot.web import Server, wrong_keys
from bot.web.wrong_keys import LONGEST_PAUSE, FailureCounter
from tests.web.conftest import Site
from tests.web.waiting import Clock, until

ADA = {"email": "ada@example.com"}
WRONG = {"Authorization": "Bearer a-key-that-is-wrong"}
REFUSALS = {
    "/leads/api": 401, "/leads/form/a-key-that-is-wrong": 404, "/leads/typeform": 401,
    "/leads/jotform/a-key-that-is-wrong": 404, "/slack/events": 401,
}  # fmt: skip


class Pauses:
    """The pauses that answers were given; each lasts until they are ended."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.ended = Event()

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        while seconds and not self.ended.is_set():
            await asyncio.sleep(0.005)


@pytest.fixture
def site(own_site: Site) -> Site:
    """Nobody has come with a wrong key yet."""
    return own_site


@pytest.fixture
def pauses(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pauses]:
    monkeypatch.setattr(wrong_keys, "LONGEST_PAUSE", LONGEST_PAUSE)
    found = Pauses()
    monkeypatch.setattr(wrong_keys, "sleep", found.sleep)
    yield found
    found.ended.set()


def test_the_pause_grows_and_has_an_end(site: Site, pauses: Pauses) -> None:
    pauses.ended.set()
    for _ in range(10):
        assert site.web.post("/leads/api", json=ADA, headers=WRONG).status_code == 401
    assert pauses.seconds == [0, 0, 0, 0.25, 0.5, 1, 2, 4, 4, 4]


def test_every_way_to_come_with_a_key_is_one_count(site: Site, pauses: Pauses) -> None:
    pauses.ended.set()
    for path, status in REFUSALS.items():
        answer = site.web.post(path, content=b"{}", headers=WRONG)
        assert answer.status_code == status, path
    assert site.web.get("/api/v1/leads", headers=WRONG).status_code == 401
    assert pauses.seconds == [0, 0, 0, 0.25, 0.5, 1]
    assert site.web.get("/nowhere").status_code == 404
    assert site.web.get("/leads/nowhere/at-all").status_code == 404
    assert len(pauses.seconds) == 6


def test_a_right_key_waits_for_nobody(site: Site, pauses: Pauses) -> None:
    def guess(_: int) -> httpx.Response:
        return httpx.post(site.web.base_url.join("/leads/api"), headers=WRONG, timeout=60)

    with ThreadPoolExecutor(8) as pool:
        guesses = [pool.submit(guess, number) for number in range(8)]
        until(lambda: len(pauses.seconds) == 8, "the guesses did not arrive")
        assert site.send(ADA).status_code == 202
        assert site.fill_in(**ADA).status_code == 200
        assert len(pauses.seconds) == 8
        pauses.ended.set()
        assert {each.result().status_code for each in guesses} == {401}


def test_only_so_many_are_made_to_wait(
    site: Site, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wrong_keys, "_MOST_WAITING", 2)

    def guess() -> httpx.Response:
        return httpx.post(site.web.base_url.join("/leads/api"), headers=WRONG, timeout=60)

    for _ in range(3):
        assert guess().status_code == 401
    with ThreadPoolExecutor(2) as pool:
        guesses = [pool.submit(guess) for _ in range(2)]
        until(lambda: len(pauses.seconds) == 5, "the guesses did not arrive")
        beyond = guess()
        assert (beyond.status_code, beyond.headers["retry-after"]) == (429, "60")
        assert site.send(ADA).status_code == 202
        pauses.ended.set()
        assert {each.result().status_code for each in guesses} == {401}
    assert guess().status_code == 401


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = [record for record in caplog.records if record.name == wrong_keys.__name__]
    return [record.getMessage() for record in ours]


def test_a_burst_is_logged_once_and_without_the_key(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    proxied = WRONG | {"X-Forwarded-For": "198.51.100.7"}
    for _ in range(5):
        site.web.post("/leads/form/a-key-that-is-wrong", content=b"{}", headers=proxied)
    assert warnings(caplog) == ["/leads/form/{key}: 1 without a valid key, from 198.51.100.0/24"]
    assert "a-key-that-is-wrong" not in caplog.text


def test_only_a_known_proxy_is_believed(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    server = Server("127.0.0.1", 0, "10.0.0.0/8")
    server.start(site.application.asgi)
    httpx.post(
        f"http://127.0.0.1:{server.port}/leads/api",
        headers=WRONG | {"X-Forwarded-For": "198.51.100.7"},
    )
    server.stop()
    assert warnings(caplog) == ["/leads/api: 1 without a valid key, from 127.0.0.0/24"]


def test_each_client_has_its_own_count_and_is_forgotten_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wrong_keys, "LONGEST_PAUSE", LONGEST_PAUSE)
    clock = Clock()
    counter = FailureCounter(clock)

    def pauses(address: str, times: int) -> list[float]:
        return [counter.add(address, "/leads/api") for _ in range(times)]

    assert pauses("198.51.100.7", 5) == [0, 0, 0, 0.25, 0.5]
    assert pauses("198.51.100.8", 4) == [0, 0, 0, 0.25]
    assert pauses("2001:db8::1", 2) + pauses("2001:db8::2", 2) == [0, 0, 0, 0.25]
    assert pauses("2001:db8:0:1::1", 1) == [0]
    assert pauses("::ffff:198.51.100.8", 1) == [0.5]
    assert pauses("", 2) + pauses("_hidden", 2) == [0, 0, 0, 0.25]
    clock.seconds = 599
    assert pauses("198.51.100.7", 1) == [1]
    clock.seconds = 1_200
    assert pauses("198.51.100.7", 1) == [0]


def test_many_addresses_fill_neither_memory_nor_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    counter = FailureCounter(clock)
    for number in range(10_000):
        counter.add(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", "/leads/api")
    assert len(counter) == 4_096
    assert len(warnings(caplog)) == 1
    for clock.seconds in map(float, range(1, 1_000)):
        counter.add("198.51.100.7", "/leads/api")
    assert [line.split()[1] for line in warnings(caplog)[1:]] == ["1", "10", "100"]
