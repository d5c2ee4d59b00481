"""A campaign's report over ten thousand, a hundred thousand and a million leads.

`/campaign report` as Slack asks for it, from the question to the blocks, on the embedded server as
it comes: by first and by last touch, each time of another campaign, in a transaction of its own.
There is a campaign for every thousand leads, of eight kinds; half of all leads are claimed, a tenth
is won, and each campaign has a spend for each of thirty days.

    .venv/bin/python benchmarks/bench_campaign_report.py
"""

import random
import time

from sqlalchemy import text

from benchmarks.figures import Table, percentile
from benchmarks.office import open_office
from bot.metrics import Attribution
from bot.people import service as people
from bot.people.models import Person, Role
from bot.reports import campaign_report, messages
from bot.store import Store

SIZES = (10_000, 100_000, 1_000_000)
LEADS_OF_A_CAMPAIGN = 1_000
ROUNDS = 3
REPORTS = 20
MOST_MS = 1_000.0

_CAMPAIGNS = """
INSERT INTO campaign (workspace_id, owner_id, stage, name, kind, audience, offer, terms,
    talking_points, starts_on, currency, budget_minor, expected_leads, utm_campaign, announced_at)
SELECT :workspace_id, :owner_id, 'live', 'Campaign ' || n,
    (ARRAY['search_ads', 'social_ads', 'email', 'webinar', 'event', 'content', 'partner',
           'other'])[1 + n % 8],
    '', '', '', '', date '2026-01-01' + n % 300, 'EUR', 1000000, 1000, 'code-' || n, now()
FROM generate_series(CAST(:first AS int), :last) AS n
"""

_SPEND = """
INSERT INTO spend_entry (workspace_id, campaign_id, day, line, minor, currency, note, entered_at,
    source)
SELECT :workspace_id, id, starts_on + day, 'Ads', 10000 + day, 'EUR', '', now(), 'typed'
FROM campaign, generate_series(0, 29) AS day
WHERE workspace_id = :workspace_id AND id > :after
"""

_LEADS = """
INSERT INTO lead (workspace_id, contact_id, source, external_id, received_at, last_touch_at,
    campaign_id, last_campaign_id, status, labels, score, score_reasons, is_hot, call_attempts,
    claimed_by, claimed_at, first_claimed_by, first_claimed_at, claim_worked,
    claim_due_at, first_response_at, response_worked, response_due_at, qualified_at, rating,
    rating_reason, disposition, won_minor, won_currency)
SELECT :workspace_id, :contact_id, 'api', n::text, at, at,
    ids[1 + n % array_length(ids, 1)], ids[1 + (n * 7) % array_length(ids, 1)],
    CASE WHEN n % 10 = 0 THEN 'won' WHEN n % 10 < 4 THEN 'lost' ELSE 'new' END,
    '{}', 0, '[]', true, 0,
    CASE WHEN n % 2 = 0 THEN CAST(:owner_id AS bigint) END,
    CASE WHEN n % 2 = 0 THEN at + n % 5000 * interval '1 second' END,
    CASE WHEN n % 2 = 0 THEN CAST(:owner_id AS bigint) END,
    CASE WHEN n % 2 = 0 THEN at + n % 5000 * interval '1 second' END,
    CASE WHEN n % 2 = 0 THEN n % 5000 END,
    at + interval '5 minutes',
    CASE WHEN n % 3 = 0 THEN at + n % 9000 * interval '1 second' END,
    CASE WHEN n % 3 = 0 THEN n % 9000 END,
    at + interval '15 minutes',
    CASE WHEN n % 5 = 0 THEN at + interval '1 day' END,
    CASE WHEN n % 2 = 0 THEN (ARRAY['great', 'good', 'weak', 'junk'])[1 + n / 2 % 4] END,
    CASE WHEN n % 8 > 3 THEN 'reason ' || n % 50 END,
    CASE WHEN n % 10 BETWEEN 1 AND 3 THEN 'no_budget' END,
    CASE WHEN n % 10 = 0 THEN 100000 + n % 1000 END,
    CASE WHEN n % 10 = 0 THEN 'EUR' END
FROM generate_series(CAST(:first AS int), :last) AS n,
    (SELECT array_agg(id ORDER BY id) FROM campaign WHERE id > :after) AS c (ids),
    LATERAL (SELECT timestamptz '2026-01-01' + n % 1000000 * interval '20 seconds') AS m (at)
"""


def main() -> None:
    """Run it and print the table."""
    table = Table(f"A campaign's report: {ROUNDS} rounds of {REPORTS}")
    draw = random.Random(1)
    with open_office() as office:
        store = Store(office.database().url)
        who, contact_id = _install(store)
        size = 0
        for target in SIZES:
            _grow(store, who, contact_id, size, target)
            size = target
            for attribution in Attribution:
                rounds = [_round(store, who, draw, attribution) for _ in range(ROUNDS)]
                most = MOST_MS if size == SIZES[-1] else None
                what = f"{size:,} leads, {attribution.label}"
                table.row(f"{what}, p50", "ms", [_ms(each, 0.5) for each in rounds])
                table.row("  p95", "ms", [_ms(each, 0.95) for each in rounds], most=most)
        store.close()
    table.print()


def _install(store: Store) -> tuple[Person, int]:
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        who = people.person(session, workspace.id, "U2")
        who.roles = [Role.MARKETER]
        contact = "INSERT INTO contact (workspace_id, created_at) VALUES (:id, now()) RETURNING id"
        contact_id = session.execute(text(contact), {"id": workspace.id}).scalar_one()
        margin = "INSERT INTO margin (workspace_id, percent, set_at) VALUES (:id, 40, now())"
        session.execute(text(margin), {"id": workspace.id})
    return who, contact_id


def _grow(store: Store, who: Person, contact_id: int, size: int, target: int) -> None:
    """More campaigns, with their spend and a thousand leads each."""
    facts = {"workspace_id": who.workspace_id, "owner_id": who.id, "contact_id": contact_id}
    with store.transaction() as session:
        newest = session.execute(text("SELECT coalesce(max(id), 0) FROM campaign")).scalar_one()
        count = {"first": size // LEADS_OF_A_CAMPAIGN + 1, "last": target // LEADS_OF_A_CAMPAIGN}
        session.execute(text(_CAMPAIGNS), {**facts, **count})
        session.execute(text(_SPEND), {**facts, "after": newest})
        leads = {"after": newest, "first": size + 1, "last": target}
        session.execute(text(_LEADS), {**facts, **leads})
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _round(store: Store, who: Person, draw: random.Random, attribution: Attribution) -> list[float]:
    took = []
    with store.transaction() as session:
        ids = session.execute(text("SELECT id FROM campaign")).scalars().all()
    for _ in range(REPORTS):
        campaign_id = draw.choice(ids)
        before = time.perf_counter()
        with store.transaction() as session:
            found = campaign_report.report(session, who, campaign_id, attribution)
        blocks = messages.report(found).blocks
        took.append(time.perf_counter() - before)
        if found.figures.count("received") < 500 or not blocks:
            raise RuntimeError("the report is empty")
    return took


def _ms(took: list[float], share: float) -> float:
    return 1000 * percentile(took, share)


if __name__ == "__main__":
    main()
