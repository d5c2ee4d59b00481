"""Finding what exactly is promised, today or on a day, by the words that one remembers of it."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from bot import clock
from bot.campaigns.history import midnight
from bot.campaigns.models import AsOf, Campaign, CampaignVersion, OfferSearch, Stage
from bot.campaigns.queries import as_of_each, known, stage_at
from bot.errors import HandoffError, NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.slack.text import safe
from bot.store import prefixes

MOST = 10
"""How many offers an answer lists."""

_Later = aliased(CampaignVersion)

_DAY = re.compile(r"(?:^|\s)on\s+(\d[\d./-]*)$", re.IGNORECASE)


class WrongDay(HandoffError):
    """I can't read “{text}” as a day. Write it like 2026-05-01."""


def offers(session: Session, person: Person, words_and_day: str, page: int = 0) -> OfferSearch:
    """The offers whose words begin like those asked for; with none, those that hold on that day.

    `asked` may end in a day: `spring on 2026-05-01`. What was never announced is no offer yet.
    Raises NotAllowed, WrongDay.
    """
    people.require(session, person, "look offers up", Role.SALESPERSON, Role.MARKETER)
    workspace = session.get_one(Workspace, person.workspace_id)
    words, day = _read(words_and_day, workspace)
    today = workspace.day_of(clock.now())
    moment = clock.now() if day == today else _end_of(day, workspace)
    query = prefixes(words)
    rows, count = _matching(session, workspace.id, query, day, moment, today, page)
    return OfferSearch(
        offers=as_of_each(session, rows, moment),
        count=count,
        words=words if query else "",
        day=day,
        today=today,
    )


def offer(session: Session, person: Person, version_id: int) -> AsOf:
    """One version of an offer: as of now where it is the newest, else as of when it began to hold.

    Raises NotAllowed, NotFound.
    """
    people.require(session, person, "look offers up", Role.SALESPERSON, Role.MARKETER)
    version = session.get(CampaignVersion, version_id)
    if version is None or version.workspace_id != person.workspace_id or not version.in_force_from:
        raise NotFound(what="this offer")
    replaced_at = session.scalar(
        select(func.min(CampaignVersion.in_force_from)).where(
            CampaignVersion.campaign_id == version.campaign_id,
            CampaignVersion.number > version.number,
        )
    )
    moment = version.in_force_from if replaced_at else clock.now()
    return as_of_each(session, [(known(session, version.campaign_id), version)], moment)[0]


def _read(words_and_day: str, workspace: Workspace) -> tuple[str, date]:
    """The words, and the day that stands behind them; today, where none does."""
    match = _DAY.search(words_and_day.strip())
    if match is None:
        return words_and_day.strip(), workspace.day_of(clock.now())
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        raise WrongDay(text=safe(match[1], 40)) from None
    return words_and_day.strip()[: match.start()].strip(), day


def _matching(
    session: Session,
    workspace_id: int,
    query: str | None,
    day: date,
    moment: datetime,
    today: date,
    page: int,
) -> tuple[list[tuple[Campaign, CampaignVersion | None]], int]:
    """A page of the versions that were the newest at that moment, and how many match in all."""
    # Their texts are long, so only those that are shown are read.
    rows = session.execute(
        select(CampaignVersion.id, func.count().over())
        .join(Campaign, Campaign.id == CampaignVersion.campaign_id)
        .where(
            Campaign.workspace_id == workspace_id,
            CampaignVersion.in_force_from <= moment,
            _is_newest(moment) if day != today else CampaignVersion.number == Campaign.version,
            _holds(day, moment, today) if query is None else _has(CampaignVersion.words, query),
        )
        .order_by(*_order(query, day, moment, today))
        .limit(MOST)
        .offset(page * MOST)
    ).all()
    versions = session.execute(
        select(Campaign, CampaignVersion)
        .join(CampaignVersion, CampaignVersion.campaign_id == Campaign.id)
        .where(CampaignVersion.id.in_([version_id for version_id, _ in rows]))
        .options(joinedload(Campaign.owner))
    )
    by_id = {version.id: (campaign, version) for campaign, version in versions}
    return [by_id[version_id] for version_id, _ in rows], rows[0][1] if rows else 0


def _is_newest(moment: datetime) -> ColumnElement[bool]:
    """Whether no other version had taken its place by then."""
    return ~(
        select(_Later.id)
        .where(
            _Later.campaign_id == CampaignVersion.campaign_id,
            _Later.number > CampaignVersion.number,
            _Later.in_force_from <= moment,
        )
        .exists()
    )


def _order(query: str | None, day: date, moment: datetime, today: date) -> list[ColumnElement[Any]]:
    """What holds comes first, then what is to come; a word of the name before one of the terms."""
    comes = CampaignVersion.starts_on > day
    standing = case((_holds(day, moment, today), 0), (comes, 1), else_=2)
    newest: list[ColumnElement[Any]] = [CampaignVersion.starts_on.desc(), CampaignVersion.id.desc()]
    if query is None:
        return newest
    in_name = _has(func.to_tsvector("simple", CampaignVersion.name), query)
    return [standing, case((in_name, 0), else_=1), *newest]


def _has(words: SQLColumnExpression[Any], query: str) -> ColumnElement[bool]:
    return words.bool_op("@@")(func.to_tsquery("simple", query))


def _holds(day: date, moment: datetime, today: date) -> ColumnElement[bool]:
    """Whether that day is one of its days, and whether it is live; for another day than today,
    whether it was by the end of that."""
    runs = (CampaignVersion.starts_on <= day) & (
        CampaignVersion.ends_on.is_(None) | (CampaignVersion.ends_on >= day)
    )
    # One that was announced after its first day was live from that on, though no event says so.
    stage = Campaign.stage if day == today else func.coalesce(stage_at(moment), Stage.LIVE)
    return runs & (stage == Stage.LIVE)


def _end_of(day: date, workspace: Workspace) -> datetime:
    """The last moment of the day: what was changed on it holds for it."""
    return midnight(day + timedelta(days=1), workspace.zone) - timedelta(microseconds=1)
