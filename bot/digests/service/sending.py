"""The verbs that send digests: each to its audience, a week once."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.digests.models import Audience, Delivery, Digest, OptOut, Timetable, Week
from bot.digests.own import OwnWeek
from bot.digests.report import Report
from bot.digests.service.personal import ROLES, own_weeks, write_own
from bot.digests.service.quarterly import show_quarter
from bot.digests.service.reporting import sum_up
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.tasks import Loop, put_schedule

SEND = "digest.send"

HEADLINE = "digest.headline"
DETAILS = "digest.details"
MONEY = "digest.money"
OWN = "digest.own"
"""The kinds of cards."""

_MANAGERS = Loop("digests.managers", "Digests for managers")
_OWN_WEEKS = Loop("digests.own", "Personal digests")

# Down over the weekend and into Tuesday, the digest still comes; later it would be old news.
_GRACE = timedelta(days=2)


def schedule(session: Session, workspace: Workspace, timetable: Timetable) -> None:
    """Let the clock send it as the timetable says."""
    put_schedule(
        session, timetable.workspace_id, timetable.schedule_name, SEND, cron=timetable.cron,
        zone=timetable.zone or workspace.timezone, grace=_GRACE, audience=timetable.audience,
        workspace_id=timetable.workspace_id,
    )  # fmt: skip


def send(session: Session, workspace_id: int, audience: Audience, at: datetime) -> int:
    """Report on the week before the one of `at` to an audience; returns to how many it went.

    To each of them a week goes once, however often this is called.
    """
    timetable = session.scalars(
        select(Timetable).where(
            Timetable.workspace_id == workspace_id, Timetable.audience == audience
        )
    ).one()
    if not timetable.active:
        return 0
    workspace = session.get_one(Workspace, workspace_id)
    week = Week.of(at, workspace.days).before
    if audience.is_personal:
        return _send_own(session, workspace, audience, week)
    digest = sum_up(session, workspace, week)
    if audience is Audience.CHANNEL:
        return _deliver(session, digest, timetable, None, workspace.channel)
    managers = people.having(session, workspace_id, Role.MANAGER)
    sent: list[bool] = []
    _MANAGERS.each(
        session, managers,
        lambda person: sent.append(
            _deliver(session, digest, timetable, person.id, person.slack_id)
        ),
    )  # fmt: skip
    return sum(sent)


def _deliver(
    session: Session, digest: Digest, timetable: Timetable, person_id: int | None, target: str
) -> bool:
    """Show the headline, and the details in its thread; False where it was there already."""
    delivery_id = _write_delivery(
        session, digest.workspace_id, digest.id, timetable.audience, person_id,
        shows_money=timetable.shows_money,
    )  # fmt: skip
    if delivery_id is None:
        return False
    slack.show(session, digest.workspace_id, HEADLINE, delivery_id, target)
    if digest.figures["total"]["received"]:
        below = [DETAILS, MONEY] if timetable.shows_money else [DETAILS]
        for kind in below:
            slack.show(
                session, digest.workspace_id, kind, delivery_id, target,
                thread_of=(HEADLINE, delivery_id),
            )  # fmt: skip
    show_quarter(session, digest, delivery_id, target, HEADLINE)
    return True


def _send_own(session: Session, workspace: Workspace, audience: Audience, week: Week) -> int:
    opted_out = set(
        session.scalars(select(OptOut.person_id).where(OptOut.workspace_id == workspace.id))
    )
    having = people.having(session, workspace.id, ROLES[audience])
    persons = {each.id: each for each in having if each.id not in opted_out}
    weeks = own_weeks(session, workspace, audience, list(persons.values()), week)
    recipients = [persons[person_id] for person_id, own in weeks.items() if own.says_something]
    sent: list[bool] = []
    _OWN_WEEKS.each(
        session, recipients,
        lambda person: sent.append(_deliver_own(session, workspace, person, weeks[person.id])),
    )  # fmt: skip
    return sum(sent)


def _deliver_own(session: Session, workspace: Workspace, person: Person, own: OwnWeek) -> bool:
    digest_id = write_own(session, workspace, person.id, own)
    if digest_id is None:
        return False
    delivery_id = _write_delivery(
        session, workspace.id, digest_id, own.audience, person.id, shows_money=True
    )
    assert delivery_id is not None
    slack.show(session, workspace.id, OWN, delivery_id, person.slack_id)
    return True


def _write_delivery(
    session: Session,
    workspace_id: int,
    digest_id: int,
    audience: str,
    person_id: int | None,
    *,
    shows_money: bool,
) -> int | None:
    """Write down that it goes there; None where it went before."""
    return session.scalar(
        insert(Delivery)
        .values(
            workspace_id=workspace_id, digest_id=digest_id, audience=audience,
            person_id=person_id, shows_money=shows_money, sent_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)
    )  # fmt: skip


def delivered(session: Session, delivery_id: int) -> tuple[Report, bool] | None:
    """What a delivery reports, and whether with amounts; None where it is gone."""
    row = session.execute(
        select(Digest, Delivery.shows_money)
        .join(Delivery, Delivery.digest_id == Digest.id)
        .where(Delivery.id == delivery_id)
    ).first()
    return (Report.of(row[0]), row[1]) if row else None


def delivered_own(session: Session, delivery_id: int) -> tuple[OwnWeek, bool] | None:
    """What a delivery says of somebody's own week, and whether they want the next one."""
    row = session.execute(
        select(Digest, OptOut.person_id)
        .join(Delivery, Delivery.digest_id == Digest.id)
        .outerjoin(OptOut, OptOut.person_id == Delivery.person_id)
        .where(Delivery.id == delivery_id)
    ).first()
    return (OwnWeek.of(row[0]), row[1] is None) if row else None
