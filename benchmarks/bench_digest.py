"""The digest of a week among ten thousand, a hundred thousand and a million leads.

Leads come over a year, half of the last week's to campaigns (as many as 1,000), and are claimed,
answered, rated, won and lost as leads are; each campaign has spend each day of the week. Measured
is what Monday does: the snapshot (figures of the week, by campaign, source and reason, beside four
weeks before) and the three messages drawn from it; and the memory of the app's process.

    .venv/bin/python benchmarks/bench_digest.py
"""

import time
from datetime import UTC, datetime, timedelta

import psutil
from sqlalchemy import text

from benchmarks.figures import Table
from benchmarks.office import cpu, open_office
from bot import clock
from bot.digests import messages as digest_messages
from bot.digests import money_messages, sending, timetables, weekly
from bot.digests.models import Audience, Digest, Week
from bot.digests.report import Report
from bot.people import service as people
from bot.people.models import Workspace
from bot.store import Store

SIZES = (10_000, 100_000, 1_000_000)
CAMPAIGNS = 1_000
ROUNDS = 3
MOST_SECONDS = 2.0
MOST_MB = 200
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
YEAR = timedelta(days=364)

_CAMPAIGNS = """
INSERT INTO campaign (workspace_id, owner_id, stage, kind, name, audience, offer, terms,
    talking_points, starts_on, currency)
SELECT :workspace_id, :owner_id, 'live', 'search_ads', 'Campaign ' || n, '', '', '', '',
       date '2026-01-01', 'EUR'
FROM generate_series(1, :campaigns) AS n
"""
_SPEND = """
INSERT INTO spend_entry (workspace_id, campaign_id, day, line, minor, currency, note, entered_at,
    source)
SELECT :workspace_id, id, day, 'Ads', 1000 + id, 'EUR', '', now(), 'typed'
FROM campaign, generate_series(date '2026-11-16', date '2026-11-22', interval '1 day') AS day
"""
_LEADS = """
INSERT INTO lead (workspace_id, contact_id, source, external_id, received_at, last_touch_at, status,
    labels, score, score_reasons, is_hot, call_attempts, campaign_id, last_campaign_id, claimed_by,
    claimed_at, first_claimed_by, first_claimed_at, first_response_at, claim_worked,
    response_worked, claim_due_at, response_due_at,
    rating, rating_reason, qualified_at, disposition, won_minor, won_currency)
SELECT :workspace_id, :contact_id, (ARRAY['form', 'meta', 'google_ads', 'api'])[1 + n % 4],
    n::text, at, at,
    CASE WHEN n % 20 = 0 THEN 'won' WHEN n % 3 = 0 THEN 'lost' ELSE 'new' END,
    '{}', 0, '[]', true, 0, campaign, campaign,
    CASE WHEN n % 5 > 0 THEN CAST(:owner_id AS bigint) END,
    CASE WHEN n % 5 > 0 THEN at + n % 7000 * interval '1 second' END,
    CASE WHEN n % 5 > 0 THEN CAST(:owner_id AS bigint) END,
    CASE WHEN n % 5 > 0 THEN at + n % 7000 * interval '1 second' END,
    CASE WHEN n % 5 > 1 THEN at + n % 9000 * interval '1 second' END,
    CASE WHEN n % 5 > 0 THEN n % 7000 END, CASE WHEN n % 5 > 1 THEN n % 9000 END,
    at + interval '15 minutes', at + interval '1 hour',
    CASE WHEN n % 5 > 2 THEN (ARRAY['great', 'good', 'weak', 'junk'])[1 + n % 4] END,
    CASE WHEN n % 5 > 2 AND n % 4 > 1 THEN 'reason ' || n % 400 END,
    CASE WHEN n % 10 = 0 THEN at + interval '1 day' END,
    CASE WHEN n % 3 = 0 AND n % 20 > 0 THEN (ARRAY['no_budget', 'no_fit'])[1 + n % 2] END,
    CASE WHEN n % 20 = 0 THEN 100000 + n % 5000 END, CASE WHEN n % 20 = 0 THEN 'EUR' END
FROM generate_series(CAST(:first AS int), :last) AS n,
     LATERAL (SELECT :end - (n * 7919::bigint % :seconds) * interval '1 second',
                     CASE WHEN n % 2 = 0 THEN :campaign + n / 2 % :campaigns END
     ) AS made (at, campaign)
"""


