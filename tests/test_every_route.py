"""Every button and form of the application, on real rows: done many times at once it counts once,
no form shows what was typed about something else, and one that is outdated is answered. A new form
has to say here how it is opened, and a new button what it is pressed on where that is unusual."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property, partial
from io import BytesIO
from typing import Any, NamedTuple, cast
from uuid import uuid4

import pytest
from pydantic import SecretStr
from slack_bolt import Ack
from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.app import Application
from bot.campaigns import announcing, drafting, questions
from bot.campaigns import changing as campaign_changing
from bot.crm import connection as crm
from bot.crm.models import CrmRecord
from bot.digests import timetables as digests
from bot.digests.models import Timetable
from bot.intake import imports as lead_imports
from bot.intake import receiving
from bot.intake.models import Submission
from bot.leads import claiming, outcomes
from bot.leads import merging as lead_merging
from bot.leads.meeting_models import Meeting, MeetingStatus
from bot.leads.models import Lead, LeadEvent
from bot.leads.notice_models import EscalationStep, LeadStep
from bot.money import Money
from bot.people import service as people
from bot.people.models import Absence, Person, Role, Team, Workspace
from bot.planning import proposal_answers, proposals
from bot.planning import reminders as planning_reminders
from bot.planning import requests as planning_requests
from bot.planning.models import Retrospective
from bot.reports import exports
from bot.reports.exports import Rhythm, ScheduledExport
from bot.reports.files import FileKind
from bot.routing import absences as lead_absences
from bot.routing.models import AwayOffer
from bot.settings import Settings
from bot.shadowing import debriefs, meeting, membership, queries
from bot.shadowing import rounds as shadow_rounds
from bot.shadowing.models import Debrief, Rounds, ShadowExclusion, ShadowPair
from bot.sheet import read_sheet
from bot.slack import Incoming
from bot.sources.lead_payload import LeadPayload
from bot.spend import entering
from bot.spend import exports as platforms
from bot.spend import importing as spend_import
from bot.spend.models import SpendEntry
from bot.standups import answering as standup_answering
from bot.standups import asking as standup_asking
from bot.standups import blockers
from bot.standups import rounds as standup_rounds
from bot.standups import setup as standup_setup
from bot.standups.forms import NewStandup
from bot.standups.models import Standup, StandupAnswer, StandupEntry
from bot.store import Store
from bot.tasks import enqueue
from playground import forms
from playground.limits import elements_of
from playground.limits.elements import offered
from playground.methods.views import fill
from playground.state import View
from tests.campaigns.scene import draft
from tests.company import ZONE, BaseCompany, install
from tests.databases import Databases
from tests.threads import at_once

Json = dict[str, Any]
Rows = defaultdict[str, Counter[str]]
MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)  # nine in Berlin
LATER = int((MONDAY + timedelta(days=3)).timestamp())
MANY = 4
STANDUP: Json = {
    "days": ["mon", "wed"], "at": time(8, 15), "zone": None, "remind_after_minutes": 30,
    "close_after_minutes": 90, "closing": "each", "channel": "C1", "readers": None,
    "readers_in_thread": False, "template": "plain",
}  # fmt: skip


class Company(BaseCompany):
    """One of two workspaces in which everything happens alike, with what its people need."""

    def __init__(self, store: Store, team_id: str) -> None:
        super().__init__(store, install(store, team_id, "C1", standup_setup, digests))
        self.team_id = team_id
        self._numbers = 0
        with store.transaction() as session:
            crm.connect(session, self.workspace.id, "hubspot")
        self.boss = self.someone("UBOSS", *Role, team="Sales", zone=ZONE)
        self.ben = self.someone("UBEN", Role.SALESPERSON, team="Sales", zone=ZONE)
        self.mara = self.someone("UMARA", Role.MARKETER, team="Marketing", zone=ZONE)
        for number in range(24):
            self.someone(f"US{number:02}", Role.SALESPERSON, team="Sales", zone=ZONE)
            self.someone(f"UM{number:02}", Role.MARKETER, team="Marketing", zone=ZONE)
        self._pairs: Iterator[int] | None = None
        self._entries: Iterator[tuple[str, int]] | None = None

    @cached_property
    def counted(self) -> TextClause:
        """Counts the rows of the company in all tables; made once, since it takes long to make."""
        with self.store.transaction() as session:
            rows = session.scalar(_ROWS, {"unlike": _UNLIKE})
        return text(f"SELECT tab, row, count(*) FROM ({rows}) AS rows GROUP BY tab, row")

    def number(self) -> int:
        """Another one each time."""
        self._numbers += 1
        return self._numbers

    def do(
        self, act: Callable[..., Any], *what: Any, who: Person | None = None, **fields: Any
    ) -> Any:
        """Let a person do something, in a transaction of its own."""
        with self.store.transaction() as session:
            return act(session, session.get_one(Person, (who or self.boss).id), *what, **fields)

    def ask(self, statement: Any) -> Any:
        with self.store.transaction() as session:
            return session.scalars(statement).first()

    # ---- what things are done with ----------------------------------------------------------

    def lead(self) -> int:
        number = self.number()
        typed = LeadPayload.model_validate(
            {"email": f"a{number}@example.com", "external_id": f"typed-{number}"}
        )
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            receipt = receiving.type_in(session, workspace, self.mara, typed, None)
        assert receipt.lead_id is not None
        return receipt.lead_id

    def mine(self) -> int:
        lead_id = self.lead()
        self.do(claiming.claim, lead_id)
        return lead_id

    def met_lead(self) -> int:
        """A meeting with a lead of the boss's that is over."""
        ends_at, number = MONDAY - timedelta(hours=1), self.number()
        meeting = Meeting(
            workspace_id=self.workspace.id, lead_id=self.mine(), source="calendly",
            external_id=f"met-{number}", starts_at=ends_at - timedelta(minutes=30),
            ends_at=ends_at, status=MeetingStatus.BOOKED,
        )  # fmt: skip
        with self.store.transaction() as session:
            session.add(meeting)
            session.flush()
            return meeting.id

    def covered(self) -> int:
        """The absence of the boss, for whom Ben covers."""
        until = MONDAY + timedelta(days=2)
        self.do(partial(lead_absences.go_away, cover=self.ben), until)
        return int(self.ask(select(func.max(Absence.id)).where(Absence.cover_id == self.ben.id)))

    def on_vacation(self) -> int:
        """What the boss is asked, whose status says that they are away."""
        offer = AwayOffer(workspace_id=self.workspace.id, person_id=self.boss.id, at=MONDAY)
        with self.store.transaction() as session:
            session.add(offer)
        return offer.id

    def my_step(self) -> int:
        """The event of a step that the boss has just taken."""
        events = select(func.max(LeadEvent.id)).where(LeadEvent.lead_id == self.mine())
        return int(self.ask(events))

    def won(self) -> int:
        lead_id = self.mine()
        self.do(outcomes.win, lead_id, Money(10_000, "EUR"))
        return lead_id

    def refused_by_crm(self) -> int:
        lead_id = self.won()
        with self.store.transaction() as session:
            record = session.get_one(CrmRecord, lead_id)
            record.refused, record.refused_why = "invalid", "a rule"
            record.written_version = record.version
        return lead_id

    def two_amounts(self) -> int:
        lead_id = self.refused_by_crm()
        with self.store.transaction() as session:
            record = session.get_one(CrmRecord, lead_id)
            record.refused = "two_amounts"
            record.seen = {"amount_minor": 9_000, "currency": "EUR"}
        return lead_id

    def bens(self) -> int:
        lead_id = self.lead()
        self.do(claiming.claim, lead_id, who=self.ben)
        return lead_id

    def asked_for(self) -> int:
        """A colleague would like to have one of the boss's leads."""
        lead_id = self.mine()
        self.do(lead_absences.take_over, lead_id, who=self.ben)
        return int(self.ask(select(LeadStep.id).where(LeadStep.lead_id == lead_id)))

    def merged(self) -> str:
        gone = self.lead()
        self.do(lead_merging.merge, gone, self.lead())
        return str(gone)

    def offered(self) -> int:
        with self.store.transaction() as session:
            lead = session.get_one(Lead, self.lead())
            lead.suggested_to = self.boss.id
            step = LeadStep(
                workspace_id=lead.workspace_id,
                lead_id=lead.id,
                assignment_no=lead.assignment_no,
                step=EscalationStep.SUGGEST,
                person_id=self.boss.id,
                at=clock.now(),
            )
            session.add(step)
            session.flush()
            return step.id

    def unread(self) -> int:
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            receiving.receive(
                session,
                workspace,
                [receiving.RawSubmission("api", "website", b"{", "application/json")],
            )
        return int(self.ask(select(Submission.id).order_by(Submission.id.desc())))

    def fixed(self) -> int:
        submission_id = self.unread()
        with self.store.transaction() as session:
            body = b'{"email": "fixed%d@example.com"}' % self.number()
            session.get_one(Submission, submission_id).body = body
        return submission_id

    def imported(self, rows: int = 2) -> int:
        body = "Email,Seats\n" + "".join(f"b{self.number()}@example.com,3\n" for _ in range(rows))
        number = self.number()
        made = self.do(lead_imports.drop_file, f"F{number}{self.team_id}", f"june {number}.csv")
        with self.store.transaction() as session:
            lead_imports.read_file(session, made.id, BytesIO(body.encode()))
        return int(made.id)

    def report(self) -> int:
        """A report of spend that somebody dropped who enters none."""
        number = self.number()
        made = self.do(lead_imports.drop_file, f"F{number}{self.team_id}", "ads.csv", who=self.ben)
        rows = b"Day,Campaign,Currency code,Cost\n2026-06-01,Spring,EUR,10.00\n"
        with self.store.transaction() as session:
            lead_imports.read_file(session, made.id, BytesIO(rows))
        return int(made.id)

    def call_list(self) -> int:
        import_id = self.imported()
        with self.store.transaction() as session:
            lead_imports.start_import(
                session, lead_imports.in_preview(session, self.boss, import_id)
            )
        while lead_imports.take_next_batch(self.store, import_id):
            pass
        return int(self.ask(text(f"SELECT call_list_id FROM lead_import WHERE id = {import_id}")))

    def campaign(self, act: Callable[..., Any] = announcing.announce, **fields: Any) -> int:
        number = self.number()
        campaign = draft(name=f"Offer {number}", utm_campaign=f"offer-{number}", **fields)
        return int(self.do(act, campaign, f"form-{number}").id)

    def drafted(self) -> int:
        return self.campaign(drafting.draft_campaign)

    def scheduled(self) -> int:
        campaign_id = self.drafted()
        self.do(announcing.launch, campaign_id, MONDAY + timedelta(hours=5))
        return campaign_id

    def paused(self) -> int:
        campaign_id = self.campaign()
        self.do(campaign_changing.pause, campaign_id)
        return campaign_id

    def question(self) -> int:
        token = f"question-{self.number()}"
        return int(self.do(questions.ask, self.campaign(), "Why?", token, who=self.ben).id)

    def request(self) -> int:
        request = {"text": "A trial", "audience": "shops", "token": f"r{self.number()}"}
        return int(self.do(planning_requests.ask_for, who=self.ben, **request).id)

    def proposed(self) -> int:
        number = self.number()
        plan = proposals.Plan(draft(name=f"Plan {number}", utm_campaign=f"plan-{number}"), ())
        campaign_id = self.do(proposals.create_draft, plan, f"plan-{number}").id
        self.do(proposals.propose, campaign_id)
        return int(campaign_id)

    def agreed(self) -> int:
        campaign_id = self.proposed()
        self.do(proposal_answers.overrule, campaign_id, "It is urgent")
        return campaign_id

    def concern(self) -> int:
        token = f"raise_concern-{self.number()}"
        return int(
            self.do(
                proposal_answers.raise_concern, self.proposed(), 1, "Too early", token, who=self.ben
            ).id
        )

    def looked_back(self) -> int:
        self.do(campaign_changing.end, self.campaign())
        with self.store.transaction() as session:
            while planning_reminders.handle_due(session):
                pass
        mine = select(Retrospective.id).where(Retrospective.person_id == self.boss.id)
        return int(self.ask(mine.order_by(Retrospective.id.desc())))

    def spent(self) -> int:
        amount, day = Money(1_000, "EUR"), MONDAY.date()
        spending = entering.Spending(day, day, "Ads", amount)
        campaign_id = self.campaign()
        self.do(entering.enter, campaign_id, spending, f"s{self.number()}")
        return int(self.ask(select(SpendEntry.id).order_by(SpendEntry.id.desc())))

    def export_of_spend(self) -> int:
        self.campaign()
        rows = f"Day,Campaign,Currency code,Cost\n2026-06-01,Offer {self._numbers},EUR,10.00\n"
        sheet = read_sheet(BytesIO(rows.encode()), platforms.is_known)
        with self.store.transaction() as session:
            return spend_import.stage(
                session, self.boss, self.workspace.id, f"june-{self.number()}", sheet.header,
                sheet.rows,
            ).id  # fmt: skip

    def failed(self) -> int:
        with self.store.transaction() as session:
            job_id = enqueue(session, "slack.draw_card", card_id=1) or 0
            session.execute(
                text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :id"),
                {"id": job_id},
            )
        return job_id

    def file(self) -> int:
        def schedule(session: Session, boss: Person) -> None:
            exports.set_up(
                session, boss, "leads", f"C{self.number()}",
                rhythm=Rhythm.WEEKLY, at=time(8), kind=FileKind.CSV,
            )  # fmt: skip

        self.do(schedule)
        return int(self.ask(select(ScheduledExport.id).order_by(ScheduledExport.id.desc())))

    # ---- standups ---------------------------------------------------------------------------

    def standup(self) -> int:
        with self.store.transaction() as session:
            usual = standup_setup.usual(session, session.get_one(Person, self.boss.id))
        number = self.number()
        named = {"name": f"Standup {number}", "token": f"st{number}", "team": self.boss.team_id}
        assert usual is not None
        return int(self.do(standup_setup.create, NewStandup(**STANDUP, **named)).id)

    def entry(self) -> tuple[str, int]:
        """Somebody's part of today, which nobody has touched."""
        if self._entries is None:
            with self.store.transaction() as session:
                sales = select(Team.id).where(
                    Team.workspace_id == self.workspace.id, Team.name == "Sales"
                )
                mine = select(Standup.id).where(Standup.team_id.in_(sales)).order_by(Standup.id)
                standup_id = session.scalars(mine).first()
                assert standup_id is not None
                slot = MONDAY + timedelta(minutes=30)
                standup_asking.ask(session, standup_id, "Europe/Berlin", slot)
                found = session.execute(
                    select(Person.slack_id, StandupEntry.id)
                    .join(Person, Person.id == StandupEntry.person_id)
                    .where(
                        Person.workspace_id == self.workspace.id, Person.slack_id.like("US%")
                    )
                    .order_by(Person.slack_id)
                )  # fmt: skip
                self._entries = iter([(row[0], row[1]) for row in found])
        return next(self._entries)

    def answered(self, theme: str) -> int:
        """What somebody answered about a theme."""
        who, entry_id = self.entry()
        with self.store.transaction() as session:
            entry = standup_rounds.entry_to_show(session, entry_id)
            questions = entry.round.standup.active_questions
            answers = {each.key: "It is stuck" if each.theme == theme else "" for each in questions}
            answers |= {
                each.key: "Calls"
                for each in questions
                if each.needs_answer and not answers[each.key]
            }
            person = people.person(session, self.workspace.id, who)
            standup_answering.answer(session, person, entry_id, answers)
        mine = select(StandupAnswer.id).where(StandupAnswer.entry_id == entry_id)
        return int(self.ask(mine.where(StandupAnswer.text == "It is stuck")))

    def taken(self) -> int:
        answer_id = self.answered("blockers")
        self.do(blockers.take_on, answer_id, who=self.mara)
        return answer_id

    # ---- shadowing --------------------------------------------------------------------------

    def pair(self) -> ShadowPair:
        """Two who have not agreed yet."""
        if self._pairs is None:
            rounds = Rounds(active=True, every_weeks=4, day="mon", at=time(10))
            self.do(shadow_rounds.configure, rounds)
            with self.store.transaction() as session:
                shadow_rounds.open_round(session, self.workspace.id, clock.now())
                mine = select(ShadowPair.id).where(ShadowPair.workspace_id == self.workspace.id)
                self._pairs = iter(session.scalars(mine.order_by(ShadowPair.id)).all())
        with self.store.transaction() as session:
            return queries.pair_to_show(session, next(self._pairs))

    def seat(self) -> tuple[str, int]:
        seat = self.pair().taken[0]
        return seat.person.slack_id, seat.id

    def slot(self) -> tuple[str, int]:
        pair = self.pair()
        return pair.taken[0].person.slack_id, pair.slots[0].id

    def picked(self) -> tuple[str, int]:
        pair = self.pair()
        self.do(meeting.pick, pair.slots[0].id, who=pair.taken[0].person)
        return pair.taken[0].person.slack_id, pair.slots[0].id

    def over(self) -> ShadowPair:
        """Two who have met; it is later by now."""
        pair = self.pair()
        for seat in pair.taken:
            self.do(meeting.pick, pair.slots[0].id, who=seat.person)
        clock.use(lambda: pair.slots[0].ends_at)
        with self.store.transaction() as session:
            assert debriefs.over(session, pair.id, pair.slots[0].id)
        return pair

    def met(self) -> tuple[str, int]:
        seat = self.over().taken[0]
        return seat.person.slack_id, seat.id

    def idea(self) -> tuple[str, int]:
        """An idea, and somebody from marketing who has read it."""
        seats = self.over().taken
        answers = Debrief("It is short", "Texts", "A price")
        for seat in seats:
            self.do(debriefs.debrief, seat.id, answers, who=seat.person)
        reader = next(seat.person for seat in seats if seat.person.has(Role.MARKETER))
        return reader.slack_id, seats[0].id

    def apart(self) -> int:
        other = f"US{self.number() % 24:02}"
        self.do(membership.keep_apart, "UMARA", other)
        return int(self.ask(select(ShadowExclusion.id).order_by(ShadowExclusion.id.desc())))


