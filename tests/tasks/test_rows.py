"""No row that fails stops the others: every loop of the clock, each with a row that is broken.

A row is broken where it hurts: the database refuses to write it. What is new in the code and goes
over rows by the clock has to be named here, and to have its case.
"""

import ast
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import app, clock
from bot.campaigns.models import Campaign, Stage
from bot.crm.models import CrmRecord
from bot.digests import sending as digests
from bot.digests import timetables as digest_timetables
from bot.digests.models import Audience, Delivery
from bot.intake import tasks as intake_tasks
from bot.leads import claiming, meetings, outcomes
from bot.leads import notices as lead_notices
from bot.leads.meeting_models import MeetingNotice
from bot.leads.models import Lead
from bot.leads.notice_models import LeadNotice, LeadStep
from bot.metrics import tasks as metrics_tasks
from bot.metrics.models import ComputedDay
from bot.money import Money
from bot.people import messages as people_messages
from bot.people import tasks as people_tasks
from bot.people.models import Absence, Person, Role, Workspace
from bot.planning import reminders as planning
from bot.planning.models import Proposal, Request, RequestStatus, Retrospective
from bot.routing import absences as lead_absences
from bot.routing import escalation
from bot.shadowing import leavers
from bot.shadowing import rounds as shadowing
from bot.shadowing.models import ShadowPair, ShadowParticipant, ShadowRound
from bot.shadowing.models import Stage as PairStage
from bot.slack.cards import Card
from bot.standups import asking as standup_asking
from bot.standups import rounds as standup_rounds
from bot.standups.models import StandupRound
from bot.store import DatabaseDown, Store
from bot.tasks import Schedule, in_transaction, put_schedules, schedule
from bot.tasks.rows import LOOPS, PARKED, ParkedRow, RowsFailed, parked, pause
from tests.company import hire as hire_plain
from tests.company import install
from tests.crm.parts import Sales
from tests.digests.office import MONDAY, NOW, open_office
from tests.intake.test_reading_back import Told
from tests.leads.test_meetings import Office as MeetingOffice
from tests.moved_clock import MovedClock
from tests.planning import scene as planners
from tests.routing.test_escalation import Floor
from tests.shadowing import scene as shadows
from tests.standups import scene as morning

ROOT = Path(__file__).parents[2]

CLOCKWORK = {
    "jobs.schedule.tick": {"jobs.schedules"},
    "routing.escalation.sweep": {"routing.escalation"},
    "routing.absences.release_for_leavers": {"routing.leavers"},
    "planning.reminders.handle_due": {
        "planning.requests", "planning.proposals", "planning.follow", "planning.follow_requests",
        "planning.retrospectives",
    },
    "standups.asking.follow_people": {"standups.follow_people"},
    "standups.rounds.remind": set(),  # one statement, whose rows cannot differ
    "standups.rounds.close": {"standups.close"},
    "people.sessions.prune": set(),  # one statement
    "people.sending.prune": set(),  # one statement
    "crm.webhook_sending.wake": set(),  # one statement
    "crm.webhook_sending.look_after": set(),  # one statement
    "metrics.daily_totals": {"metrics.days"},
    "digest.send": {"digests.managers", "digests.own"},
    "leads.meetings.remind": {"leads.meetings"},
    "leads.stalled": {"leads.stalled"},
    "leads.quiet_leads_digest": set(),  # one card
    "intake.reconcile": {"intake.missed"},
    "intake.check_sources": set(),  # one statement
    "standup.open": set(),  # one statement
    "report.export": set(),  # one row
    "crm.poll.poll_due": {"crm.changes"},  # the poll itself is durable work
    "shadowing.leavers.release_partners": {"shadowing.leavers"},
    "shadow.open": {"shadowing.pairs", "shadowing.left_over", "shadowing.lapse"},
}  # fmt: skip
"""What the clock calls, and the loops in which it goes over rows."""

TIMERS = {
    "routing.end_absence": {"routing.returns"}, "crm.push": {"crm.push"},
    "routing.write_unclaimed_again": set(),  # one message
}  # fmt: skip
"""The same for jobs that wait for a moment of their own."""


