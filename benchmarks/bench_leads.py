"""Working the leads among ten thousand, a hundred thousand and a million of them.

The sweep that looks at what is overdue, a claim, the App Home of a salesperson with 500 open leads,
and that of a manager. Most leads are closed or rest, as they would; some wait, some are on call
lists.

    .venv/bin/python benchmarks/bench_leads.py
"""

import random
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from time import perf_counter

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from benchmarks.figures import Table, percentile
from benchmarks.office import open_office
from bot import clock, slack
from bot.app import CAPABILITIES
from bot.home.page import page
from bot.leads import claiming
from bot.leads.models import Lead
from bot.leads.notice_models import EscalationStep
from bot.leads.notices import CARD
from bot.people import service as people
from bot.people.models import Person, Role, Team
from bot.routing import escalation
from bot.store import Store

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 5
SELLERS = 20
OPEN = 500
CLAIMS = 100
DUE = (1, 10)  # a sweep takes ten at a time; the next one follows at once
SWEEP_MS, HOME_MS, MANAGER_MS, CLAIM_MS = 50.0, 100.0, 300.0, 50.0

# Of a hundred leads 80 are closed, 10 rest, 3 wait, 5 are on call lists, 2 are owned; the first
# `open` are open and belong to one person, whatever the size.
_GROW = """
WITH numbered AS (
    SELECT n, n % 100 AS kind, CAST(:sellers AS bigint[]) AS sellers,
        now() - interval '1 minute' * (n % 1000000) AS at
    FROM generate_series(CAST(:first AS int), :last) AS n
), shaped AS (
    SELECT *, CASE WHEN n <= :open THEN 98 + n % 2 ELSE kind END AS what FROM numbered
)
INSERT INTO lead (workspace_id, source, external_id, received_at, contact_id, last_touch_at, labels,
    score, score_reasons, call_attempts, first_name, last_name, email, company, is_hot, status,
    claimed_by, claimed_at, first_response_at, closed_at, rating, call_list_id, wake_at,
    next_check_at, step, step_started_at, response_due_at)
SELECT :workspace_id, 'api', n, at, :contact_id, at, '{}', 50, '[]', 0, 'Ada', 'Lovelace ' || n,
    n || '@example.com', 'Analytical Engines', what NOT BETWEEN 91 AND 97,
    CASE WHEN what < 80 THEN (ARRAY['won', 'lost', 'lost', 'lost'])[1 + what % 4]
         WHEN what < 90 THEN 'recycled' ELSE 'new' END,
    CASE WHEN n <= :open THEN sellers[1]
         WHEN what < 90 THEN sellers[1 + n / 100 % cardinality(sellers)]
         WHEN what > 97 THEN sellers[2 + n / 100 % (cardinality(sellers) - 1)] END,
    CASE WHEN what < 90 OR what > 97 THEN at END,
    CASE WHEN what < 90 OR what = 98 THEN at END,
    CASE WHEN what < 80 THEN at END,
    CASE WHEN what < 79 THEN 'good' END,
    CASE WHEN what BETWEEN 93 AND 97 THEN (CAST(:lists AS bigint[]))[1 + n % 5] END,
    CASE WHEN what BETWEEN 80 AND 89 THEN now() + interval '30 days' END,
    CASE WHEN what BETWEEN 80 AND 89 OR what = 99 THEN now() + interval '1 day' * (1 + n % 60) END,
    CASE WHEN what = 90 THEN 'manager' END, at, at
FROM shaped
"""