class Screen:
    """What one person sees: the modals that are open, kept as Slack keeps them. No network."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.views: list[View] = []
        self.carried: list[str] = []
        """What of a form was still there when it was about something else."""

    def call(self, method: str, **facts: Any) -> Json:
        if method in ("views.open", "views.push"):
            self.open(facts["view"], over=method == "views.push")
        elif method == "views.update":
            self.update(next(v for v in self.views if v.id == facts["view_id"]), facts["view"])
        return {"user": {"id": self.who, "team_id": "T1"}}

    def channel(self, _channel: str) -> Json:
        return {"is_member": True}

    def post(self, *_what: Any) -> None:
        """Nobody looks at what somebody is told alone."""

    def open(self, body: Json, *, over: bool = False) -> None:
        view = fill(View(f"V{uuid4().hex}", "modal", self.who, ""), body)
        view.previous_view_id = self.views[-1].id if over else None
        view.root_view_id = self.views[0].id if over else view.id
        self.views.append(view)

    def update(self, view: View, body: Json, *, sent: bool = False) -> None:
        """As Slack does it: inputs of the same ids keep what they hold."""
        before, held = _subject(view), forms.state_values(view.blocks, view.values)
        fill(view, body)
        if (sent or before != _subject(view)) and view.callback_id != SEARCH:
            self.carried += [
                f"{view.callback_id}: {block}" for block in view.values if block in held
            ]


def _subject(view: View) -> tuple[str, str]:
    """What a modal is about."""
    return view.callback_id, view.private_metadata.partition("\n")[0]


# The one modal that keeps its words whatever is found by them.
SEARCH = "library.find"


class Use(NamedTuple):
    """Somebody presses, types or sends something: what Slack would bring for it."""

    office: "Office"
    route: Any
    body: Json
    screen: Screen

    def __call__(self) -> Json:
        """Do it; returns what Slack is answered."""
        ack = Ack()  # type: ignore[no-untyped-call]
        incoming = Incoming(self.body, ack, self.screen)  # type: ignore[arg-type]
        try:
            self.route(incoming)
        except Exception as error:
            if self.body["type"] != "view_submission":
                return {"told": error}
            answer: Any = self.office.application.listening._failed(error, self.body)
        else:
            answer = ack.response
        return dict(json.loads(answer.body)) if answer is not None and answer.body else {}

    def many(self) -> list[Json]:
        """Do it many times at once, and once more."""
        return [*at_once(cast("list[Callable[[], Json]]", [self] * MANY)), self()]


@dataclass
class Office:
    """The application, and two companies that use it."""

    application: Application
    once: Company
    often: Company

    @cached_property
    def buttons(self) -> dict[str, "Scene"]:
        """Whatever changes something at a click, with what it is pressed on."""
        usual = {
            name: USUAL[word]
            for name in self.application.listening.actions
            if (word := name.partition(".")[0]) in USUAL and not only_shows(name)
        }
        return usual | BUTTONS

    def press(self, company: Company, name: str, scene: "Scene") -> Use:
        """A button, a command (`/lead away`) or a shortcut (`:lead.new`)."""
        listening = self.application.listening
        made = scene(company)
        who, value = made if isinstance(made, tuple) else ("UBOSS", made)
        screen = Screen(who)
        body = {
            "type": "block_actions", "team": {"id": company.team_id}, "user": {"id": who},
            "trigger_id": "1.2.3", "actions": [{"action_id": name, "value": str(value)}],
        }  # fmt: skip
        if name.startswith(":"):
            return Use(self, listening.shortcuts[name[1:]], body, screen)
        if name.startswith("/"):
            command, _, word = name.partition(" ")
            route = next(
                each for each in listening.commands.all if (each.name, each.word) == (command, word)
            )
            return Use(self, lambda incoming: route(incoming, str(value or "")), body, screen)
        if name in INSIDE:
            opener = self.press(company, INSIDE[name], lambda _company: (who, ""))
            opener()
            screen, body["view"] = opener.screen, self.view(opener.screen.views[-1])
        return Use(self, listening.actions[name], body, screen)

    def send(self, company: Company, name: str, form: "Form") -> Use:
        """Open a form and fill it in; the `Use` sends it."""
        return self.windows(company, name, form, 1)[0]

    def windows(self, company: Company, name: str, form: "Form", count: int) -> list[Use]:
        """The same form, open in several windows."""
        clock.use(lambda: MONDAY)
        about = form.about(company)
        return [self._window(company, name, form, about) for _ in range(count)]

    def _window(self, company: Company, name: str, form: "Form", about: Any) -> Use:
        opened = self.press(company, form.opener, lambda _company: about)
        opened()
        view = next((v for v in opened.screen.views if v.callback_id == name), None)
        assert view is not None, f"{form.opener} opens no {name}"
        self.fill_in(view, form, company)
        body = opened.body | {"type": "view_submission", "view": self.view(view)}
        return Use(self, self.application.listening.submit, body, opened.screen)

    def fill_in(self, view: View, form: "Form", company: Company) -> None:
        for block in view.blocks:
            if block["type"] == "input":
                element, block_id = block["element"], block["block_id"]
                value = form.values.get(block_id, typed(block))
                value = value(company) if callable(value) else value
                entry = forms.entry_for(element, value, lambda _kind, each: each)
                view.values.setdefault(block_id, {})[element["action_id"]] = entry

    def view(self, view: View) -> Json:
        return {
            "id": view.id, "type": view.type, "callback_id": view.callback_id, "hash": view.hash,
            "blocks": view.blocks, "private_metadata": view.private_metadata,
            "previous_view_id": view.previous_view_id, "root_view_id": view.root_view_id,
            "state": {"values": forms.state_values(view.blocks, view.values)},
        }  # fmt: skip


class Watch:
    """What comes and goes in the database of either company, for a test that changes nothing
    outside of its blocks: how one leaves the rows is how the next one finds them."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}
        self._plans = True
        """Whether campaigns, or what follows them, may have changed since they were looked at."""

    @contextmanager
    def changes(self, company: Company) -> Iterator[Json]:
        """What comes and goes in this block, by table: without what no two companies share."""
        clock.use(lambda: MONDAY)
        if self._plans:
            with company.store.transaction() as session:
                while planning_reminders.handle_due(session):
                    self._rows.clear()  # what ended in one company is asked about in both
        before = self._rows.get(company.team_id) or _rows(company)
        changed = dict[str, Any]()
        yield changed
        after = self._rows[company.team_id] = _rows(company)
        for table in before.keys() | after.keys():
            change = {"new": after[table] - before[table], "gone": before[table] - after[table]}
            if any(change.values()):
                changed[table] = change
        self._plans = not changed.keys().isdisjoint(("campaign", "proposal", "request"))


