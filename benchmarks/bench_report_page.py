"""The report page over ten thousand, a hundred thousand and a million leads of two years.

The application serves over HTTP; a manager, signed in through the stand-in, opens what people open:
the report on each span, by campaign and by source, the figures, campaigns side by side, and pages
of leads. Days shift with each round, so a first look is one that nobody had; each page is then
looked at again, as people do who come back to it (what took long is kept for a minute). The days
that are over are computed before, as the clock has done it in a workspace that grew day by day; a
few leads of the last weeks change in each round, so some days are read from their leads.

    .venv/bin/python benchmarks/bench_report_page.py
"""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from sqlalchemy import text

from benchmarks.figures import Table, percentile
from bot.app import Application
from bot.doctor import manifest
from bot.metrics import tasks as metrics_tasks
from bot.people.models import Person, Role
from bot.store import Store, migrate
from bot.store.embedded import EmbeddedPostgres
from playground import demo
from playground.standin import StandIn

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 12
DAYS = 730
MOST_MS = 300.0
TODAY = datetime.now(UTC).date()

_CAMPAIGNS = """
INSERT INTO campaign (workspace_id, owner_id, name, kind, audience, offer, terms, talking_points,
                      starts_on, currency)
SELECT :workspace_id, :owner_id, 'Campaign ' || number, 'email', '', '', '', '', '2024-01-01', 'EUR'
FROM generate_series(1, 40) AS number
"""
_LEADS = """
INSERT INTO lead (workspace_id, source, external_id, received_at, contact_id, last_touch_at, labels,
    score, score_reasons, is_hot, call_attempts, status, company, first_name, last_name, email,
    campaign_id, last_campaign_id, claimed_by, claimed_at, first_claimed_by, first_claimed_at,
    claim_worked, first_response_at, response_worked, rating, qualified_at, won_minor, won_currency,
    claim_due_at, response_due_at)
SELECT :workspace_id, (ARRAY['api', 'form', 'google_ads', 'meta', 'typeform'])[1 + number % 5],
    'x' || number, at, :contact_id, at, '{}', 0, '[]', number % 3 = 0, 0,
    CASE WHEN number % 11 = 0 THEN 'won' WHEN number % 7 = 0 THEN 'lost' ELSE 'new' END,
    'Company ' || number, 'First', 'Last', 'p' || number || '@example.com',
    CASE WHEN number % 9 > 0 THEN 1 + number % 40 END, 1 + number % 40,
    CASE WHEN number % 6 > 0 THEN :owner_id END,
    CASE WHEN number % 6 > 0 THEN at + wait END,
    CASE WHEN number % 6 > 0 THEN :owner_id END,
    CASE WHEN number % 6 > 0 THEN at + wait END,
    CASE WHEN number % 6 > 0 THEN extract(epoch FROM wait)::int END,
    CASE WHEN number % 6 > 1 THEN at + wait * 2 END,
    CASE WHEN number % 6 > 1 THEN extract(epoch FROM wait * 2)::int END,
    CASE WHEN number % 6 > 0 AND number % 4 > 0
         THEN (ARRAY['great', 'good', 'weak', 'junk'])[1 + number % 4] END,
    CASE WHEN number % 11 = 0 THEN at + wait END,
    CASE WHEN number % 11 = 0 THEN 100000 + number % 900000 END,
    CASE WHEN number % 11 = 0 THEN 'EUR' END,
    CASE WHEN number % 3 = 0 THEN at + interval '15 minutes' END,
    CASE WHEN number % 3 = 0 THEN at + interval '1 hour' END
FROM (
    SELECT number, now() - random() * interval '730 days' AS at,
           -ln(1 - random()) * interval '25 minutes' AS wait
    FROM generate_series(CAST(:first AS int), :last) AS number
) AS made ORDER BY at
"""
_SPEND = """
INSERT INTO spend_entry (workspace_id, campaign_id, day, line, minor, currency, note, entered_at,
                         source)
SELECT :workspace_id, campaign.id, day, 'Ads', 1000 + campaign.id, 'EUR', '', now(), 'typed'
FROM campaign, generate_series(current_date - 730, current_date, interval '1 day') AS day
"""


def main() -> None:
    """Run it and print the tables."""
    with tempfile.TemporaryDirectory() as place:
        server = EmbeddedPostgres(Path(place))
        store = Store(server.url)
        migrate.upgrade(store.engine)
        store.close()
        slack = StandIn(manifest())
        root = slack.add_user("root")
        slack.add_channel("leads", members=[root])
        with slack, demo.running(slack, "#leads", database_url=server.url) as (app, address):
            _measure(app, address, root.id)
        server.close()


