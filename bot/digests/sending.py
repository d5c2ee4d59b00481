"""Sending: when each audience gets its digest, a week once to each, and who wants none."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.digests.models import Audience, Delivery, Digest, OptOut, Timetable, TimetableChange, Week
from bot.digests.own import OwnWeek
from bot.digests.personal import ROLES, own_weeks, write_own
from bot.digests.report import Report
from bot.digests.reporting import sum_up
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.shadowing import queries as shadowing
from bot.shadowing.models import Quarter
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


_DAY, _AT = "mon", time(8)


def install(session: Session, workspace: Workspace) -> None:
    """Give each audience its digest; what people changed since, and what is due, stays as it is."""
    session.execute(
        insert(Timetable)
        .values(
            [
                {"workspace_id": workspace.id, "audience": audience, "day": _DAY, "at": _AT,
                 "active": True, "shows_money": audience is not Audience.CHANNEL}
                for audience in Audience
            ]
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    for timetable in of_workspace(session, workspace.id):
        schedule(session, workspace, timetable)


def timetables(session: Session, person: Person) -> Sequence[Timetable]:
    """The timetables, in the order of their audiences. Raises NotAllowed."""
    people.require(session, person, "change when digests come", Role.MANAGER)
    return of_workspace(session, person.workspace_id)


def of_workspace(session: Session, workspace_id: int) -> Sequence[Timetable]:
    """The workspace's timetables, in the order of their audiences."""
    rows = session.scalars(select(Timetable).where(Timetable.workspace_id == workspace_id))
    return sorted(rows, key=lambda each: list(Audience).index(Audience(each.audience)))


def changeable(session: Session, person: Person, timetable_id: int) -> Timetable:
    """A timetable, for one who may change it. Raises NotAllowed, NotFound."""
    known = {each.id: each for each in timetables(session, person)}
    if timetable_id not in known:
        raise NotFound(what="this digest's settings")
    return known[timetable_id]


def change(session: Session, person: Person, timetable_id: int, changes: TimetableChange) -> None:
    """Change when a digest comes; whether the channel sees amounts is for an admin to say.

    Raises NotAllowed, NotFound.
    """
    timetable = changeable(session, person, timetable_id)
    if changes.shows_money is not None and timetable.audience == Audience.CHANNEL:
        people.require(session, person, "let the channel see amounts", Role.ADMIN)
        timetable.shows_money = changes.shows_money
    timetable.active, timetable.day = changes.active, changes.day
    timetable.at, timetable.zone = changes.at, changes.zone
    session.flush()
    schedule(session, session.get_one(Workspace, person.workspace_id), timetable)


QUARTER = "digest.quarter"


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


def wants_own(session: Session, person: Person) -> bool:
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
        slack.redraw(session, OWN, delivery_id)
