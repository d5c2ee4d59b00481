"""From the POST of a lead until its card is visible in the channel, idle and under load.

Slack takes about one message a second in a channel, and Handoff keeps to it; so the leads that are
measured come further apart than that, and the load adds no posts of its own: senders that repeat
leads which are known (each is stored), and claims of leads whose cards stand (each is a redraw in
the same channel). Last, a burst: eight leads at once, which the pace makes take seven seconds. The
stand-in keeps Slack's pace too and refuses what comes faster.

    .venv/bin/python benchmarks/bench_visible.py
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex

from benchmarks.figures import Table, percentile
from benchmarks.hand import Hands
from benchmarks.load import Line, at_pace, lead, post
from benchmarks.office import LOOPBACK, Office, Process, Slack, open_office
from benchmarks.staff import hire, post_cards

IDLE, LOADED, BURST = 20, 12, 8
APART_SECONDS = 1.15
REPEATS_PER_SECOND = 30.0
CLICKS_PER_SECOND = 5.0


def main() -> None:
    """Run it and print the table."""
    table = Table("From POST /leads/api until visible in the channel: `handoff run`, one process")
    with open_office() as office:
        database = office.database()
        app = office.handoff(DATABASE_URL=database.url)
        app.wait()
        office.deliver_to(app)
        hire(database, office.slack)
        stamps = post_cards(database, office.slack, int(LOADED * APART_SECONDS * CLICKS_PER_SECOND))
        assert Line(office.slack.port).send(post("/control/pace", {"per_second": 1})).status == 204
        idle = _one_by_one(app, office.slack, IDLE)
        with _load(office, app, stamps):
            loaded = _one_by_one(app, office.slack, LOADED)
        time.sleep(APART_SECONDS)
        last = _all_at_once(app, office.slack)
    _rows(table, f"idle, {IDLE} leads", idle, [100, 500])
    _rows(table, f"under load, {LOADED} leads", loaded, [None, None])
    table.row(f"{BURST} leads at once: the last one", "ms", [1000 * last])
    table.note(
        f"The load: {REPEATS_PER_SECOND:g} repeated leads and {CLICKS_PER_SECOND:g} claims a "
        f"second. Slack's pace alone takes {BURST - 1:,},000 ms for {BURST} leads at once."
    )
    table.print()


def _rows(table: Table, words: str, took: list[float], most: list[float | None]) -> None:
    ms = [1000 * seconds for seconds in took]
    table.row(f"{words}: p50", "ms", ms, most=most[0])
    table.row(f"{words}: p99", "ms", [percentile(ms, 0.99)], most=most[1])


def _one_by_one(app: Process, slack: Slack, count: int) -> list[float]:
    """Leads further apart than the pace; the seconds until each was visible."""
    line = Line(app.port)
    sent = {}
    for _ in range(count):
        company = token_hex(6)
        sent[company] = _send(line, company)
        time.sleep(APART_SECONDS + random.uniform(0, 0.1))
    return _until_visible(slack, sent)


def _all_at_once(app: Process, slack: Slack) -> float:
    """A burst; the seconds from the first POST until the last card was visible."""
    line = Line(app.port)
    start = time.time()
    for company in (companies := [token_hex(6) for _ in range(BURST)]):
        _send(line, company)
    time.sleep(BURST - 1)
    return max(_until_visible(slack, dict.fromkeys(companies, start)))


def _send(line: Line, company: str) -> float:
    """Send a lead; the moment just before."""
    before = time.time()
    assert line.send(lead(company, company)).status == 202
    return before


def _until_visible(slack: Slack, sent: dict[str, float]) -> list[float]:
    """When Slack stamped each lead's card, less when it was sent."""
    deadline = time.monotonic() + 20
    while True:
        stamps = _stamps(slack, set(sent))
        if len(stamps) == len(sent):
            return [stamps[company] - sent[company] for company in sent]
        assert time.monotonic() < deadline, f"{len(sent) - len(stamps)} cards are missing"
        time.sleep(0.2)


def _stamps(slack: Slack, companies: set[str]) -> dict[str, float]:
    """When the card of each company was posted, in Unix time; a message's stamp says so."""
    connection = http.client.HTTPConnection(LOOPBACK, slack.port)
    connection.request("GET", f"/control/messages?channel={slack.channel}")
    messages = json.loads(connection.getresponse().read())
    connection.close()
    words = {word: float(each["ts"]) for each in messages for word in each["text"].split()}
    return {company: words[f"{company}."] for company in companies if f"{company}." in words}


@contextmanager
def _load(office: Office, app: Process, stamps: list[str]) -> Iterator[None]:
    """Repeat known leads and claim others, as long as the block runs."""
    seconds = len(stamps) / CLICKS_PER_SECOND
    own = threading.local()

    def repeat(number: int) -> None:
        idle = time.monotonic() - getattr(own, "used", 0.0)
        if idle > 2:  # the server closes a connection that rests for 5 s
            own.line = Line(app.port)
        assert own.line.send(lead(f"repeated-{number % 3}")).status == 202
        own.used = time.monotonic()

    def run(work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work)
        thread.start()
        return thread

    for number in range(3):  # these are new, and are posted before the load begins
        repeat(number)
        time.sleep(APART_SECONDS)
    threads = [
        run(lambda: at_pace(repeat, REPEATS_PER_SECOND, seconds)),
        run(lambda: Hands(office.slack).claim_all(stamps, CLICKS_PER_SECOND)),
    ]
    yield
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