# Numbers of rows, moments and random words differ between any two: of those it counts whether they
# are there.
_UNLIKE = (
    "(^|_)(id|at|by|to|for|into|key|name|since|until|token|hash|code|email|campaign|words|value)$"
    "|args|facts"
)
_ROWS = text(
    """
    SELECT string_agg(format(
        'SELECT %L AS tab, row_to_json(t)::text AS row
         FROM (SELECT %s FROM %I WHERE workspace_id = :id) AS t',
        table_name, columns, table_name
    ), ' UNION ALL ')
    FROM (
        SELECT table_name, string_agg(
            CASE WHEN column_name ~ :unlike OR data_type IN ('ARRAY', 'jsonb')
                THEN format('%1$I IS NOT NULL AS %1$I', column_name)
                ELSE quote_ident(column_name) END, ', '
        ) AS columns
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'form_submission'
        GROUP BY table_name HAVING bool_or(column_name = 'workspace_id')
    ) AS tables
    """.replace(":id", "\\:id")
)


def _rows(company: Company) -> Rows:
    """By table, the rows of a company and how many are alike."""
    found: Rows = defaultdict(Counter)
    with company.store.transaction() as session:
        for table, row, count in session.execute(company.counted, {"id": company.workspace.id}):
            found[table][row] = count
    return found


