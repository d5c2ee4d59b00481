"""What exactly do we promise? `/offer` among a thousand campaigns with five versions each.

The verb and the drawing of its answer, as the command does them before it speaks to Slack: words
that one campaign has, words that half of them have, words that none has, no words, and a past day.

    .venv/bin/python benchmarks/bench_offer.py
"""

import time

from sqlalchemy import text

from benchmarks.figures import Table, percentile
from benchmarks.office import open_office
from bot.campaigns import list_messages, offers
from bot.people import service as people
from bot.people.models import Person, Role
from bot.store import Store

CAMPAIGNS = 1_000
VERSIONS = 5
ROUNDS = 3
LOOKS = 30
MOST_MS = 300.0

ASKED = {
    "the words of one": "offer number 777",
    "the beginning of a word in all": "cust",
    "the beginning of a word in half": "even",
    "words that none has": "nowhere",
    "no words: all that hold": "",
    "a past day": "customers on {day}",
}

_CAMPAIGNS = """
INSERT INTO campaign (workspace_id, owner_id, name, kind, audience, offer, terms, talking_points,
    starts_on, ends_on, currency, stage, version, holds_from, announced_at)
SELECT :workspace_id, :owner_id, 'Offer number ' || number, 'email', 'Shops of every size',
    CASE number % 2 WHEN 0 THEN 'Even better' ELSE 'Odd but fair' END || ', at half price',
    repeat('New customers only, monthly payment, and any term can be read here. ', 25), 'Say hello',
    current_date - 200 + number % 400, current_date - 100 + number % 400, 'EUR',
    CASE WHEN number % 400 < 100 THEN 'ended' ELSE 'live' END, :versions, :versions, now()
FROM generate_series(1, CAST(:campaigns AS int)) AS number
"""
_VERSIONS = """
INSERT INTO campaign_version (workspace_id, campaign_id, number, person_id, at, in_force_from, name,
    audience, offer, terms, talking_points, starts_on, ends_on)
SELECT workspace_id, id, number, owner_id, now(), now() - make_interval(days => 60 - 10 * number),
    name, audience, offer || ' of version ' || number, terms, talking_points, starts_on, ends_on
FROM campaign, generate_series(1, CAST(:versions AS int)) AS number
"""


def main() -> None:
    """Run it and print the table."""
    table = Table(f"/offer among {CAMPAIGNS:,} campaigns of {VERSIONS} versions, {ROUNDS} rounds")
    with open_office() as office:
        store = Store(office.database().url)
        who = _fill(store)
        with store.transaction() as session:
            day = session.scalars(text("SELECT (current_date - 25)::text")).one()
        for what, words in ASKED.items():
            rounds = [_round(store, who, words.format(day=day)) for _ in range(ROUNDS + 1)][1:]
            table.row(f"{what}, p50", "ms", [percentile(each, 0.5) for each in rounds])
            table.row("  p99", "ms", [percentile(each, 0.99) for each in rounds], most=MOST_MS)
        store.close()
    table.print()


def _fill(store: Store) -> Person:
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        who = people.person(session, workspace.id, "U2")
        who.roles = [Role.SALESPERSON]
        session.flush()
        facts = {"workspace_id": workspace.id, "owner_id": who.id, "campaigns": CAMPAIGNS}
        session.execute(text(_CAMPAIGNS), facts | {"versions": VERSIONS})
        session.execute(text(_VERSIONS), {"versions": VERSIONS})
    return who


def _round(store: Store, who: Person, words: str) -> list[float]:
    """Milliseconds of each look."""
    taken = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        with store.transaction() as session:
            answer = list_messages.offers(offers.offers(session, who, words))
        assert answer.blocks
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


if __name__ == "__main__":
    main()
