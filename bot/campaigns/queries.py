"""What is read of campaigns: which one a lead belongs to, what it promised when, and who has
read of it; those that a person may manage, and all of them page by page.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, case, func, literal, select
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.campaigns.models import (
    OVER,
    RECENTLY_DAYS,
    AsOf,
    Campaign,
    CampaignEvent,
    CampaignReceipt,
    CampaignReminder,
    CampaignVersion,
    Overview,
    Readership,
    Stage,
    utm_code,
)
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.store import prefixes, table

_with_owner = select(Campaign).options(joinedload(Campaign.owner))

KEEPS_CODE = table(Campaign).c.stage != literal(Stage.CANCELLED.value, literal_execute=True)
"""Which campaigns have leads by their code; written out, so that PostgreSQL finds its index."""

# Built once, since every lead runs through it.
_BY_UTM = select(table(Campaign).c.id).where(
    table(Campaign).c.workspace_id == bindparam("workspace_id"),
    table(Campaign).c.utm_campaign == bindparam("code"),
    KEEPS_CODE,
)

MANAGED = 5
"""How many campaigns an answer shows with their buttons."""
LISTED = 15
"""How many campaigns a page of the list has."""

_FIRST = (Stage.LIVE, Stage.PAUSED, Stage.AGREED, Stage.PROPOSED, Stage.DRAFT, *OVER)


def today(session: Session, workspace_id: int) -> date:
    """The day that it is in the workspace's zone."""
    return session.get_one(Workspace, workspace_id).day_of(clock.now())


def by_utm(session: Session, workspace_id: int, utm_campaign: str) -> int | None:
    """The id of the campaign that a UTM campaign code stands for, however it was written.

    A campaign that is still planned has its leads already; one that was cancelled has none.
    It is called for every lead that arrives: one look into one index, and none for a code that no
    campaign can have.
    """
    code = utm_code(utm_campaign)
    if code is None:
        return None
    return session.scalar(_BY_UTM, {"workspace_id": workspace_id, "code": code})


def owner_or_managers(session: Session, campaign: Campaign) -> Sequence[Person]:
    """Who hears what is meant for a campaign's owner: where the owner has left, the managers, or
    the admins, since somebody has to look after it."""
    owner = session.get_one(Person, campaign.owner_id)
    return [owner] if owner.active else people.managers_or_admins(session, campaign.workspace_id)


def name_key(name: str) -> str:
    """A campaign's name as others may have written it."""
    return " ".join(name.split()).casefold()


def by_name(session: Session, workspace_id: int) -> Mapping[str, int]:
    """The ids of the campaigns that are not over by their names, of which no two have the same."""
    rows = session.execute(
        select(Campaign.name, Campaign.id).where(
            Campaign.workspace_id == workspace_id, Campaign.stage.not_in(OVER)
        )
    ).all()
    count = Counter(name_key(name) for name, _ in rows)
    return {key: each_id for name, each_id in rows if count[key := name_key(name)] == 1}


def find(session: Session, workspace_id: int, campaign_id: int, *, lock: bool = False) -> Campaign:
    """The campaign of this workspace, with its owner; with `lock`, held until the transaction ends.

    Raises NotFound.
    """
    query = _with_owner.where(Campaign.id == campaign_id, Campaign.workspace_id == workspace_id)
    if lock:
        query = query.with_for_update(of=Campaign, key_share=True).execution_options(
            populate_existing=True
        )
    campaign = session.scalar(query)
    if campaign is None:
        raise NotFound(what="this campaign")
    return campaign


def known(session: Session, campaign_id: int) -> Campaign:
    """A campaign that is there, with its owner: for our own work, which carries its id."""
    return session.scalars(_with_owner.where(Campaign.id == campaign_id)).one()


def running(session: Session, workspace_id: int, day: date) -> Sequence[Campaign]:
    """The campaigns whose offer is in force on that day, the newest first."""
    return [each for each in _since(session, workspace_id, day) if each.is_in_force(day)]


def as_of(session: Session, campaign_id: int, moment: datetime) -> AsOf:
    """The campaign as it was at that moment: what it promised, and whether that was in force."""
    campaign = session.get_one(Campaign, campaign_id)
    version = session.scalar(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id, CampaignVersion.in_force_from <= moment)
        .order_by(CampaignVersion.number.desc())
        .limit(1)
    )
    return as_of_each(session, [(campaign, version)], moment)[0]