_TYPED: dict[str, Any] = {
    "checkboxes": [], "multi_static_select": [], "users_select": "UBEN",
    "multi_users_select": ["UBEN"], "conversations_select": "C1", "channels_select": "C1",
    "number_input": "3", "datepicker": "2026-06-20", "datetimepicker": LATER, "timepicker": "09:00",
}  # fmt: skip


def typed(block: Json) -> Any:
    """Something that fits into an input; nothing into one that needs nothing."""
    element = block["element"]
    if (held := forms.initial_entry(element)) != forms.empty_entry(element):
        return held[forms.VALUE_FIELD[element["type"]]]
    if block.get("optional"):
        return None
    if element["type"] in ("static_select", "radio_buttons"):
        return offered(element)[0]["value"]
    return element.get("min_value") or _TYPED.get(element["type"], "Some words")


Scene = Callable[[Company], Any]
"""Makes what a button is pressed on; returns its value, with who presses if not the boss."""


@dataclass(frozen=True)
class Form:
    """How a form is opened, about what, and what is said in it beyond what `typed` says."""

    opener: str
    about: Scene = lambda _company: ""
    values: Mapping[str, Any] = field(default_factory=dict)


def by(who: str, scene: Scene) -> Scene:
    return lambda company: (who, scene(company))


