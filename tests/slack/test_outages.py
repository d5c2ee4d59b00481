"""Slack on a bad day: whatever comes instead of its answer is waited out, and nothing is lost."""

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import clock, slack
from bot.people import service as people
from bot.retry_after import retry_after
from bot.slack import Cards, Message, Slack, errors
from bot.slack.cards import Card
from bot.slack.errors import RateLimited, SlackDown, SlackRefused
from bot.slack.identity import SignIn
from bot.store import Store
from bot.tasks import Postpone, Tasks
from bot.tasks.worker import Worker
from playground.standin import StandIn
from tests.playground.world import MANIFEST

# Where an answer breaks off, urllib leaves its socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SECRET = "ada@analytical.example"

# What proxies, maintenance pages and half-written answers look like. Each holds what no log may.
BODIES = {
    "null": "null",
    "list": "[]",
    "a list of something": f'["{SECRET}"]',
    "a string": f'"{SECRET}"',
    "a number": "1",
    "true": "true",
    "an empty object": "{}",
    "an object of somebody else": f'{{"message": "{SECRET}"}}',
    "not ok, without a word": '{"ok": false}',
    "not ok, and no word": '{"ok": false, "error": null}',
    "not ok, and a number": '{"ok": false, "error": 7}',
    "ok, and nothing else": '{"ok": true}',
    "ok, and of another type": '{"ok": true, "channel": null, "ts": 1}',
    "ok in words": '{"ok": "yes"}',
    "nothing": "",
    "a page": f"<html>{SECRET}</html>",
    "half": f'{{"ok": true, "message": {{"text": "{SECRET}',
    "deep": "[" * 100_000,
    "a number without end": '{"ok": true, "n": ' + "1" * 5_000 + "}",
}


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    """Leave no such socket to other tests."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with StandIn(MANIFEST) as standin:
        standin.add_channel("leads")
        yield standin


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_not_slacks_answer_is_an_outage(
    standin: StandIn, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Slack(standin.bot_token, standin.api_url)
    standin.faults.add("chat.postMessage", "garbage", body=body)
    with pytest.raises(SlackDown) as caught:
        client.post(standin.channel("leads").id, Message("hello"))
    output = f"{caught.value!r}{caught.value.__cause__}{caplog.text}"
    assert "Slack does not answer: chat.postMessage" in caplog.text
    assert SECRET not in output
    assert client.post(standin.channel("leads").id, Message("hello"))


@pytest.mark.parametrize("method", ["auth.test", "users.info", "conversations.list",
                                    "conversations.members", "files.info"])  # fmt: skip
def test_an_answer_without_what_was_asked_for_is_an_outage(standin: StandIn, method: str) -> None:
    client = Slack(standin.bot_token, standin.api_url)
    standin.faults.add(method, "garbage", body='{"ok": true}')
    with pytest.raises(SlackDown, match="has no "):
        client.call(method)


def test_what_slack_says_itself_is_none(standin: StandIn) -> None:
    client = Slack(standin.bot_token, standin.api_url)
    standin.faults.add("chat.postMessage", "garbage", body='{"ok": false, "error": "of_its_own"}')
    with pytest.raises(SlackRefused, match="of_its_own"):
        client.post(standin.channel("leads").id, Message("hello"))


def test_what_we_want_to_send_is_ours_to_mend(standin: StandIn) -> None:
    client = Slack(standin.bot_token, standin.api_url)
    with pytest.raises(UnicodeEncodeError):
        client.call("users.info", user="\ud800")


@pytest.mark.parametrize("kind", ["cut_off", "drop_before", "drop_after"])
def test_a_connection_that_breaks_is_an_outage(standin: StandIn, kind: Any) -> None:
    standin.faults.add("chat.postMessage", kind)
    with pytest.raises(SlackDown):
        Slack(standin.bot_token, standin.api_url).post(
            standin.channel("leads").id, Message("hello")
        )


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Serve one connection with these bytes, and return the address."""
    threads, servers = [], []

    def serve(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        threads.append(thread)
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield serve
    for thread in threads:
        thread.join()
    for server in servers:
        server.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json"
ANSWERS = {
    "nothing": b"",
    "no HTTP": b"220 smtp.example ESMTP\r\n",
    "an unknown encoding": OK + b"; charset=klingon\r\n\r\n{}",
    "another encoding": OK + b"\r\n\r\n{\"ok\": true, \"team\": \"M\xfcller\"}",
    "something packed": b"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\n\r\n\x1f\x8b",
    "shorter than it says": OK + b"\r\nContent-Length: 500\r\n\r\n{\"ok\": true",
    "pieces that do not end": OK + b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ok\"",
    "pieces of no length": OK + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
    "a way to nowhere": b"HTTP/1.1 302 Found\r\nLocation: ftp://example.com\r\n\r\n",
    "a way without an end": b"HTTP/1.1 307 Temporary Redirect\r\n\r\n",
    "a refusal in another encoding": b"HTTP/1.1 403 Forbidden\r\n\r\nVerboten f\xfcr alle",
    "a refusal of a gateway": b"HTTP/1.1 404 Not Found\r\n\r\n{\"error\": \"no such route\"}",
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_whatever_stands_in_the_way_is_an_outage(
    answering: Callable[[bytes], str], answer: bytes
) -> None:
    client = Slack("xoxb-1", f"http://{answering(answer)}/api/")
    with pytest.raises(SlackDown, match=r"auth\.test"):
        client.call("auth.test")


def test_a_connection_that_is_not_slacks_is_an_outage(
    answering: Callable[[bytes], str], caplog: pytest.LogCaptureFixture
) -> None:
    client = Slack("xoxb-1", f"https://{answering(b'HTTP/1.1 200 OK')}/api/")
    with pytest.raises(SlackDown, match="SSL"):
        client.call("auth.test")
    assert "SSL" in caplog.text


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (" 7 ", 7), ("1.5", 1.5), ("0", 1), ("-7", 1), ("", 30), ("soon", 30), ("nan", 30),
     ("1e999", 3600), ("99999999999", 3600), ("7, 9", 30), ("Wed, 21 Oct 2026 07:28:30 GMT", 25),
     ("Wed, 21 Oct 2026 07:28:30 -0000", 25), ("Wed, 21 Oct 2026 07:00:00 GMT", 1),
     ("Wed, 21 Oct 2036 07:28:00 GMT", 3600), ("Wed, 41 Oct 2026 07:28:00 GMT", 30),
     ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", 30)],
)  # fmt: skip
def test_how_long_to_wait_can_be_said_in_many_ways(value: str, seconds: float) -> None:
    clock.use(lambda: datetime(2026, 10, 21, 7, 28, 5, tzinfo=UTC))
    assert retry_after({"Retry-After": value}, 30) == seconds
    assert retry_after({"retry-after": value}, 30) == seconds


def test_a_date_is_read_by_the_clock_of_who_wrote_it() -> None:
    clock.use(lambda: datetime(2026, 10, 20, tzinfo=UTC))  # ours is a day behind
    headers = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    both = headers | {"Retry-After": "Wed, 21 Oct 2026 07:28:42 GMT"}
    assert retry_after(both, 30) == 42
    assert retry_after(both | {"Date": "today"}, 30) == 3600


@pytest.mark.parametrize(
    ("value", "seconds"), [("Wed, 21 Oct 2015 07:28:00 GMT", 1), ("later", 1), ("90", 90)]
)
def test_a_rate_limit_may_name_a_date(standin: StandIn, value: str, seconds: float) -> None:
    client = Slack(standin.bot_token, standin.api_url)
    standin.faults.add("chat.postMessage", "ratelimited", retry_after=value)
    with pytest.raises(RateLimited) as caught:
        client.post(standin.channel("leads").id, Message("hello"))
    assert caught.value.seconds == seconds


def test_no_card_fails_for_good_while_slack_talks_nonsense(
    store: Store, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "_OUTAGE_SECONDS", 0.01)
    tasks = Tasks(store)
    cards = Cards(store, Slack(standin.bot_token, standin.api_url), tasks)
    cards.add("test", lambda *_: Message("all is well"))
    for body in [*BODIES.values(), *BODIES.values()]:  # more than a job has attempts
        standin.faults.add("chat.postMessage", "garbage", body=body)
    channel = standin.add_channel("cards")
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U0", channel=channel.id,
            timezone="UTC", currency="EUR",
        )  # fmt: skip
        slack.show(session, workspace.id, "test", 1, channel.id)
    worker = Worker(store, tasks)
    worker.start()
    try:
        standin.wait_until(lambda: standin.messages(channel), 60)
    finally:
        worker.stop()
    with store.transaction() as session:
        assert session.scalar(select(Card.ts)) == standin.messages(channel)[0].ts
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


@pytest.mark.parametrize("body", ["null", "[]", '{"ok": true}', "<html>"])
def test_whoever_signs_in_meanwhile_is_asked_to_wait(standin: StandIn, body: str) -> None:
    door = standin.openid
    sign_in = SignIn(door.client_id, door.client_secret, standin.api_url, "https://example.com")
    standin.faults.add("openid.connect.token", "garbage", body=body)
    with pytest.raises(Postpone):
        sign_in.identify("a-code", "a-nonce")
