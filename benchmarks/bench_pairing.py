"""Who meets whom? A round of ten to two hundred people a side, everybody free, in the tenth round.

The pairing alone, as `bot.shadowing.pairing` computes it: no database, one core. A round is paired
in the background, once in a few weeks.

    .venv/bin/python benchmarks/bench_pairing.py
"""

import random
import time

from benchmarks.figures import Table
from bot.shadowing.pairing import Edge, Participant, Tie, pair

SIZES = ((10, 10), (30, 30), (30, 60), (100, 100), (100, 200))
ROUNDS = 3
EARLIER = 9


def main() -> None:
    """Run it and print the table."""
    table = Table(f"Pairing the tenth round, {ROUNDS} times each")
    for marketers, salespeople in SIZES:
        took = [_tenth(marketers, salespeople, seed) for seed in range(ROUNDS)]
        table.row(f"{marketers} marketers, {salespeople} salespeople", "ms", took)
    table.print()


def _tenth(marketers: int, salespeople: int, seed: int) -> float:
    """Milliseconds for a round after nine in which some were left over."""
    draw = random.Random(seed)
    ours, theirs = range(marketers), range(1000, 1000 + salespeople)
    met: dict[int, list[int]] = {person: [] for person in (*ours, *theirs)}
    for number in range(EARLIER):
        for one in ours:
            other = theirs[(one + number * marketers) % salespeople]
            met[one].append(other)
            met[other].append(one)
    ties: dict[Edge, Tie] = {(m, s): Tie(draw.choice([0, 0, 3, 12])) for m in ours for s in theirs}
    both = (
        [Participant(m, draw.randint(0, 2), met[m], frozenset(theirs)) for m in ours],
        [Participant(s, draw.randint(0, 2), met[s], frozenset(ours)) for s in theirs],
    )
    began = time.perf_counter()
    pair(*both, ties)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
