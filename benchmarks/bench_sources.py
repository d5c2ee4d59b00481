"""Intake by source: how many leads a second each kind of sender can bring, and how fast.

Each source's documented example with another id and address each time, signed as the vendor signs,
to one web process; all sources in turns within each round, so that ratios hold on a noisy machine.
Meta only names its leads, so nothing but the submission and the work to fetch is stored.

    .venv/bin/python benchmarks/bench_sources.py
"""

from benchmarks.figures import Table, percentile
from benchmarks.load import Load, Outcome, open_load
from benchmarks.office import KEY, LOOPBACK, open_office
from bot.sources import SOURCES
from tests.sources.signing import VENDORS

ROUNDS = 3
SECONDS = 1.0
CONNECTIONS = 8

SLUGS = [slug for slug, source in SOURCES.items() if not source.by_hand]


def main() -> None:
    """Run it and print the table."""
    table = Table(
        f"Intake by source, one web process, {CONNECTIONS} keep-alive connections, "
        f"{ROUNDS} rounds of {SECONDS:g} s each"
    )
    with open_office() as office, open_load() as load:
        server = office.handoff(
            "--web",
            DATABASE_URL=office.database().url,
            HANDOFF_SOURCES=",".join(f"{slug}:{KEY}" for slug in VENDORS),
            HANDOFF_PUBLIC_URL=f"http://{LOOPBACK}",
        )
        server.wait()
        rounds = [_round(load, server.port, number) for number in range(ROUNDS + 1)][1:]
    for slug in SLUGS:
        table.row(SOURCES[slug].name, "leads/s", [each[slug].rate for each in rounds])
        table.row("  p99 of the answer", "ms", [_p99(each[slug]) for each in rounds])
    failures = sum(outcome.failures for each in rounds for outcome in each.values())
    table.note(f"{failures} answers were not as they should be.")
    table.print()


def _round(load: Load, port: int, number: int) -> dict[str, Outcome]:
    """Every source once; the first round warms up."""
    seconds = SECONDS if number else SECONDS / 2
    return {
        slug: load.hooks(port, slug, f"{slug} {number}", CONNECTIONS, seconds) for slug in SLUGS
    }


def _p99(outcome: Outcome) -> float:
    return 1000 * percentile(outcome.seconds, 0.99)


if __name__ == "__main__":
    main()
