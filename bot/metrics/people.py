"""People: how many of them some leads are. Somebody with leads on two days is one person, so days
cannot be added up; won leads, which are few, have an index of their own."""

from collections.abc import Collection, Mapping

from sqlalchemy import func
from sqlalchemy.orm import Session

from bot.leads.models import Lead
from bot.metrics.definitions import BY_NAME
from bot.metrics.figures import Key
from bot.metrics.metric import People
from bot.metrics.scope import By, Scope
from bot.metrics.tallies import of_leads, read_key
from bot.metrics.units import Value


def people(
    session: Session, about: Scope, by: By | None, names: Collection[str]
) -> Mapping[Key, Mapping[str, Value]]:
    """By group, the metrics of these names that count people; a group without any is not there."""
    found: dict[Key, dict[str, Value]] = {}
    for name in names:
        metric = BY_NAME[name]
        if not isinstance(metric.rule, People):
            continue
        persons = func.count(Lead.contact_id.distinct())
        statement = of_leads(about, by, [about.period], [persons]).where(metric.leads)
        for key, count in session.execute(statement, about.facts):
            found.setdefault(read_key(by, key), {})[name] = count
    return found