class Floor:
    """A workspace that grows."""

    def __init__(self, store: Store) -> None:
        self.store, self.size = store, 0
        with store.transaction() as session:
            self.workspace = people.install(
                session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
                timezone="Europe/Berlin", currency="EUR",
            )  # fmt: skip
            escalation.install(session, self.workspace)
            names = [f"U{number}" for number in range(SELLERS)]
            self.sellers = [people.person(session, self.workspace.id, name) for name in names]
            # Somebody always works, so that every step that is due is taken.
            team = session.scalars(select(Team).where(Team.name == "Sales")).one()
            team.days, team.opens, team.closes = list(range(7)), time.min, time.min
            session.execute(update(Person).values(roles=[Role.SALESPERSON], team_id=team.id))
            self.manager = people.person(session, self.workspace.id, "UBOSS")
            self.manager.roles = [Role.MANAGER]
            for who in self.sellers:
                slack.show(session, self.workspace.id, slack.HOME, who.id, who.slack_id)
            made = "INSERT INTO contact (workspace_id, created_at) VALUES (:w, now()) RETURNING id"
            self.contact = session.scalar(text(made), {"w": self.workspace.id})
            lists = (
                "INSERT INTO call_list (workspace_id, name, created_at)"
                " SELECT :w, 'June', now() FROM generate_series(1, 5) RETURNING id"
            )
            self.lists = list(session.scalars(text(lists), {"w": self.workspace.id}))

    def grow(self, size: int) -> None:
        """Let there be so many leads, and let the database know them."""
        with self.store.transaction() as session:
            session.execute(
                text(_GROW),
                {"workspace_id": self.workspace.id, "contact_id": self.contact,
                 "sellers": [who.id for who in self.sellers], "lists": self.lists,
                 "open": OPEN, "first": self.size + 1, "last": size},
            )  # fmt: skip
        self.size = size
        with self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text("VACUUM ANALYZE"))

    def free(self, count: int) -> list[int]:
        """So many hot leads that nobody owns, with their cards in the channel."""
        with self.store.transaction() as session:
            ids = session.scalars(
                select(Lead.id)
                .where(Lead.claimed_by.is_(None), Lead.is_hot, Lead.step == EscalationStep.MANAGER)
                .order_by(Lead.id.desc())
                .limit(count)
            ).all()
            for lead_id in ids:
                slack.show(session, self.workspace.id, CARD, lead_id, self.workspace.channel)
        self.drawn()
        return list(ids)

    def drawn(self) -> None:
        """All work is done."""
        with self.store.transaction() as session:
            session.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
            session.execute(text("UPDATE card SET stale = false WHERE stale"))

    def back(self, ids: Sequence[int]) -> None:
        """Nobody has ever worked on these leads."""
        with self.store.transaction() as session:
            for model in ("lead_event", "lead_step"):
                where = text(f"DELETE FROM {model} WHERE lead_id = ANY(:ids)")
                session.execute(where, {"ids": list(ids)})
            session.execute(
                update(Lead)
                .where(Lead.id.in_(ids))
                .values(
                    claimed_by=None,
                    claimed_at=None,
                    next_check_at=None,
                    step=EscalationStep.MANAGER,
                )
            )
        self.drawn()

    # ---- what is measured -------------------------------------------------------------------

    def claim(self, ids: Sequence[int], draw: random.Random) -> list[float]:
        """Claims by people in turn, each in a transaction of its own."""
        took = [self._timed(_claim, draw.choice(self.sellers), lead_id) for lead_id in ids]
        self.back(ids)
        return took

    def sweep(self, ids: Sequence[int]) -> float:
        """One sweep, where these leads are due for a word in their threads."""
        now = clock.now()
        with self.store.transaction() as session:
            session.execute(
                update(Lead)
                .where(Lead.id.in_(ids))
                .values(next_check_at=now, step=None, step_started_at=now - timedelta(hours=2))
            )
        took = self._timed(_sweep, len(ids))
        self.back(ids)
        return took

    def home(self) -> float:
        return self._timed(_home, self.sellers[0].id, f"({OPEN // 2:,})")

    def home_of_manager(self) -> float:
        return self._timed(_home, self.manager.id, "This week so far")

    def _timed(self, act: Callable[..., None], *args: object) -> float:
        before = perf_counter()
        with self.store.transaction() as session:
            act(session, *args)
        return 1000 * (perf_counter() - before)


def _claim(session: Session, who: Person, lead_id: int) -> None:
    claiming.claim(session, who, lead_id)


def _sweep(session: Session, count: int) -> None:
    if escalation.sweep(session) != count:
        raise RuntimeError("it looked at other leads")


def _home(session: Session, person_id: int, says: str) -> None:
    drawn = page(session, session.get_one(Person, person_id), CAPABILITIES)
    if says not in str(drawn.blocks):
        raise RuntimeError("it shows something else")


def main() -> None:
    """Run it and print the table."""
    table = Table(f"Working the leads: {ROUNDS} rounds, {CLAIMS} claims each")
    draw = random.Random(1)
    with open_office() as office:
        store = Store(office.database().url)
        floor = Floor(store)
        for size in SIZES:
            floor.grow(size)
            _measure(floor, table, draw)
        store.close()
    table.print()


def _measure(floor: Floor, table: Table, draw: random.Random) -> None:
    is_last = floor.size == SIZES[-1]
    free = floor.free(CLAIMS)
    table.row(f"{floor.size:,} leads, sweep, none due", "ms", _rounds(floor.sweep, []),
              most=SWEEP_MS if is_last else None)  # fmt: skip
    for due in DUE:
        took = _rounds(floor.sweep, free[:due])
        table.row(f"  sweep, {due} due", "ms", took, most=SWEEP_MS if is_last else None)
    took = _rounds(floor.home)
    table.row(f"  App Home, {OPEN} open", "ms", took, most=HOME_MS if is_last else None)
    took = _rounds(floor.home_of_manager)
    table.row("  App Home of a manager", "ms", took, most=MANAGER_MS if is_last else None)
    claims = [floor.claim(free, draw) for _ in range(ROUNDS)]
    table.row("  claim p50", "ms", [percentile(each, 0.5) for each in claims])
    table.row("  claim p99", "ms", [percentile(each, 0.99) for each in claims],
              most=CLAIM_MS if is_last else None)  # fmt: skip


def _rounds(act: Callable[..., float], *args: object) -> list[float]:
    act(*args)  # the first time is no one's
    return [act(*args) for _ in range(ROUNDS)]


if __name__ == "__main__":
    main()