def main() -> None:
    """Run it and print the table."""
    clock.use(lambda: NOW)
    table = Table(f"The digest of a week, {CAMPAIGNS:,} campaigns, {ROUNDS} rounds")
    with open_office() as office:
        database = office.database()
        store = Store(database.url)
        facts = _install(store)
        size = 0
        for target in SIZES:
            _grow(store, facts, size, target)
            size = target
            before = time.process_time() + cpu(database.os)
            rounds = [_sum_up(store, facts["workspace_id"]) for _ in range(ROUNDS)]
            worked = (time.process_time() + cpu(database.os) - before) / ROUNDS
            most = MOST_SECONDS if size == SIZES[-1] else None
            in_week = rounds[0][2]
            what = f"{size:,} leads, {in_week:,} of the week"
            table.row(what, "s", [took for took, _, _ in rounds], most=most)
            table.row("  CPU of app and database", "s", [worked])
            table.row("  drawn anew from its snapshot", "s", [took for _, took, _ in rounds])
            memory = psutil.Process().memory_info().rss / 1024**2
            table.row("  the process", "MB", [memory], most=MOST_MB if most else None)
        store.close()
    table.print()


def _install(store: Store) -> dict[str, int]:
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        timetables.install(session, workspace)
        owner = people.person(session, workspace.id, "U2")
        contact = session.scalar(
            text("INSERT INTO contact (workspace_id, created_at) VALUES (:id, now()) RETURNING id"),
            {"id": workspace.id},
        )
        facts = {"workspace_id": workspace.id, "owner_id": owner.id, "campaigns": CAMPAIGNS}
        session.execute(text(_CAMPAIGNS), facts)
        session.execute(text(_SPEND), facts)
        campaign = session.scalar(text("SELECT min(id) FROM campaign"))
        return facts | {"contact_id": contact or 0, "campaign": campaign or 0}


def _grow(store: Store, facts: dict[str, int], size: int, target: int) -> None:
    with store.transaction() as session:
        more = {"first": size + 1, "last": target, "end": NOW - timedelta(hours=9),
                "seconds": int(YEAR.total_seconds())}  # fmt: skip
        session.execute(text(_LEADS), facts | more)
        session.execute(text("ANALYZE"))


def _sum_up(store: Store, workspace_id: int) -> tuple[float, float, int]:
    """Seconds of the whole, seconds of drawing it again, and how many leads the week had."""
    before = time.perf_counter()
    with store.transaction() as session:
        sending.send(session, workspace_id, Audience.CHANNEL, NOW)
        week = Week.of(NOW, session.get_one(Workspace, workspace_id).zone).before
        digest = weekly.sum_up(session, session.get_one(Workspace, workspace_id), week)
    received = _draw(digest)
    took = time.perf_counter() - before
    before = time.perf_counter()
    _draw(digest)
    drawn = time.perf_counter() - before
    with store.transaction() as session:
        session.execute(text("DELETE FROM card"))
        session.execute(text("DELETE FROM digest_delivery"))
        session.execute(text("DELETE FROM digest"))
    return took, drawn, received


def _draw(digest: Digest) -> int:
    report = Report.of(digest)
    for message in (
        digest_messages.digest(report, shows_money=True),
        digest_messages.details(report, shows_money=True),
        money_messages.money(report),
    ):
        assert message.blocks
    return report.total.count("received")


if __name__ == "__main__":
    main()