def as_of_each(
    session: Session, known: Sequence[tuple[Campaign, CampaignVersion | None]], moment: datetime
) -> list[AsOf]:
    """Likewise, for campaigns of one workspace whose versions of that moment are known.

    None: nothing was announced by then. One that was announced after its first day was live from
    that on.
    """
    stages = _stages_at(session, [campaign.id for campaign, _ in known], moment)
    changed = _changed_on(session, known)
    return [
        AsOf(
            campaign,
            version,
            stages.get(campaign.id, Stage.LIVE if version else Stage.DRAFT),
            day=session.get_one(Workspace, campaign.workspace_id).day_of(moment),
            today=today(session, campaign.workspace_id),
            changed_on=changed.get(campaign.id),
        )
        for campaign, version in known
    ]


def offer_on(session: Session, campaign_id: int, moment: datetime) -> CampaignVersion | None:
    """The version in force at that moment; None where there was no offer to be promised."""
    offer = as_of(session, campaign_id, moment)
    return offer.version if offer.in_force else None


def _changed_on(
    session: Session, known: Sequence[tuple[Campaign, CampaignVersion | None]]
) -> Mapping[int, date]:
    """By campaign, the day since which it promises something else than these versions do."""
    changed = [each.id for each, version in known if version and version.number < each.holds_from]
    if not changed:
        return {}
    rows = session.execute(
        select(Campaign, CampaignVersion.in_force_from)
        .join(CampaignVersion, CampaignVersion.campaign_id == Campaign.id)
        .where(Campaign.id.in_(changed), CampaignVersion.number == Campaign.holds_from)
    )
    return {
        campaign.id: session.get_one(Workspace, campaign.workspace_id).day_of(at)
        for campaign, at in rows
        if at is not None
    }


def stage_at(moment: datetime) -> SQLColumnExpression[Any]:
    """The stage of a query's campaign by the audit; null where it was not announced by then."""
    stage = CampaignEvent.facts["stage"].astext
    return (
        select(stage)
        .where(
            CampaignEvent.campaign_id == Campaign.id,
            CampaignEvent.at <= moment,
            stage.in_([Stage.LIVE, Stage.PAUSED, *OVER]),
        )
        .order_by(CampaignEvent.at.desc(), CampaignEvent.id.desc())
        .limit(1)
        .correlate(Campaign)
        .scalar_subquery()
    )


def _stages_at(
    session: Session, campaign_ids: Sequence[int], moment: datetime
) -> Mapping[int, Stage]:
    """The stages by the audit, of those that were announced by then."""
    rows = session.execute(
        select(Campaign.id, stage_at(moment)).where(Campaign.id.in_(campaign_ids))
    )
    return {campaign_id: Stage(name) for campaign_id, name in rows if name}


def overview(session: Session, workspace_id: int, day: date) -> Overview:
    """The campaigns that run on that day, that come, and that ended recently."""
    recent = _since(session, workspace_id, day - timedelta(days=RECENTLY_DAYS))
    ended = [campaign for campaign in recent if campaign.is_over(day)]
    return Overview(
        running=[campaign for campaign in recent if campaign.is_in_force(day)],
        coming=[campaign for campaign in reversed(recent) if _comes(campaign, day)],
        ended=sorted(ended, key=lambda campaign: campaign.ends_on or day, reverse=True),
        readers=readers(session, (campaign.id for campaign in recent)),
        sales=len(people.having(session, workspace_id, Role.SALESPERSON)),
        paused=[each for each in recent if each.stage == Stage.PAUSED and each.runs_on(day)],
    )


def _comes(campaign: Campaign, day: date) -> bool:
    return campaign.starts_on > day and campaign.stage not in OVER


def readership(session: Session, campaign: Campaign) -> Readership:
    """Who of the salespeople has pressed *Got it*, and who has not yet."""
    sales = people.having(session, campaign.workspace_id, Role.SALESPERSON)
    read = set(
        session.scalars(
            select(CampaignReceipt.person_id).where(
                CampaignReceipt.campaign_id == campaign.id,
                CampaignReceipt.version >= campaign.holds_from,
            )
        )
    )
    waiting = [person for person in sales if person.id not in read]
    return Readership(
        readers=[person for person in sales if person.id in read],
        waiting=waiting,
        reminded=_reminded(session, campaign, [person.id for person in waiting]),
    )