def called(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function of this name in the code."""
    for path in (ROOT / "bot").rglob("*.py"):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)) if name in source else ():
            if isinstance(node, ast.Call):
                function = node.func
                known = getattr(function, "attr", getattr(function, "id", None))
                if known == name:
                    yield path, node


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_whatever_the_clock_calls_goes_over_rows_in_loops_that_are_tested() -> None:
    ticks = {
        f"{module_of(path).removeprefix('bot.')}: {ast.unparse(call.args[0])}"
        for path, call in called("each_tick")
        if call.args and "wiring" not in path.name
    }
    tasks = {
        eval(ast.unparse(call.args[2]), vars(importlib.import_module(module_of(path))))
        for path, call in called("of")
        if "wiring" not in path.name and ast.unparse(call.func) == "Schedule.of"
    }
    for capability in app.CAPABILITIES:
        ticks |= {
            f"{each.__module__.removeprefix('bot.')}.{each.__name__}"
            for each, _ in capability.ticks
        }
        tasks |= {each.task for each in capability.schedules}
    assert ticks | tasks | {"jobs.schedule.tick"} == set(CLOCKWORK)
    loops = set.union(*CLOCKWORK.values(), *TIMERS.values())
    assert loops == set(LOOPS) == set(CASES)
    assert callable(app.build)  # importing it has registered every loop


@contextmanager
def broken(store: Store, event: str, where: str) -> Iterator[None]:
    """Let the database refuse a row; `event` is as in a trigger, `where` which row it is."""
    with store.transaction() as session:
        session.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'ada@example.com is broken'; END $$"
            )
        )
        session.execute(
            text(
                f"CREATE TRIGGER broken BEFORE {event} FOR EACH ROW WHEN ({where}) "
                "EXECUTE FUNCTION refuse()"
            )
        )
    yield
    with store.transaction() as session:
        session.execute(text("DROP FUNCTION refuse CASCADE"))


@dataclass
class Case:
    """Two rows of a loop, of which the first is going to break."""

    rows: tuple[int, int]
    event: str
    """What the database refuses, as a trigger has it."""
    where: str
    run: Callable[[], object]
    done: Callable[[Session, int], object]
    hands: MovedClock | Sales
    recovers: bool = True
    """Whether the loop comes to the row again."""


def until_nothing_is_due(store: Store, act: Callable[[Session], int]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(20):
            with store.transaction() as session:
                if not act(session):
                    return
        pytest.fail("the loop does not end")

    return run


def _schedules(store: Store) -> Case:
    hands, workspace = MovedClock(), install(store)
    with store.transaction() as session:
        wanted = [
            Schedule.of(workspace.id, name, "noop", cron="0 10 * * *", zone="UTC")
            for name in ("one", "two")
        ]
        ids = [each.id for each in put_schedules(session, *wanted)]
    hands.forward(hours=4)
    return Case(
        (ids[0], ids[1]), "UPDATE ON schedule", f"OLD.id = {ids[0]}",
        until_nothing_is_due(store, schedule.tick),
        lambda session, row: session.get_one(Schedule, row).next_run_at > clock.now(), hands,
    )  # fmt: skip


def _escalation(store: Store) -> Case:
    floor = Floor(store)
    one, two = floor.lead(1), floor.lead(2)
    floor.sweep()
    floor.hands.forward(minutes=6)
    return Case(
        (one, two), "UPDATE ON lead", f"OLD.id = {one}",
        until_nothing_is_due(store, escalation.sweep),
        lambda session, row: session.scalar(select(LeadStep.id).filter_by(lead_id=row)),
        floor.hands,
    )  # fmt: skip


def _leavers(store: Store) -> Case:
    floor = Floor(store)
    one, two = floor.lead(1), floor.lead(2)
    for lead in (one, two):
        floor.do(claiming.claim, floor.sal, lead)
    with store.transaction() as session:
        session.get_one(Person, floor.sal.id).active = False
    return Case(
        (one, two), "UPDATE ON lead", f"OLD.id = {one}",
        until_nothing_is_due(store, lead_absences.release_for_leavers),
        lambda session, row: session.get_one(Lead, row).claimed_by is None, floor.hands,
    )  # fmt: skip


def _stalled(store: Store) -> Case:
    floor = Floor(store)
    for number, seller in ((1, floor.sal), (2, floor.sue)):
        lead = floor.lead(number)
        floor.do(claiming.claim, seller, lead)
        floor.do(outcomes.contacted, seller, lead)
    floor.hands.forward(days=21)

    def run() -> None:
        with suppress(RowsFailed):  # so the job is tried again
            in_transaction(
                store,
                lambda session: lead_notices.notify_stalled(session, floor.workspace, clock.now()),
            )

    return Case(
        (floor.sal.id, floor.sue.id), "INSERT ON lead_notice", f"NEW.person_id = {floor.sal.id}",
        run, lambda session, row: session.scalar(select(LeadNotice.id).filter_by(person_id=row)),
        floor.hands,
    )  # fmt: skip


def _meetings(store: Store) -> Case:
    office = MeetingOffice(store)
    for key, seller in (("IN1", office.sal), ("IN2", office.sue)):
        email = f"{key}@example.com"
        lead = office.book(key=key, email=email, text_reminder_number=None)
        office.do(claiming.claim, seller, lead)
    office.hands.to(office.meeting().ends_at)
    one, two = office.meeting("IN1").id, office.meeting("IN2").id
    return Case(
        (one, two), "INSERT ON meeting_notice", f"NEW.meeting_id = {one}",
        until_nothing_is_due(store, meetings.remind),
        lambda session, row: session.scalar(select(MeetingNotice.id).filter_by(meeting_id=row)),
        office.hands,
    )  # fmt: skip


def _returns(store: Store) -> Case:
    floor = Floor(store)
    one, two = floor.lead(1), floor.lead(2)
    for lead in (one, two):
        floor.do(claiming.claim, floor.sal, lead)
    until = clock.now() + timedelta(days=1)
    with store.transaction() as session:
        lead_absences.go_away(session, floor.sal, until, dict.fromkeys((one, two), floor.sue))
    floor.hands.forward(days=2)
    with store.transaction() as session:
        absence_id = session.scalars(select(Absence.id)).one()

    def run() -> None:
        with suppress(RowsFailed):  # so the job is tried again
            in_transaction(store, lambda session: lead_absences.end_absence(session, absence_id))

    return Case(
        (one, two), "UPDATE ON lead", f"OLD.id = {one}", run,
        lambda session, row: session.get_one(Lead, row).claimed_by == floor.sal.id, floor.hands,
    )  # fmt: skip


def _planned(store: Store) -> tuple[MovedClock, planners.Company]:
    hands = MovedClock()
    return hands, planners.found(store)


def _requests(store: Store) -> Case:
    hands, company = _planned(store)
    one, two = company.ask("1").id, company.ask("2").id
    with store.transaction() as session:
        session.execute(update(Request).values(next_check_at=clock.now()))
    return Case(
        (one, two), "UPDATE ON request", f"OLD.id = {one}",
        until_nothing_is_due(store, planning.handle_due),
        lambda session, row: session.get_one(Request, row).reminded_at, hands,
    )  # fmt: skip


def _two_proposals(company: planners.Company) -> tuple[int, int]:
    first = company.draft("1", name="One", utm_campaign="one")
    second = company.draft("2", name="Two", utm_campaign="two")
    for campaign in (first, second):
        company.propose(campaign)
    return first.id, second.id


def _proposals(store: Store) -> Case:
    hands, company = _planned(store)
    one, two = _two_proposals(company)
    with store.transaction() as session:
        session.execute(update(Proposal).values(next_check_at=clock.now()))
    return Case(
        (one, two), "UPDATE ON proposal", f"OLD.campaign_id = {one}",
        until_nothing_is_due(store, planning.handle_due),
        lambda session, row: session.get_one(Proposal, row).reminded_at, hands,
    )  # fmt: skip


def _follow(store: Store) -> Case:
    hands, company = _planned(store)
    one, two = _two_proposals(company)
    with store.transaction() as session:
        session.execute(update(Campaign).values(stage=Stage.CANCELLED))
    return Case(
        (one, two), "UPDATE ON proposal", f"OLD.campaign_id = {one}",
        until_nothing_is_due(store, planning.handle_due),
        lambda session, row: session.get_one(Proposal, row).stage == Stage.CANCELLED, hands,
    )  # fmt: skip


def _follow_requests(store: Store) -> Case:
    hands, company = _planned(store)
    rows = []
    for token in ("1", "2"):
        request = company.ask(token)
        campaign = company.draft(token, name=token, utm_campaign=token)
        with store.transaction() as session:
            session.get_one(Request, request.id).campaign_id = campaign.id
            session.get_one(Campaign, campaign.id).stage = Stage.LIVE
        rows.append(request.id)
    return Case(
        (rows[0], rows[1]), "UPDATE ON request", f"OLD.id = {rows[0]}",
        until_nothing_is_due(store, planning.handle_due),
        lambda session, row: session.get_one(Request, row).status == RequestStatus.ANNOUNCED, hands,
    )  # fmt: skip


def _retrospectives(store: Store) -> Case:
    hands, company = _planned(store)
    rows = []
    for token in ("1", "2"):
        campaign = company.draft(token, name=token, utm_campaign=token)
        with store.transaction() as session:
            ended = session.get_one(Campaign, campaign.id)
            ended.stage, ended.announced_at = Stage.ENDED, clock.now()
        rows.append(campaign.id)
    return Case(
        (rows[0], rows[1]), "INSERT ON retrospective", f"NEW.campaign_id = {rows[0]}",
        until_nothing_is_due(store, planning.handle_due),
        lambda session, row: session.scalar(
            select(func.count()).select_from(Retrospective).filter_by(campaign_id=row)
        ),
        hands,
    )  # fmt: skip


def _standup(store: Store) -> tuple[MovedClock, morning.Company]:
    hands = MovedClock(morning.HALF_PAST_NINE)
    hands.forward(minutes=-5)
    company = morning.found(store, "T1", "C1")
    hands.forward(minutes=5)
    for team in ("Sales", "Marketing"):
        company.someone(f"U{team}", name=team, team=team)
    return hands, company


def _close(store: Store) -> Case:
    hands, company = _standup(store)
    one, two = company.opened("Sales").id, company.opened("Marketing").id
    hands.forward(hours=20)
    return Case(
        (one, two), "UPDATE ON standup_round", f"OLD.id = {one}",
        until_nothing_is_due(store, standup_rounds.close),
        lambda session, row: session.get_one(StandupRound, row).closed_at, hands,
    )  # fmt: skip


def _follow_people(store: Store) -> Case:
    hands, company = _standup(store)
    with store.transaction() as session:
        one, two = company.standup(session).id, company.standup(session, "Marketing").id
    return Case(
        (one, two), "INSERT ON schedule", f"NEW.name LIKE 'standup:{one}:%'",
        until_nothing_is_due(store, standup_asking.follow_people),
        lambda session, row: session.scalar(
            select(Schedule.id).where(Schedule.name.startswith(f"standup:{row}:"))
        ),
        hands,
    )  # fmt: skip


def _days(store: Store) -> Case:
    hands = MovedClock()
    hands.now = NOW
    office = open_office(store)
    with store.transaction() as session:
        office.leads(
            session, [{"received_at": MONDAY + timedelta(days=day, hours=9)} for day in (3, 4)]
        )
    one, two = date(2026, 11, 20), date(2026, 11, 19)  # the newest first

    return Case(
        (one.toordinal(), two.toordinal()), "INSERT ON computed_day", f"NEW.day = '{one}'",
        lambda: metrics_tasks.compute_days(store, office.workspace.id),
        lambda session, row: session.scalar(
            select(ComputedDay.day).filter_by(day=date.fromordinal(row))
        ),
        hands,
    )  # fmt: skip


def _sent(store: Store, audience: Audience, role: Role) -> Case:
    hands = MovedClock()
    hands.now = NOW
    office = open_office(store)
    pair = [hire_plain(store, office.workspace, f"U{name}", name, role) for name in ("Ann", "Zoe")]
    with store.transaction() as session:
        workspace = session.get_one(Workspace, office.workspace.id)
        digest_timetables.install(session, workspace)
        office.leads(
            session,
            [{"claimed_at": MONDAY + timedelta(hours=10), "claimed_by": each.id} for each in pair],
        )

    def run() -> None:
        with suppress(RowsFailed):  # so the job is tried again
            in_transaction(
                store,
                lambda session: digests.send(session, office.workspace.id, audience, clock.now()),
            )

    return Case(
        (pair[0].id, pair[1].id), "INSERT ON digest_delivery", f"NEW.person_id = {pair[0].id}",
        run, lambda session, row: session.scalar(select(Delivery.id).filter_by(person_id=row)),
        hands,
    )  # fmt: skip


def _managers(store: Store) -> Case:
    return _sent(store, Audience.MANAGERS, Role.MANAGER)


def _own(store: Store) -> Case:
    return _sent(store, Audience.SALESPEOPLE, Role.SALESPERSON)


def _pairs(store: Store) -> Case:
    hands = MovedClock(shadows.MONDAY_AT_TEN)
    company = shadows.found(store, hands)
    (one, two), _ = company.staff(2, 2)
    company.configure()
    return Case(
        (one.id, two.id), "INSERT ON shadow_pair", f"NEW.marketer_id = {one.id}", company.round,
        lambda session, row: session.scalar(select(ShadowPair.id).filter_by(marketer_id=row)),
        hands, recovers=False,
    )  # fmt: skip


def _left_over(store: Store) -> Case:
    hands = MovedClock(shadows.MONDAY_AT_TEN)
    company = shadows.found(store, hands)
    company.staff(3, 1)
    company.configure()
    company.round()
    one, two = sorted(company.left_over())
    with store.transaction() as session:
        for table in ("shadow_participant", "shadow_slot", "shadow_pair", "shadow_round"):
            session.execute(text(f"DELETE FROM {table}"))
    return Case(
        (one, two), "INSERT ON shadow_participant", f"NEW.person_id = {one}", company.round,
        lambda session, row: session.scalar(select(ShadowParticipant.id).filter_by(person_id=row)),
        hands, recovers=False,
    )  # fmt: skip


def _lapse(store: Store) -> Case:
    hands = MovedClock(shadows.MONDAY_AT_TEN)
    company = shadows.found(store, hands)
    company.staff(2, 2)
    company.configure()
    company.round()
    one, two = (pair.id for pair in company.pairs())
    with store.transaction() as session:
        hands.to(session.scalars(select(ShadowRound.closes_at)).one())

    def run() -> None:
        with store.transaction() as session:
            shadowing.lapse(session, company.workspace.id)

    return Case(
        (one, two), "UPDATE ON shadow_pair", f"OLD.id = {one}", run,
        lambda session, row: session.get_one(ShadowPair, row).stage == PairStage.LAPSED, hands,
    )  # fmt: skip


def _shadowing_leavers(store: Store) -> Case:
    hands = MovedClock(shadows.MONDAY_AT_TEN)
    company = shadows.found(store, hands)
    marketers, _ = company.staff(2, 2)
    company.configure()
    company.round()
    one, two = (pair.id for pair in company.pairs())
    for each in marketers:
        company.leave(each)
    return Case(
        (one, two), "UPDATE ON shadow_pair", f"OLD.id = {one}",
        until_nothing_is_due(store, leavers.release_partners),
        lambda session, row: session.get_one(ShadowPair, row).stage == PairStage.CANCELLED, hands,
    )  # fmt: skip


def _missed(store: Store) -> Case:
    hands, workspace = MovedClock(), install(store)
    found = [{"id": each, "createdAt": clock.now().isoformat()} for each in ("7", "8")]
    api = Told({"/crm/v3/objects/contacts": {"results": found}})

    def run() -> None:
        with suppress(RowsFailed):  # so the job is tried again
            intake_tasks.read_back(store, {"hubspot": api}, workspace.id, clock.now())

    numbers = {crc32(f"hubspot:{each}".encode()): each for each in ("7", "8")}
    one, two = numbers
    return Case(
        (one, two), "INSERT ON job_key", f"NEW.key LIKE 'fetch:%:hubspot:{numbers[one]}:%'", run,
        lambda session, row: session.scalar(
            text("SELECT 1 FROM job_key WHERE key LIKE :key"),
            {"key": f"fetch:%:hubspot:{numbers[row]}:%"},
        ),
        hands,
    )  # fmt: skip


def _writing(store: Store) -> Case:
    sales = Sales.open(store)
    one, two = sales.receive("one@example.com"), sales.receive("two@example.com")

    def run() -> None:
        with suppress(RowsFailed):  # so the job is tried again
            sales.push()

    return Case(
        (one, two), "UPDATE ON crm_record", f"OLD.lead_id = {one}", run,
        lambda session, row: session.get_one(CrmRecord, row).record_id is not None, sales,
    )  # fmt: skip


def _changes(store: Store) -> Case:
    sales = Sales.open(store)
    one, two = sales.claimed(email="one@example.com"), sales.claimed(email="two@example.com")
    for lead_id in (one, two):
        sales.office.win(sales.record_id(lead_id), Money(100, "EUR"))

    def run() -> None:
        with suppress(RowsFailed):
            sales.poll()

    return Case(
        (one, two), "UPDATE ON lead", f"OLD.id = {one}", run,
        lambda session, row: session.get_one(Lead, row).status == "won", sales,
    )  # fmt: skip


CASES: dict[str, Callable[[Store], Case]] = {
    "jobs.schedules": _schedules,
    "routing.escalation": _escalation,
    "routing.leavers": _leavers,
    "routing.returns": _returns,
    "leads.meetings": _meetings,
    "leads.stalled": _stalled,
    "planning.requests": _requests,
    "planning.proposals": _proposals,
    "planning.follow": _follow,
    "planning.follow_requests": _follow_requests,
    "planning.retrospectives": _retrospectives,
    "standups.close": _close,
    "standups.follow_people": _follow_people,
    "metrics.days": _days,
    "digests.managers": _managers,
    "digests.own": _own,
    "shadowing.pairs": _pairs,
    "shadowing.left_over": _left_over,
    "shadowing.lapse": _lapse,
    "shadowing.leavers": _shadowing_leavers,
    "intake.missed": _missed,
    "crm.push": _writing,
    "crm.changes": _changes,
}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_row_stops_no_other_and_is_tried_again(
    store: Store, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[name](store)
    sick, well = case.rows
    with broken(store, case.event, case.where):
        case.run()
        with store.transaction() as session:
            assert case.done(session, well)
            assert not case.done(session, sick)
            row = session.scalars(select(ParkedRow)).one()
            assert (row.loop, row.row_id, row.failures) == (name, sick, 1)
            assert row.retry_at > clock.now()
    assert f"{name}: row {sick} is parked" in caplog.text
    assert "ada@example.com" not in caplog.text
    if case.recovers:
        case.hands.forward(minutes=2)
        case.run()
        with store.transaction() as session:
            assert case.done(session, sick)
            assert session.scalars(select(ParkedRow)).all() == []


def test_the_admins_hear_of_it_once_a_day(store: Store) -> None:
    case = _escalation(store)
    workspace_id, admin = _admin(store)
    with broken(store, "UPDATE ON lead", "true"):
        case.run()
        case.hands.forward(minutes=2)
        case.run()
    jobs = [args for name, args in enqueued(store) if name == PARKED]
    assert len(jobs) == 1
    with store.transaction() as session:
        people_tasks.tell_of_parked_row(session, **jobs[0])
    with store.transaction() as session:
        card = session.scalars(select(Card).where(Card.kind == PARKED)).one()
        assert (card.workspace_id, card.target) == (workspace_id, admin)
        found = parked(session, card.subject_id)
    assert found is not None
    message = people_messages.parked(*found).text
    assert message.startswith(
        "*Escalation of leads*: something went wrong on our side. 2 rows fail"
    )
    assert "Error in leads/" in message
    assert "ada" not in message


def _admin(store: Store) -> tuple[int, str]:
    with store.transaction() as session:
        workspace = session.scalars(select(Workspace)).one()
    return workspace.id, hire_plain(store, workspace, "UROOT", "Root", Role.ADMIN).slack_id


def enqueued(store: Store) -> list[tuple[str, dict[str, int]]]:
    with store.transaction() as session:
        rows = session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        return [(name, args) for name, args in rows]


def test_each_time_it_waits_longer_up_to_half_an_hour() -> None:
    minutes = [pause(failures) / timedelta(minutes=1) for failures in range(7)]
    assert minutes == [1, 2, 4, 8, 16, 30, 30]


def test_a_database_that_is_away_is_no_fault_of_a_row(store: Store) -> None:
    case = _escalation(store)
    lead = LOOPS["routing.escalation"]

    def die(_row: Lead) -> None:
        raise OperationalError("SELECT 1", {}, Exception("terminated"))

    with pytest.raises(DatabaseDown), store.transaction() as session:
        lead.each(session, [session.get_one(Lead, case.rows[0])], die)
    with store.transaction() as session:
        assert session.scalars(select(ParkedRow)).all() == []
