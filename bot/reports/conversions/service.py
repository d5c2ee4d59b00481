"""Conversions for ad platforms: what is new or another since the last file, each told once.

A platform is brought to the state of the leads: what it was told last of each lead (the newest row
of `conversion`) is compared with the lead as it is, and the difference goes into the next file.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot import clock
from bot.contacts.model import Consent
from bot.errors import HandoffError
from bot.jobs import enqueue
from bot.leads.model import Lead, Status
from bot.leads.sources.meta import SOURCE as META_FORMS
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.reports.conversions.formats import FORMATS, Row
from bot.reports.conversions.model import (
    Action,
    Conversion,
    ConversionFile,
    Kind,
    Part,
    Platform,
    Standing,
)
from bot.reports.policy import Matter

SEND = "report.conversions"
"""The task that sends a file to a channel or to a person."""

NEEDS = Matter.MONEY
"""What everyone who gets a file has to see: it says what a customer paid."""

OLDEST = timedelta(days=90)
"""Google forgets a click after so many days, and LinkedIn refuses what is older."""

CLICK_ID = r"^[A-Za-z0-9_.~-]+$"
"""What a click id consists of. Anything else was typed into the address by somebody."""

_LOCK = "report.conversions"


class NoSuchFile(HandoffError):
    """There is no file {number} for {platform}."""


def overview(session: Session, who: Person) -> list[Standing]:
    """How things are with each platform. Raises NotAllowed."""
    _see_that_may(session, who)
    return [standing(session, who.workspace_id, platform) for platform in Platform]


def standing(session: Session, workspace_id: int, platform: Platform) -> Standing:
    """How things are with this platform."""
    new, corrected = (
        session.scalar(select(func.count()).select_from(_query(workspace_id, platform, part))) or 0
        for part in Part
    )
    last = session.scalar(
        _files(workspace_id, platform).order_by(ConversionFile.number.desc()).limit(1)
    )
    return Standing(platform, new, corrected, last)


def request(session: Session, who: Person, platform: Platform) -> list[ConversionFile]:
    """Let what is new for a platform be sent to this person. Raises NotAllowed."""
    _see_that_may(session, who)
    return send(session, who.workspace_id, platform, who.slack_id, who.id)


def request_again(session: Session, who: Person, platform: Platform, number: int) -> ConversionFile:
    """Let a file be sent to this person once more. Raises NotAllowed, NoSuchFile."""
    _see_that_may(session, who)
    found = file(session, who.workspace_id, platform, number)
    enqueue(session, SEND, file_id=found.id, target=who.slack_id)
    return found


def _see_that_may(session: Session, who: Person) -> None:
    people.require(session, who, "fetch conversions", Role.MARKETER, Role.MANAGER)


def send(
    session: Session, workspace_id: int, platform: Platform, target: str, by: int | None
) -> list[ConversionFile]:
    """Make the next files of a platform and let them be sent to a channel or person.

    Corrections first, since what is retracted may be reported anew. Returns the files; none where
    nothing is new.
    """
    made = [
        made
        for part in (Part.CORRECTIONS, Part.CONVERSIONS)
        if (made := make(session, workspace_id, platform, part, by)) is not None
    ]
    for each in made:
        enqueue(session, SEND, file_id=each.id, target=target)
    return made


def make(
    session: Session, workspace_id: int, platform: Platform, part: Part, by: int | None = None
) -> ConversionFile | None:
    """Write down what a platform is to be told next, as its next file; None where that is nothing.

    One at a time for each workspace, so that two who ask do not get the same rows.
    """
    lock = func.pg_advisory_xact_lock(func.hashtext(_LOCK), cast(workspace_id, Integer))
    session.execute(select(lock))
    query = _query(workspace_id, platform, part)
    rows = session.execute(select(query).order_by(query.c.lead_id, query.c.kind)).mappings().all()
    if not rows:
        return None
    made = ConversionFile(
        workspace_id=workspace_id, platform=platform, part=part, rows=len(rows),
        number=_last_number(session, workspace_id, platform) + 1, made_at=clock.now(), made_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    same = {"workspace_id": workspace_id, "platform": platform, "file_id": made.id}
    session.execute(insert(Conversion), [{**row, **same} for row in rows])
    return made


def _last_number(session: Session, workspace_id: int, platform: Platform) -> int:
    last = select(func.max(ConversionFile.number)).where(
        ConversionFile.workspace_id == workspace_id, ConversionFile.platform == platform
    )
    return session.scalar(last) or 0


def file(
    session: Session, workspace_id: int, platform: Platform, number: int, part: Part | None = None
) -> ConversionFile:
    """The file with this number, if it is of this part. Raises NoSuchFile."""
    wanted = _files(workspace_id, platform).where(ConversionFile.number == number)
    found = session.scalar(wanted) if 0 < number < 2**63 else None
    if found is None or part not in (None, found.part):
        raise NoSuchFile(number=number, platform=platform.label)
    return found


def files_after(
    session: Session, workspace_id: int, platform: Platform, part: Part, number: int
) -> Sequence[ConversionFile]:
    """The files of one part behind the one with this number, the oldest first."""
    return session.scalars(
        _files(workspace_id, platform)
        .where(ConversionFile.part == part, ConversionFile.number > number)
        .order_by(ConversionFile.number)
    ).all()


def _files(workspace_id: int, platform: Platform) -> Select[ConversionFile]:
    return select(ConversionFile).where(
        ConversionFile.workspace_id == workspace_id, ConversionFile.platform == platform
    )


def content(
    session: Session, files: Sequence[ConversionFile], platform: Platform, part: Part
) -> bytes:
    """What these files of one platform and part hold, as one file in the platform's format.

    Who refused consent since a file was made is in it without address and number.
    """
    return FORMATS[platform, part].write(_rows(session, [each.id for each in files]))


def _rows(session: Session, file_ids: Sequence[int]) -> list[Row]:
    query = (
        select(Conversion, ConversionFile.made_at, Lead, Workspace.currency, _REFUSED)
        .join(ConversionFile, ConversionFile.id == Conversion.file_id)
        .join(Lead, Lead.id == Conversion.lead_id)
        .join(Workspace, Workspace.id == Conversion.workspace_id)
        .where(Conversion.file_id.in_(file_ids))
        .order_by(Conversion.id)
    )
    return [
        Row(
            lead_id=lead.id, kind=Kind(told.kind), action=Action(told.action),
            click_id=told.click_id, order_id=told.order_id, told_at=told.told_at, made_at=made_at,
            value=told.value, currency=currency, clicked_at=lead.submitted_at or lead.received_at,
            is_meta_lead=_is_of_metas_form(lead) and told.click_id == lead.external_id,
            email=None if refused else lead.email, phone=None if refused else lead.phone_e164,
        )
        for told, made_at, lead, currency, refused in session.execute(query)
    ]  # fmt: skip


def _is_of_metas_form(lead: Lead) -> bool:
    return lead.source == META_FORMS.slug


_REFUSED = func.coalesce(
    select(~Consent.granted)
    .where(Consent.contact_id == Lead.contact_id)
    .order_by(Consent.given_at.desc(), Consent.id.desc())
    .limit(1)
    .correlate(Lead)
    .scalar_subquery(),
    False,
)
"""Whether the person refused consent when they were last asked."""

_CLICK_IDS: dict[Platform, Any] = {
    Platform.GOOGLE: Lead.gclid,
    # A lead of Meta's own forms has no click id; Meta knows it by its number.
    Platform.META: func.coalesce(
        Lead.fbclid, case((Lead.source == META_FORMS.slug, Lead.external_id))
    ),
    Platform.LINKEDIN: Lead.li_fat_id,
}

# LinkedIn's file finds people by nothing but their address.
_CAN_BE_FOUND: dict[Platform, Any] = {
    Platform.LINKEDIN: and_(Lead.email.is_not(None), ~_REFUSED),
}


def _query(workspace_id: int, platform: Platform, part: Part) -> Subquery:
    """What the next file of a platform and part would hold, as columns of `conversion`."""
    true_now, told = _true_now(workspace_id, platform), _told_last(workspace_id, platform)
    same = and_(told.c.lead_id == true_now.c.lead_id, told.c.kind == true_now.c.kind)
    query = _new if part is Part.CONVERSIONS else _corrected
    return query(true_now, told, same).subquery()


def _true_now(workspace_id: int, platform: Platform) -> Subquery:
    """The conversions as the leads say: a lost lead is no qualified one for a platform that is to
    find more like it, and a merged one counts in the other."""
    click = _CLICK_IDS[platform]
    mine = and_(
        Lead.workspace_id == workspace_id, Lead.merged_into.is_(None),
        click.regexp_match(CLICK_ID),
    )  # fmt: skip
    can_be_found = _CAN_BE_FOUND.get(platform, true())

    def of(kind: Kind, at: Any, minor: Any, currency: Any, *conditions: Any) -> Select[Any]:
        return select(
            Lead.id.label("lead_id"), literal(kind.value).label("kind"), click.label("click_id"),
            at.label("happened_at"), minor.label("minor"), currency.label("currency"),
            can_be_found.label("can_be_found"),
        ).where(mine, at.is_not(None), *conditions)  # fmt: skip

    qualified = of(Kind.QUALIFIED, Lead.qualified_at, cast(null(), Lead.won_minor.type),
                   cast(null(), Lead.won_currency.type), Lead.status != Status.LOST)  # fmt: skip
    won = of(Kind.WON, Lead.closed_at, Lead.won_minor, Lead.won_currency,
             Lead.status == Status.WON, Lead.won_minor.is_not(None))  # fmt: skip
    return union_all(qualified, won).subquery()


def _told_last(workspace_id: int, platform: Platform) -> Subquery:
    """What the platform was told last of each lead and kind."""
    return (
        select(Conversion)
        .ext(distinct_on(Conversion.lead_id, Conversion.kind))
        .where(Conversion.workspace_id == workspace_id, Conversion.platform == platform)
        .order_by(Conversion.lead_id, Conversion.kind, Conversion.id.desc())
        .subquery()
    )


def _new(true_now: Subquery, told: Subquery, same: Any) -> Select[Any]:
    """What the platform does not know, or has been told to forget."""
    return (
        select(
            true_now.c.lead_id,
            true_now.c.kind,
            literal(Action.REPORT.value).label("action"),
            true_now.c.click_id,
            true_now.c.happened_at,
            true_now.c.minor,
            true_now.c.currency,
            (func.coalesce(told.c.occurrence, 0) + 1).label("occurrence"),
        )
        .select_from(true_now.outerjoin(told, same))
        .where(
            or_(told.c.id.is_(None), told.c.action == Action.RETRACT),
            true_now.c.happened_at > clock.now() - OLDEST,
            true_now.c.can_be_found,
        )
    )


def _corrected(true_now: Subquery, told: Subquery, same: Any) -> Select[Any]:
    """What the platform knows and is not so any more: no conversion of this click, or another
    value."""
    is_other = or_(true_now.c.lead_id.is_(None), true_now.c.click_id != told.c.click_id)
    is_worth_else = or_(
        true_now.c.minor.is_distinct_from(told.c.minor),
        true_now.c.currency.is_distinct_from(told.c.currency),
    )
    action = case((is_other, Action.RETRACT.value), else_=Action.RESTATE.value)
    return (
        select(
            told.c.lead_id, told.c.kind, action.label("action"), told.c.click_id,
            told.c.happened_at, true_now.c.minor, true_now.c.currency, told.c.occurrence,
        )
        .select_from(told.outerjoin(true_now, same))
        .where(told.c.action != Action.RETRACT, or_(is_other, is_worth_else))
    )  # fmt: skip