def nothing(_company: Company) -> str:
    return ""


def more(word: str, scene: Scene) -> Scene:
    return lambda company: f"{word} {scene(company)}"


def rated(company: Company) -> int:
    lead_id = company.mine()
    company.do(outcomes.contacted, lead_id)
    return lead_id


USUAL: dict[str, Scene] = {
    "campaign": Company.campaign,
    "crm": Company.refused_by_crm,
    "import": Company.imported,
    "lead": Company.mine,
    "proposal": Company.proposed,
    "request": Company.request,
    "shadow": Company.seat,
    "spend": Company.export_of_spend,
    "standup": Company.standup,
    "submission": Company.unread,
}
"""What the buttons of each capability are pressed on, by the first word of their ids."""

BUTTONS: dict[str, Scene] = {
    "calls.next": Company.call_list,
    "campaign.cancel": lambda c: c.campaign(starts_on=MONDAY.date() + timedelta(days=3)),
    "campaign.got_it": by("UBEN", Company.campaign),
    "campaign.resume": Company.paused,
    "campaign.unschedule": Company.scheduled,
    "crm.keep_ours": Company.two_amounts,
    "crm.take_theirs": Company.two_amounts,
    "digest.opt_in": nothing,
    "digest.opt_out": by("UBEN", nothing),
    "home.retry": Company.failed,
    "home.retry_all": Company.failed,
    "import.as_list": by("UBEN", Company.report),
    "import.encoding": lambda c: f"{c.imported()}.cp1250",
    "lead.agree": Company.asked_for,
    "lead.assign": lambda c: f"{c.lead()} {c.ben.id}",
    "lead.claim": Company.lead,
    "lead.end_cover": Company.covered,
    "lead.not_away": Company.on_vacation,
    "lead.keep": Company.asked_for,
    "lead.nobody_came": Company.met_lead,
    "lead.not_now": Company.offered,
    "lead.rate.good": rated,
    "lead.rate.great": rated,
    "lead.reopen": Company.won,
    "lead.take_over": Company.bens,
    "lead.took_place": Company.met_lead,
    "lead.undo": Company.my_step,
    "proposal.more": more("take_back", Company.proposed),
    "proposal.ready": by("UBEN", Company.proposed),
    "proposal.withdraw": by("UBEN", Company.concern),
    "report.export_remove": Company.file,
    "request.me_too": by("US01", Company.request),
    "request.support": by("US02", Company.request),
    "shadow.draft": Company.idea,
    "shadow.in": by("UMARA", nothing),
    "shadow.let_meet": Company.apart,
    "shadow.out": by("UMARA", nothing),
    "shadow.pick": Company.slot,
    "shadow.request": Company.idea,
    "shadow.unpick": Company.picked,
    "standup.hand_back": by("UMARA", Company.taken),
    "standup.resolve": by("UMARA", Company.taken),
    "standup.make": lambda c: c.answered("ideas"),
    "standup.skip": Company.entry,
    "standup.take": by("UMARA", lambda c: c.answered("blockers")),
    "submission.replay": Company.fixed,
    "lead.back": lambda c: c.do(lead_absences.go_away, MONDAY + timedelta(days=2)) and "",
    "/lead back": lambda c: c.do(lead_absences.go_away, MONDAY + timedelta(days=2)) and "",
    "/lead merge": lambda c: f"{c.lead()} into {c.lead()}",
    "/lead take": lambda c: str(c.bens()),
    "/lead unmerge": Company.merged,
    "/shadow in": by("UMARA", nothing),
    "/shadow out": by("UMARA", nothing),
    "/standup ": by("UM04", nothing),
    "/standup skip": by("UM03", nothing),
}
"""What changes something at a click, and is pressed on something else than `USUAL` says."""

