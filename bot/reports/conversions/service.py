"""Conversions for ad platforms: what is new or another since the last file, each told once.

A platform is brought to the state of the leads: what it was told last of each lead (the newest row
of `conversion`) is compared with the lead as it is, and the difference goes into the next file.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Select, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.leads.models import Lead
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.reports.conversions.comparison import (
    CLICKED_AT,
    COLUMNS,
    IS_META_LEAD,
    REFUSED,
    difference,
)
from bot.reports.conversions.formats import FORMATS, Row
from bot.reports.conversions.models import (
    Action,
    Conversion,
    ConversionFile,
    Kind,
    Part,
    Platform,
    Standing,
)
from bot.reports.permissions import DataClass
from bot.tasks import enqueue

SEND = "report.conversions"
"""The task that sends a file to a channel or to a person."""

NEEDS = DataClass.MONEY
"""What everyone who gets a file has to see: it says what a customer paid."""

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
        _count(session, difference(workspace_id, platform, part)) for part in Part
    )  # fmt: skip
    last = session.scalar(
        _files(workspace_id, platform).order_by(ConversionFile.number.desc()).limit(1)
    )
    return Standing(platform, new, corrected, last)


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def request(session: Session, who: Person, platform: Platform) -> list[ConversionFile]:
    """Let what is new for a platform be sent to this person. Raises NotAllowed."""
    _see_that_may(session, who)
    return send(session, who.workspace_id, platform, who.slack_id, who.id)


def request_again(session: Session, who: Person, platform: Platform, number: int) -> ConversionFile:
    """Let a file be sent to this person once more. Raises NotAllowed, NoSuchFile."""
    _see_that_may(session, who)
    earlier = file(session, who.workspace_id, platform, number)
    enqueue(session, SEND, file_id=earlier.id, target=who.slack_id)
    return earlier


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
    made = ConversionFile(
        workspace_id=workspace_id, platform=platform, part=part, rows=0, made_at=clock.now(),
        number=_last_number(session, workspace_id, platform) + 1, made_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    made.rows = _write_rows(session, made)
    if made.rows == 0:
        session.delete(made)
        session.flush()
        return None
    return made


def _write_rows(session: Session, file: ConversionFile) -> int:
    """Fill a file with the difference; returns how many rows that makes."""
    rows = difference(file.workspace_id, Platform(file.platform), Part(file.part))
    same = (literal(file.workspace_id), literal(file.platform), literal(file.id))
    session.execute(
        insert(Conversion).from_select(
            [*COLUMNS, "workspace_id", "platform", "file_id"], rows.add_columns(*same)
        )
    )
    return _count(session, select(Conversion.id).where(Conversion.file_id == file.id))


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
    row = session.scalar(wanted) if 0 < number < 2**63 else None
    if row is None or part not in (None, row.part):
        raise NoSuchFile(number=number, platform=platform.label)
    return row


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
    columns = (
        Conversion, ConversionFile.made_at, Lead.email, Lead.phone_e164, Workspace.currency,
        REFUSED, CLICKED_AT, IS_META_LEAD,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(ConversionFile, ConversionFile.id == Conversion.file_id)
        .join(Lead, Lead.id == Conversion.lead_id)
        .join(Workspace, Workspace.id == Conversion.workspace_id)
        .where(Conversion.file_id.in_(file_ids))
        .order_by(Conversion.id)
    )
    return [
        Row(
            lead_id=row.lead_id, kind=Kind(row.kind), action=Action(row.action),
            click_id=row.click_id, order_id=row.order_id, reported_at=row.reported_at,
            made_at=made_at,
            value=row.value, currency=currency, clicked_at=clicked_at, is_meta_lead=is_meta_lead,
            email=None if refused else email, phone=None if refused else phone,
        )
        for row, made_at, email, phone, currency, refused, clicked_at, is_meta_lead
        in session.execute(query)
    ]  # fmt: skip
