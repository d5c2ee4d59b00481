"""How an admin changes what makes a lead hot."""

import re

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import FieldErrors
from bot.leads.heat import DEFAULT_POINTS
from bot.leads.models import ScoreRules
from bot.leads.sources import SOURCES, TYPED
from bot.people import service as people
from bot.people.models import Person, Role

MOST_POINTS = 1_000
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def change_rules(
    session: Session, who: Person, hot_from: int, points: dict[str, int], competitors: list[str]
) -> None:
    """Set the workspace's rules, noting who did; leads that are here keep the score they have.

    `points` by the keys of `DEFAULT_POINTS`, or `source:` and a slug. Raises NotAllowed, and
    FieldErrors for `hot_from`, `sources` and `competitors`.
    """
    people.require(session, who, "change what makes a lead hot", Role.ADMIN)
    domains = sorted({each.strip().casefold().removeprefix("@") for each in competitors} - {""})
    problems = _problems(hot_from, points, domains)
    if problems:
        raise FieldErrors(problems)
    rules = {"hot_from": hot_from, "points": points, "competitors": domains,
             "changed_at": clock.now(), "changed_by": who.id}  # fmt: skip
    session.execute(
        insert(ScoreRules)
        .values(workspace_id=who.workspace_id, **rules)
        .on_conflict_do_update(index_elements=[ScoreRules.workspace_id], set_=rules)
    )


def _problems(hot_from: int, points: dict[str, int], domains: list[str]) -> dict[str, str]:
    problems = {}
    if not 0 <= hot_from <= MOST_POINTS:
        problems["hot_from"] = f"Please enter a number from 0 to {MOST_POINTS:,}."
    known = {*DEFAULT_POINTS, *(f"source:{slug}" for slug in (*SOURCES, TYPED))}
    unknown = sorted(key.removeprefix("source:") for key in points.keys() - known)
    if unknown:
        problems["sources"] = f"There is no source {', '.join(unknown)}: see `handoff sources`."
    if any(abs(each) > MOST_POINTS for each in points.values()):
        problems["sources"] = f"Points go from -{MOST_POINTS:,} to {MOST_POINTS:,}."
    wrong = [domain for domain in domains if not _DOMAIN.fullmatch(domain)]
    if wrong:
        problems["competitors"] = f"{wrong[0]} is not a domain such as example.com."
    return problems