READS = re.compile(
    r"""(?x)
    (digest\.(leads|explain)|lead\.list|library\.open)\..*  # one for each figure, list and shelf
    | .*\.(previous|next|newer|older)(?<!calls\.next)           # another page
    | crm\.open | digest\.(open_report|settings|show_(details|money|running))
    | home\.sources | library\.find | import\.turn_columns
    | campaign\.(add_details|list|new|questions|show_(whole_)?offer)
    | lead\.(away|away_too|choose_(disposition|leads)|new|offer|rate\.weak|rotation|show)
    | lead\.(show_notice|targets)
    | people\.(edit|hours|open) | proposal\.(add_details|see_all|take_up)
    | report\.(first|last)_touch | request\.plan | shadow\.(settings|show|show_apart) | spend\.pick
    | standup\.(open|overview|page)
    | /campaign\ (drafts|list|manage|report)
    | /digest\ (<2026-W47>|conversions|last|me|settings|why|)
    | /handoff\ (hours|people|status) | /offer\ (<words>|) | /request\ list
    | /lead\ (<number>|cover|find|mine|rules|) | /shadow\ | /standup\ settings
    """
)
"""What only shows something; so does what opens one of `FORMS`."""

INSIDE = {
    "crm.retry": "crm.open",
    "crm.retry_all": "crm.open",
    "report.export_remove": "/digest export",
    "request.support": "/request list",
    "shadow.let_meet": "shadow.apart",
    "standup.archive": "/standup settings",
    "standup.go_on": "/standup settings",
    "standup.pause": "/standup settings",
}
"""The modals in which there are some of these buttons."""