def _measure(app: Application, address: str, slack_id: str) -> None:
    table = Table(f"The report page, {ROUNDS} rounds of {len(list(_addresses(0)))} pages")
    facts = _people(app, slack_id)
    size = 0
    with _signed_in(address, slack_id) as web:
        for target in SIZES:
            with app.store.transaction() as session:
                session.execute(text(_LEADS), facts | {"first": size + 1, "last": target})
            size = target
            before = time.perf_counter()
            days = metrics_tasks.compute_days(app.store, app.workspace().id)
            per_day = (time.perf_counter() - before) / max(days, 1)
            _analyze(app)
            took, again = _round(web, app)
            everything = [each for times in took.values() for each in times]
            table.row(f"{size:,} leads, all pages p50", "ms", [1000 * percentile(everything, 0.5)])
            most = MOST_MS if size == SIZES[-1] else None
            table.row("  all pages p95", "ms", [1000 * percentile(everything, 0.95)], most=most)
            table.row("  looked at again, p95", "ms", [1000 * percentile(again, 0.95)], most=most)
            table.row("  a day is computed in", "ms", [1000 * per_day])
            for name, times in took.items():
                table.row(f"  {name}, p95", "ms", [1000 * percentile(times, 0.95)])
        _files(web, table)
    table.print()


def _people(app: Application, slack_id: str) -> dict[str, int]:
    """A manager, forty campaigns with spend, and one contact for all leads."""
    workspace_id = app.workspace().id
    with app.store.transaction() as session:
        person = Person(
            workspace_id=workspace_id, slack_id=slack_id, name="Root", roles=[str(Role.MANAGER)]
        )
        session.add(person)
        session.flush()
        facts = {"workspace_id": workspace_id, "owner_id": person.id}
        session.execute(text(_CAMPAIGNS), facts)
        session.execute(text(_SPEND), facts)
        contact = text(
            "INSERT INTO contact (workspace_id, created_at) VALUES (:workspace_id, now()) "
            "RETURNING id"
        )
        facts["contact_id"] = session.execute(contact, facts).scalar_one()
    return facts


def _analyze(app: Application) -> None:
    with app.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def _signed_in(address: str, slack_id: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=1_200, follow_redirects=True) as web:
        button = re.search(r'class="button" href="([^"]+)"', web.get("/report").text)
        assert button is not None
        chooser = web.get(button[1].replace("&amp;", "&"))
        assert web.post(chooser.url, data={"user": slack_id}).status_code == 200
        yield web


def _addresses(number: int) -> Iterator[tuple[str, str]]:
    """What people open, about other days in each round."""
    for name, length in (("week", 7), ("month", 30), ("quarter", 91), ("year", 365)):
        last = TODAY - timedelta(days=1 + number)
        days = f"from={last - timedelta(days=length - 1)}&to={last}"
        yield f"{name} by campaign", f"/report?{days}"
        yield f"{name} by source", f"/report?{days}&by=source"
        yield f"{name}, leads", f"/report/leads?{days}"
        if length < 91:
            yield f"{name}, figures", f"/report/figures?{days}"
            yield f"{name}, side by side", f"/report/compare?{days}&campaign=1&campaign=2"


_CHANGES = """
UPDATE lead SET rating = 'good' WHERE id IN (
    SELECT id FROM lead WHERE received_at > now() - interval '21 days' ORDER BY random() LIMIT 3
)
"""


def _round(web: httpx.Client, app: Application) -> tuple[dict[str, list[float]], list[float]]:
    """How long each page took at first, and all of them at the second look."""
    took: dict[str, list[float]] = {}
    again = []
    for number in range(-1, ROUNDS):
        with app.store.transaction() as session:
            session.execute(text(_CHANGES))
        for name, address in _addresses(number + 1):
            before = time.perf_counter()
            answer = web.get(address)
            if number >= 0:  # the first one warms connections and the database's cache
                took.setdefault(name, []).append(time.perf_counter() - before)
            if answer.status_code != 200:
                raise RuntimeError(answer.text)
            before = time.perf_counter()
            web.get(address)
            again.append(time.perf_counter() - before)
    return took, again


def _files(web: httpx.Client, table: Table) -> None:
    """A file of two years: how long, and how much the process grows."""
    days = f"from={TODAY - timedelta(days=DAYS)}&to={TODAY}"
    process = psutil.Process()
    for kind in ("csv", "xlsx"):
        before, size, most = time.perf_counter(), 0, 0
        start = process.memory_info().rss
        with web.stream("GET", f"/report/files/leads.{kind}?{days}") as answer:
            for piece in answer.iter_raw():
                size += len(piece)
                most = max(most, process.memory_info().rss - start)
        table.row(f"all leads as {kind}", "s", [time.perf_counter() - before])
        table.row("  grown by", "MiB", [most / 2**20])
        table.note(f"The {kind} file has {size / 2**20:,.0f} MiB.")


if __name__ == "__main__":
    main()
