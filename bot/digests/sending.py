"""Sending: each audience gets the digest of a week once; who wants no personal one is left out."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.digests.models import Audience, Delivery, Digest, OptOut, Timetable, Week
from bot.digests.personal import ROLES, personal_reports, save
from bot.digests.personal_report import PersonalReport
from bot.digests.report import Report
from bot.digests.weekly import sum_up
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.shadowing import queries as shadowing
from bot.shadowing.models import Quarter
from bot.tasks import Loop

HEADLINE = "digest.headline"
PERSONAL = "digest.personal"
QUARTER = "digest.quarter"
"""The kinds of cards."""

_MANAGERS = Loop("digests.managers", "Digests for managers")
_PERSONAL = Loop("digests.own", "Personal digests")


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
        return _send_personal(session, workspace, audience, week)
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
    """Show the digest; False where it was there already."""
    delivery_id = _write_delivery(
        session, digest.workspace_id, digest.id, timetable.audience, person_id,
        shows_money=timetable.shows_money,
    )  # fmt: skip
    if delivery_id is None:
        return False
    slack.show(session, digest.workspace_id, HEADLINE, delivery_id, target)
    show_quarter(session, digest, delivery_id, target, HEADLINE)
    return True


def _send_personal(session: Session, workspace: Workspace, audience: Audience, week: Week) -> int:
    opted_out = set(
        session.scalars(select(OptOut.person_id).where(OptOut.workspace_id == workspace.id))
    )
    having = people.having(session, workspace.id, ROLES[audience])
    persons = {each.id: each for each in having if each.id not in opted_out}
    reports = personal_reports(session, workspace, audience, list(persons.values()), week)
    recipients = [
        persons[person_id] for person_id, report in reports.items() if report.says_something
    ]
    sent: list[bool] = []
    _PERSONAL.each(
        session,
        recipients,
        lambda person: sent.append(
            _deliver_personal(session, workspace, person, reports[person.id])
        ),
    )
    return sum(sent)


def _deliver_personal(
    session: Session, workspace: Workspace, person: Person, report: PersonalReport
) -> bool:
    digest_id = save(session, workspace, person.id, report)
    if digest_id is None:
        return False
    delivery_id = _write_delivery(
        session, workspace.id, digest_id, report.audience, person.id, shows_money=True
    )
    assert delivery_id is not None
    slack.show(session, workspace.id, PERSONAL, delivery_id, person.slack_id)
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


def delivered_personal(session: Session, delivery_id: int) -> tuple[PersonalReport, bool] | None:
    """What a delivery says of somebody's own week, and whether they want the next one."""
    row = session.execute(
        select(Digest, OptOut.person_id)
        .join(Delivery, Delivery.digest_id == Digest.id)
        .outerjoin(OptOut, OptOut.person_id == Delivery.person_id)
        .where(Delivery.id == delivery_id)
    ).first()
    return (PersonalReport.of(row[0]), row[1] is None) if row else None


def show_quarter(
    session: Session, digest: Digest, delivery_id: int, target: str, headline: str
) -> None:
    """Add the line below the headline, where a quarter ended in that week and anybody has met."""
    first, after = digest.period_start, digest.period_end
    if (first.month - 1) // 3 == (after.month - 1) // 3:
        return
    if shadowing.quarter(session, digest.workspace_id, first).met:
        thread = (headline, delivery_id)
        slack.show(session, digest.workspace_id, QUARTER, delivery_id, target, thread_of=thread)


def quarter(session: Session, delivery_id: int) -> Quarter:
    """The quarter that ended in the week of a delivery."""
    digest = session.scalars(
        select(Digest)
        .join(Delivery, Delivery.digest_id == Digest.id)
        .where(Delivery.id == delivery_id)
    ).one()
    return shadowing.quarter(session, digest.workspace_id, digest.period_start)


def wants_personal(session: Session, person: Person) -> bool:
    """Whether this person wants digests of their own."""
    return session.get(OptOut, person.id) is None


def opt_out(session: Session, person: Person) -> None:
    """Send this person no digest of their own any more."""
    session.execute(
        insert(OptOut)
        .values(person_id=person.id, workspace_id=person.workspace_id, since=clock.now())
        .on_conflict_do_nothing()
    )
    _redraw(session, person)


def opt_in(session: Session, person: Person) -> None:
    """Send them again, from the next time on."""
    session.execute(delete(OptOut).where(OptOut.person_id == person.id))
    _redraw(session, person)


def _redraw(session: Session, person: Person) -> None:
    """Let the newest digests of this person, one of each kind at most, show the other button."""
    newest = select(Delivery.id).where(
        Delivery.person_id == person.id, Delivery.audience.in_(list(ROLES))
    )
    for delivery_id in session.scalars(newest.order_by(Delivery.id.desc()).limit(len(ROLES))):
        slack.redraw(session, PERSONAL, delivery_id)