FORMS: dict[str, Form] = {
    "calls.save": Form("calls.next", Company.call_list, {"outcome": "interested", "note": "x"}),
    "campaign.preview": Form("/campaign ", values={"name": "New", "kind": "webinar"}),
    "campaign.save_answer": Form("campaign.answer", Company.question),
    "campaign.save_change": Form("campaign.change", Company.campaign, {"offer": "Another"}),
    "campaign.save_end": Form("campaign.end", Company.campaign),
    "campaign.save_launch": Form("campaign.launch", Company.drafted, {"launch_at": ""}),
    "campaign.save_question": Form("campaign.ask", Company.campaign),
    "crm.save_owner": Form("crm.owners", values={"user": "-"}),
    "digest.save": Form("digest.change", lambda c: c.ask(
        select(Timetable.id).where(Timetable.workspace_id == c.workspace.id))),
    "import.save_columns": Form("import.columns", Company.imported),
    "lead.save_away": Form("/lead away"),
    "lead.find": Form("lead.search", values={"words": "a"}),
    "lead.save_call": Form("lead.log_call", Company.mine, {
        "outcome": "no_answer", "note": "Rang twice", "next_step": "Try at nine"}),
    "lead.save_details": Form("lead.edit", Company.mine, {"company": "Engines"}),
    "lead.save_correction": Form("lead.correct", Company.won, {"amount": "90"}),
    "lead.save_lost": Form("lead.lost", Company.mine, {"disposition": "no_budget"}),
    "lead.save_message_note": Form(":lead.note_from_message", Company.lead, {
        "note": "Prefers mornings"}),
    "lead.save_new": Form(":lead.new", values={
        "email": lambda c: f"new{c.number()}@example.com"}),
    "lead.save_note": Form("lead.note", Company.mine, {"note": "Prefers mornings"}),
    "lead.save_targets": Form("/lead targets"),
    "lead.save_reason": Form("lead.rate.junk", rated),
    "lead.save_qualified": Form("lead.qualified", Company.mine, {"expected_amount": "1,200"}),
    "lead.save_reassign": Form("lead.reassign", Company.mine),
    "lead.save_rules": Form("lead.change_rules"),
    "lead.save_snooze": Form("lead.snooze", Company.mine),
    "lead.save_weight": Form("/lead rotation"),
    "lead.save_won": Form("lead.won", Company.mine, {"amount": "1,200"}),
    "library.find": Form("/handoff find"),
    "people.save": Form("people.add", values={"person": "UNEW", "roles": ["marketer"]}),
    "people.save_hours": Form("people.edit_hours", lambda c: c.boss.team_id),
    "people.save_set_up": Form("people.set_up", values={
        "managers": ["UNEW"], "everybody_sells": ["yes"]}),
    "people.save_team": Form("people.add_team"),
    "proposal.save": Form("/campaign propose", values={"name": "Planned", "kind": "webinar",
        "then": "propose", **dict.fromkeys(("audience", "offer", "terms", "talking_points"), "x")}),
    "proposal.save_answer": Form("proposal.answer", Company.concern),
    "proposal.save_change": Form("proposal.change", Company.proposed, {"offer": "Another"}),
    "proposal.save_launch": Form("proposal.launch", Company.agreed, {"launch_at": ""}),
    "proposal.save_overrule": Form("proposal.more", more("overrule", Company.proposed)),
    "proposal.save_rules": Form("/campaign rules"),
    "proposal.save_concern": Form("proposal.raise_concern", by("UBEN", Company.proposed)),
    "report.export": Form("/digest export"),
    "request.save": Form("/request "),
    "request.save_decline": Form("request.decline", Company.request),
    "request.save_answer_sla": Form("/request targets"),
    "retrospective.save": Form("retrospective.answer", Company.looked_back, {"worked": "It"}),
    "shadow.save_apart": Form("shadow.apart"),
    "shadow.save_debrief": Form("shadow.write", Company.met),
    "shadow.save_goals": Form("shadow.goals", Company.seat),
    "shadow.save_hand_on": Form("shadow.hand_on", Company.seat),
    "shadow.save_settings": Form("/shadow settings"),
    "shadow.save_time": Form("shadow.another", Company.seat),
    "spend.save": Form("/campaign spend", lambda c: c.campaign() and "", {"amount": "12"}),
    "spend.save_columns": Form("spend.columns", Company.export_of_spend),
    "spend.save_correction": Form("spend.correct", Company.spent, {"amount": "12"}),
    "spend.save_cost": Form("/campaign costs", values={"amount": "12"}),
    "spend.save_margin": Form("/campaign margin", values={"percent": "40"}),
    "standup.create": Form("standup.new"),
    "standup.save": Form("standup.change", Company.standup),
    "standup.save_questions": Form("standup.questions", Company.standup),
    "standup.send": Form("standup.answer", Company.entry),
}  # fmt: skip


def only_shows(name: str) -> bool:
    """Whether this changes nothing: it shows something, or opens a form."""
    opens = any(form.opener == name for form in FORMS.values())
    return bool(READS.fullmatch(name)) or (opens and name not in BUTTONS)


NEW = {
    "campaign.preview", "campaign.save_question", "lead.save_message_note", "lead.save_new",
    "lead.save_note",
    "proposal.save", "proposal.save_concern", "request.save", "spend.save", "standup.create",
}  # fmt: skip
"""What is a thing of its own each time that its form is opened."""


@pytest.fixture(scope="module")
def office(databases: Databases) -> Iterator[Office]:
    clock.use(lambda: MONDAY)
    with databases.lend() as database, ExitStack() as stack:
        settings = Settings(
            slack_bot_token=SecretStr("xoxb-1"), slack_signing_secret=SecretStr("secret"),
            channel="#leads", slack_api_url="http://127.0.0.1:9/",
        )  # fmt: skip
        application = Application(settings, database.store, ExitStack())
        # Whom some forms ask before they are taken; the modals are those of each use.
        application.services.slack = Screen("UBOSS")  # type: ignore[assignment]
        stack.callback(application.close)
        yield Office(application, Company(database.store, "T1"), Company(database.store, "T2"))


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_every_route_says_here_how_it_is_used(office: Office) -> None:
    listening = office.application.listening
    commands = {f"{each.name} {each.word}" for each in listening.commands.all}
    assert set(listening.submissions) == set(FORMS)
    unknown = {
        name
        for name in listening.actions.keys() | commands
        if name not in office.buttons and not only_shows(name)
    }
    assert unknown == set()


def test_what_only_shows_something_changes_nothing(office: Office, watch: Watch) -> None:
    clock.use(lambda: MONDAY)
    company = office.often
    for each in (office.once, office.often):
        each.campaign()
        each.lead()
    look_at(office, company)  # the first look writes down what is set from the start
    with watch.changes(company) as changed:
        look_at(office, office.once)
        look_at(office, company)
    assert changed == {}