def has_read(session: Session, campaign: Campaign, person_id: int) -> bool:
    """Whether the person has confirmed what the campaign promises now."""
    receipts = select(CampaignReceipt.person_id).where(
        CampaignReceipt.campaign_id == campaign.id,
        CampaignReceipt.person_id == person_id,
        CampaignReceipt.version >= campaign.holds_from,
    )
    return session.scalar(receipts.limit(1)) is not None


def _reminded(session: Session, campaign: Campaign, people_ids: Sequence[int]) -> int:
    counted = select(func.count()).where(
        CampaignReminder.campaign_id == campaign.id,
        CampaignReminder.version == campaign.holds_from,
        CampaignReminder.person_id.in_(people_ids),
    )
    return session.scalars(counted).one()


def _since(session: Session, workspace_id: int, day: date) -> Sequence[Campaign]:
    """The announced campaigns that had not ended by that day, the newest start first."""
    return session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == workspace_id,
            Campaign.stage.in_([Stage.LIVE, Stage.PAUSED, Stage.ENDED]),
            Campaign.ends_on.is_(None) | (Campaign.ends_on >= day),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.name, Campaign.id)
    ).all()


def readers(session: Session, campaign_ids: Iterable[int]) -> Mapping[int, int]:
    """How many of the salespeople have read of each campaign."""
    rows = session.execute(
        select(
            CampaignReceipt.campaign_id,
            func.count(CampaignReceipt.person_id.distinct()).label("readers"),
        )
        .join(Person, Person.id == CampaignReceipt.person_id)
        .join(Campaign, Campaign.id == CampaignReceipt.campaign_id)
        .where(
            CampaignReceipt.version >= Campaign.holds_from,
            CampaignReceipt.campaign_id.in_(campaign_ids),
            Person.active,
            Person.roles.contains([Role.SALESPERSON]),
        )
        .group_by(CampaignReceipt.campaign_id)
    )
    return {row.campaign_id: row.readers for row in rows}


def may_manage(session: Session, person: Person) -> None:
    """See that the person may change campaigns at all. Raises NotAllowed."""
    people.require(session, person, "change campaigns", Role.MARKETER)


def to_manage(session: Session, person: Person, words: str) -> tuple[Sequence[Campaign], int]:
    """The campaigns that are not over and that the person may change, and how many there are.

    `words` are how words of the name begin; without any, all. Raises NotAllowed.
    """
    may_manage(session, person)
    manageable = [Campaign.workspace_id == person.workspace_id, Campaign.stage.not_in(OVER)]
    if not person.leads_others:
        manageable.append(Campaign.owner_id == person.id)
    if query := prefixes(words):
        named = func.to_tsvector("simple", Campaign.name)
        manageable.append(named.bool_op("@@")(func.to_tsquery("simple", query)))
    campaigns = session.scalars(
        select(Campaign)
        .where(*manageable)
        .options(joinedload(Campaign.owner))
        .order_by(_by_stage(), Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(MANAGED)
    ).all()
    return campaigns, session.scalars(
        select(func.count()).select_from(Campaign).where(*manageable)
    ).one()


def page(session: Session, person: Person, number: int) -> tuple[Sequence[Campaign], int]:
    """A page of all campaigns, those that run first, each with its owner; and how many there are.

    What somebody else only drafts is theirs alone. Raises NotAllowed.
    """
    people.require(session, person, "list campaigns", Role.SALESPERSON, Role.MARKETER)
    listed = [
        Campaign.workspace_id == person.workspace_id,
        (Campaign.stage != Stage.DRAFT) | (Campaign.owner_id == person.id),
    ]
    campaigns = session.scalars(
        select(Campaign)
        .where(*listed)
        .options(joinedload(Campaign.owner))
        .order_by(_by_stage(), Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(LISTED)
        .offset(number * LISTED)
    ).all()
    return campaigns, session.scalars(
        select(func.count()).select_from(Campaign).where(*listed)
    ).one()


def _by_stage() -> ColumnElement[int]:
    return case({stage.value: place for place, stage in enumerate(_FIRST)}, value=Campaign.stage)
