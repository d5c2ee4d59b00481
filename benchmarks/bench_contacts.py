"""Who is it? Recognising a person among ten thousand, a hundred thousand and a million contacts.

`identify` by e-mail key and phone, in a transaction of its own as intake does it, for people who
are known and for people who are new; each contact has two keys.

    .venv/bin/python benchmarks/bench_contacts.py
"""

import random
import time

from sqlalchemy import text

from benchmarks.figures import Table, percentile
from benchmarks.office import open_office
from bot.contacts.identity import identify, keys_of
from bot.people import service as people
from bot.store import Store

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 3
LOOKS = 500
MOST_MS = 5.0

_GROW = """
WITH made AS (
    INSERT INTO contact (workspace_id, created_at)
    SELECT :workspace_id, now() FROM generate_series(CAST(:first AS int), :last) RETURNING id
), numbered AS (
    SELECT id, CAST(:first AS int) - 1 + row_number() OVER () AS number FROM made
)
INSERT INTO contact_key (workspace_id, contact_id, kind, value)
SELECT :workspace_id, id, kind, value FROM numbered, LATERAL (
    VALUES ('email', 'person' || number || '@example.com'), ('phone', '+4930' || 10000000 + number)
) AS key (kind, value)
"""


def main() -> None:
    """Run it and print the table."""
    table = Table(f"Who is it? {ROUNDS} rounds of {LOOKS} look-ups each")
    draw = random.Random(1)
    with open_office() as office:
        store = Store(office.database().url)
        workspace_id = _install(store)
        size = 0
        for target in SIZES:
            with store.transaction() as session:
                facts = {"workspace_id": workspace_id, "first": size + 1, "last": target}
                session.execute(text(_GROW), facts)
            size = target
            known = [_round(store, workspace_id, draw, size, new=False) for _ in range(ROUNDS)]
            new = [_round(store, workspace_id, draw, size, new=True) for _ in range(ROUNDS)]
            most = MOST_MS if size == SIZES[-1] else None
            table.row(f"{size:,} contacts, known p50", "ms", [_ms(each, 0.5) for each in known])
            table.row("  known p99", "ms", [_ms(each, 0.99) for each in known], most=most)
            table.row("  new p50", "ms", [_ms(each, 0.5) for each in new])
            table.row("  new p99", "ms", [_ms(each, 0.99) for each in new], most=most)
        store.close()
    table.print()


def _install(store: Store) -> int:
    with store.transaction() as session:
        return people.install(
            session, team_id="T1", name="Acme", bot_user_id="U1", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        ).id  # fmt: skip


def _round(
    store: Store, workspace_id: int, draw: random.Random, size: int, *, new: bool
) -> list[float]:
    took = []
    for _ in range(LOOKS):
        number = draw.randrange(10**12, 10**13) if new else draw.randrange(1, size)
        email, phone = f"person{number}@example.com", f"+4930{10_000_000 + number}"
        before = time.perf_counter()
        with store.transaction() as session:
            [found] = identify(session, workspace_id, [keys_of(email, phone)])
        took.append(time.perf_counter() - before)
        if found.is_known == new:
            raise RuntimeError("somebody else was found")
    return took


def _ms(took: list[float], share: float) -> float:
    return 1000 * percentile(took, share)


if __name__ == "__main__":
    main()