def look_at(office: Office, company: Company) -> None:
    listening = office.application.listening
    view = {"id": "V", "type": "modal", "callback_id": "", "private_metadata": "1", "blocks": [],
            "state": {"values": {}}, "root_view_id": "V"}  # fmt: skip
    sisters = re.compile(r"digest\.(leads|explain)\.(?!won$).*")  # one for each figure
    for name in sorted(listening.actions.keys() - office.buttons.keys()):
        if sisters.fullmatch(name):
            continue
        use = office.press(company, name, lambda _company: "1")
        use.body["view"] = view
        use()
    for each in listening.commands.all:
        name = f"{each.name} {each.word}"
        if name not in BUTTONS and name != "/handoff people":  # it asks Slack
            office.press(company, name, nothing)()


def test_a_button_pressed_many_times_at_once_counts_once(office: Office, watch: Watch) -> None:
    wrong = dict[str, Any]()
    for name, scene in office.buttons.items():
        with watch.changes(office.once) as once:
            answer = office.press(office.once, name, scene)()
        with watch.changes(office.often) as often:
            office.press(office.often, name, scene).many()
        if answer or once != often:
            wrong[name] = (str(answer)[:300], _unlike(once, often))
        elif name not in BUTTONS and not once:
            wrong[name] = ("It changes nothing: name it in BUTTONS or READS.", {})
    assert wrong == {}


def test_a_form_sent_many_times_at_once_counts_once(office: Office, watch: Watch) -> None:
    wrong = dict[str, Any]()
    for name, form in FORMS.items():
        with watch.changes(office.once) as once:
            answer = office.send(office.once, name, form)()
        with watch.changes(office.often) as often:
            office.send(office.often, name, form).many()
        # What is pushed over it is an error, or the next form.
        shows_form = "submit" in answer.get("view", {})
        taken = answer.get("response_action") in (None, "clear", "update") or shows_form
        if not taken or once != often:
            wrong[name] = (str(answer)[:300], _unlike(once, often))
    assert wrong == {}


def test_a_form_sent_from_several_windows_at_once_counts_once(office: Office, watch: Watch) -> None:
    wrong = dict[str, Any]()
    for name, form in FORMS.items():
        if name in NEW:
            continue
        with watch.changes(office.once) as once:
            office.send(office.once, name, form)()
        with watch.changes(office.often) as often:
            *first, last = office.windows(office.often, name, form, MANY + 1)
            at_once(cast("list[Callable[[], Json]]", first))
            last()
        if once != often:
            wrong[name] = _unlike(once, often)
    assert wrong == {}


def test_no_form_shows_what_was_typed_about_something_else(office: Office) -> None:
    """Slack keeps it by block_id and action_id, whatever comes into the modal."""
    carried = list[str]()
    for name, form in FORMS.items():
        use = office.send(office.once, name, form)
        view = next(v for v in use.screen.views if v.callback_id == name)
        for action_id, value in _presses(view):
            body = use.body | {"type": "block_actions", "view": office.view(view)}
            action = {"action_id": action_id, "value": value}
            Use(office, office.application.listening.actions[action_id],
                body | {"actions": [action]}, use.screen)()  # fmt: skip
        sent = use._replace(body=use.body | {"view": office.view(view)})()
        if sent.get("response_action") == "update":
            use.screen.update(view, sent["view"], sent=True)
        carried += use.screen.carried
    assert carried == []


def _presses(view: View) -> list[tuple[str, str]]:
    """What can be pressed or chosen in a modal beside its own button, and tells us at once."""
    return [
        (element["action_id"], value)
        for block in view.blocks
        if block["type"] != "input" or block.get("dispatch_action")
        for element in elements_of(block)
        for value in [
            *filter(None, [element.get("value")]),
            *(option["value"] for option in offered(element)),
        ]
    ]


OUTDATED: dict[str, Callable[[Json], Json]] = {
    "it carries nothing": lambda view: view | {"private_metadata": ""},
    "it carries something else": lambda view: view | {"private_metadata": "x y z 2 \n."},
    "it has no fields": lambda view: view | {"state": {"values": {}}},
    "its fields are empty": lambda view: view | {"state": {"values": {
        block: {action: dict.fromkeys(held) for action, held in by_action.items()}
        for block, by_action in view["state"]["values"].items()}}},
    "its fields say what they cannot": lambda view: view | {"state": {"values": {
        block: {action: {key: _nonsense(value) for key, value in held.items()}
                for action, held in by_action.items()}
        for block, by_action in view["state"]["values"].items()}}},
}  # fmt: skip


def _nonsense(value: Any) -> Any:
    if isinstance(value, dict):
        return value | {"value": "nonsense"}
    return [_nonsense(each) for each in value] if isinstance(value, list) else value


def test_an_outdated_form_is_answered_with_a_sentence(office: Office) -> None:
    wrong = dict[str, str]()
    for name, form in FORMS.items():
        use = office.send(office.once, name, form)
        for how, outdated in OUTDATED.items():
            body = use.body | {"view": outdated(use.body["view"])}
            answer = str(use._replace(body=body)())
            if "our side" in answer:
                wrong[f"{name}: {how}"] = answer
    assert wrong == {}


def _unlike(once: Json, often: Json) -> Json:
    return {
        table: [
            {way: a.get(way, Counter()) - b.get(way, Counter()) for way in ("new", "gone")}
            for a, b in (
                (once.get(table, {}), often.get(table, {})),
                (often.get(table, {}), once.get(table, {})),
            )
        ]
        for table in once.keys() | often.keys()
        if once.get(table) != often.get(table)
    }
