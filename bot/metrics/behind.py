"""Behind a figure: the leads that it is about, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.metrics.computing import scope
from bot.metrics.definitions import BY_NAME
from bot.metrics.figures import Key
from bot.metrics.period import Period
from bot.metrics.scope import By
from bot.metrics.units import Attribution


@dataclass(frozen=True)
class Behind:
    """One page of the leads behind a figure, the newest first."""

    leads: Sequence[Lead]
    total: int
    """How many there are on all pages."""
    next: int | None
    """What to ask the next page with; None: this is the last one."""
    counting: int | None = None
    """Of a share, how many of all these it counts; None for a figure that is none."""
    which: frozenset[int] = frozenset()
    """The numbers of those on this page that it counts."""


def behind(
    session: Session,
    workspace_id: int,
    period: Period,
    metric: str,
    *,
    group: tuple[By, Key] | None = None,
    attribution: Attribution = Attribution.FIRST_TOUCH,
    before: int | None = None,
    limit: int = 50,
) -> Behind:
    """The leads that stand behind a metric of a cohort, or of one group of it: behind a share all
    that it is a share of, so that whoever counts them gets the same.

    `before` is the `next` of the page before. Raises KeyError for what is no metric.
    """
    about = scope(session, workspace_id, period, attribution)
    conditions = [*about.leads, BY_NAME[metric].leads]
    if group is not None:
        by, key = group
        conditions.append(about.key(by).is_not_distinct_from(key))
    # A kind is the campaign's; joined along its key, it neither adds nor takes leads.
    found = select(Lead).where(*conditions)
    if group is not None and group[0] is By.KIND:
        found = found.outerjoin(Campaign, Campaign.id == about.campaign)
    counts = BY_NAME[metric].counts
    is_counted = false() if counts is None else counts
    numbers = found.with_only_columns(
        func.count(), func.count().filter(is_counted), maintain_column_froms=True
    )
    total, counting = session.execute(numbers, about.facts).one()
    if before is not None:
        found = found.where(Lead.id < before)
    listed: Select[Any] = found.order_by(Lead.id.desc()).limit(limit + 1).add_columns(is_counted)
    rows = session.execute(listed, about.facts).all()
    page = [lead for lead, _ in rows[:limit]]
    return Behind(
        page,
        total,
        page[-1].id if len(rows) > limit else None,
        None if counts is None else counting,
        frozenset(lead.id for lead, is_one in rows[:limit] if is_one),
    )
