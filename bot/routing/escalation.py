"""Escalation: what happens, step after step, while a lead waits for a claim or for its owner.

Every change of a lead lets the clock look at it (`next_check_at`); the sweep finds what it has to
look at by an index, takes the step that is due, and notes when to look again. All waiting is in
working time, so nights, weekends and holidays do not count; each step counts from the one before,
so that an outage delays the escalation and never makes a burst of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.leads.claiming import end_pause, set_owner
from bot.leads.events import record
from bot.leads.models import EventType, Lead, Status
from bot.leads.notice_models import (
    CLAIMED_STEPS,
    UNCLAIMED_STEPS,
    EscalationStep,
    LeadStep,
    ServiceLevel,
)
from bot.leads.notices import CARD, COVER, STEP, add_step, booked_until, unanswered_touch
from bot.leads.queries import find
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import Rota, rota
from bot.routing import unclaimed
from bot.routing.round_robin import next_in_turn, not_suggested_yet
from bot.tasks import Loop

_DUE = Loop("routing.escalation", "Escalation of leads")

# Leads of one transaction, so that a sweep is short and others can share the work.
_AT_ONCE = 10
# Where nobody works within a year, somebody may have changed the hours by tomorrow.
_LATER = timedelta(days=1)
# How often it is seen whether somebody has room, or is back.
_AGAIN = timedelta(minutes=5)
_OPEN = (Status.NEW, Status.QUALIFIED)
_SUGGESTED = (EscalationStep.SUGGEST, EscalationStep.MANAGER)


def install(session: Session, workspace: Workspace) -> None:
    """Give the workspace its service level, with the usual values."""
    session.execute(insert(ServiceLevel).values(workspace_id=workspace.id).on_conflict_do_nothing())


def sweep(session: Session) -> int:
    """Look at the leads whose time has come, at most ten; returns how many those were."""
    now = clock.now()
    due = session.scalars(
        select(Lead)
        .where(Lead.next_check_at <= now, _DUE.ready(Lead.id))
        .order_by(Lead.next_check_at, Lead.id)
        .limit(_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    policies: dict[int, EscalationPolicy] = {}
    booked = booked_until(session, [lead.id for lead in due]) if due else {}

    def look(lead: Lead) -> None:
        if lead.workspace_id not in policies:
            policies[lead.workspace_id] = policy_of(session, lead.workspace_id, booked)
        policies[lead.workspace_id].look(lead, now)

    _DUE.each(session, due, look)
    stale = [(CARD, lead_id) for policy in policies.values() for lead_id in policy.stale]
    slack.redraw_all(session, stale)
    return len(due)


def next_look(session: Session) -> datetime | None:
    """When the clock looks at an open lead next."""
    coming = (Lead.next_check_at > clock.now(), Lead.status.in_(_OPEN))
    return session.scalar(select(func.min(Lead.next_check_at)).where(*coming))


def policy_of(
    session: Session, workspace_id: int, booked: Mapping[int, datetime] | None = None
) -> "EscalationPolicy":
    """What is needed to look at a workspace's leads; `booked` is as `booked_until` has it."""
    workspace = session.get_one(Workspace, workspace_id)
    level = session.get_one(ServiceLevel, workspace_id)
    return EscalationPolicy(session, workspace, level, rota(session, workspace), booked or {})


@dataclass(frozen=True)
class EscalationPolicy:
    """A workspace's service level and its people, at the moment of a look."""

    session: Session
    workspace: Workspace
    level: ServiceLevel
    rota: Rota
    booked: Mapping[int, datetime] = field(default_factory=dict)
    """When the last meeting ends that each lead booked, by its id."""
    stale: set[int] = field(default_factory=set)
    """The leads whose cards are to be drawn anew once all have been looked at."""

    def look(self, lead: Lead, now: datetime) -> None:
        """Measure what happened, take the step that is due, and note when to look again."""
        self._go_on(lead, now)
        if lead.next_check_at == now or lead.merged_into is not None or lead.status not in _OPEN:
            return
        for again in (self._offer_again(lead, now), self._cover(lead, now), _deadline(lead, now)):
            if again is not None:
                lead.next_check_at = min(lead.next_check_at or again, again)
        if lead.due_at is not None and lead.due_at <= now:
            self.stale.add(lead.id)  # its card says that it is overdue as soon as it is

    def _go_on(self, lead: Lead, now: datetime) -> None:
        lead.next_check_at = None
        self._measure(lead)
        if lead.merged_into is None and lead.status == Status.RECYCLED:
            self._revive(lead, now)
        if lead.merged_into is not None or lead.status not in _OPEN:
            return
        if lead.snoozed_until is not None:
            if lead.snoozed_until > now:
                lead.next_check_at = lead.snoozed_until
                return
            self._wake(lead, now)
        if lead.claimed_by is None and lead.reserved_until and lead.reserved_until > now:
            self._keep(lead, now)
        if self._rests_for_meeting(lead, now):
            return
        step = next_step(lead)
        if step is None:
            return
        due = self._due(lead, step, now)
        if due > now:
            lead.next_check_at = due
            return
        self._take(lead, step, now)

    def _rests_for_meeting(self, lead: Lead, now: datetime) -> bool:
        """Whether the owner's steps rest because the customer booked a meeting. After it they have
        the time until the next step anew, and by then the response is due."""
        if lead.first_response_at is not None:
            return False
        ends_at = self.booked.get(lead.id)
        if ends_at is None:
            return False
        target, due_at = lead.response_due_at, self.rota.department.after(ends_at, self._halfway)
        if target and now < ends_at and lead.last_touch_at < target != due_at:
            lead.response_due_at = due_at  # it was not overdue when they booked
            self.stale.add(lead.id)
        if lead.claimed_by is None:
            return False
        if ends_at > now:
            lead.next_check_at = ends_at
            return True
        lead.step_started_at = max(lead.step_started_at or ends_at, ends_at)
        return False

    def _keep(self, lead: Lead, now: datetime) -> None:
        """Tell who has the head start; where they are not there to use it, everybody may claim."""
        if lead.reserved_for is not None and self.rota.is_present(lead.reserved_for, now):
            self._say(lead, EscalationStep.HEAD_START, [self.rota.people[lead.reserved_for]])
            return
        lead.reserved_for = lead.reserved_until = None
        self.stale.add(lead.id)

    def _measure(self, lead: Lead) -> None:
        """Keep the promises' times, and the working time that claim and response really took."""
        department, level = self.rota.department, self.level
        since = lead.received_at
        if lead.is_hot and lead.claim_due_at is None:
            hot_since = lead.last_touch_at  # one that was quiet, until they came back
            lead.claim_due_at = department.after(hot_since, level.wait(EscalationStep.NUDGE))
            lead.response_due_at = self._target(hot_since)
            self.stale.add(lead.id)  # it says by when
        elif lead.is_hot and lead.response_due_at is None and lead.first_response_at is None:
            lead.response_due_at = self._target(clock.now())  # their meeting is off
            self.stale.add(lead.id)
        worked = partial(department.worked, since)
        if lead.first_claimed_at and lead.claim_worked is None:
            lead.claim_worked = int(worked(lead.first_claimed_at).total_seconds())
        if lead.first_response_at and lead.response_worked is None:
            lead.response_worked = int(worked(lead.first_response_at).total_seconds())

    def _target(self, since: datetime) -> datetime | None:
        """By when a hot lead is answered."""
        return self.rota.department.after(since, timedelta(minutes=self.level.respond_minutes))

    def _due(self, lead: Lead, step: EscalationStep, now: datetime) -> datetime:
        """When the step is due; not while nobody works who could hear of it."""
        acting = self._acting(lead, now)
        calendar = self.rota.department if acting is None else self.rota.calendar(acting)
        since = lead.step_started_at or lead.received_at
        due = calendar.after(since, self._wait(lead, step, since))
        target = _target_ahead(lead)
        if due and target and step is EscalationStep.REMIND and since == lead.claimed_at:
            due = min(due, target)
        if due is not None and due <= now and not calendar.is_open(now):
            due = calendar.after(now, timedelta())
        return due or now + _LATER

    def _wait(self, lead: Lead, step: EscalationStep, since: datetime) -> timedelta:
        """Until the step. An owner who had no response target ahead, or has called since the claim,
        is reminded halfway to when the lead goes back."""
        if lead.step == EscalationStep.HAND_OVER:
            return timedelta()
        has_called = step is EscalationStep.REMIND and since != lead.claimed_at
        if step in CLAIMED_STEPS and (has_called or _target_ahead(lead) is None):
            return self._halfway
        return self.level.wait(step)

    @property
    def _halfway(self) -> timedelta:
        """Half the time after which a claimed lead goes back."""
        return timedelta(minutes=self.level.take_back_minutes / 2)

    # ---- the steps --------------------------------------------------------------------------

    def _take(self, lead: Lead, step: EscalationStep, now: datetime) -> None:
        lead.step, lead.step_started_at, lead.next_check_at = step, now, now
        match step:
            case EscalationStep.NUDGE:
                self._nudge(lead)
            case EscalationStep.MESSAGE:
                self._tell_all(lead, now)
            case EscalationStep.SUGGEST:
                self.offer(lead, now)
            case EscalationStep.MANAGER:
                self._tell_managers(lead, now)
            case EscalationStep.REMIND if acting := self.rota.people.get(
                self._acting(lead, now) or 0
            ):
                self._say(lead, step, [acting])
            case _:
                self._take_back(lead, now)

    def _nudge(self, lead: Lead) -> None:
        """A word in the thread of its card."""
        step_id = add_step(self.session, lead, EscalationStep.NUDGE, None)
        if step_id is not None:
            slack.show(
                self.session, lead.workspace_id, STEP, step_id, self.workspace.channel,
                thread_of=(CARD, lead.id),
            )  # fmt: skip

    def offer(self, lead: Lead, now: datetime) -> None:
        """Offer the lead to the one whose turn it is; where all of those are out or have passed,
        the fallback hears of it. Where they hold as many as they may, it waits for room."""
        left = not_suggested_yet(self.session, lead, self.rota.on_duty(now))
        if not self._offer_to_next(lead, left) and not left:
            self._fall_back(lead)

    def _offer_to_next(self, lead: Lead, left: Sequence[Person]) -> bool:
        """Offer it to the next of those on duty whom nobody has asked yet."""
        person = next_in_turn(self.session, lead, self.level, left)
        lead.suggested_to = person.id if person else None
        if person is None:
            return False
        self._say(lead, EscalationStep.SUGGEST, [person])
        record(self.session, lead, None, EventType.SUGGESTED, to_id=person.id)
        return True

    def _offer_again(self, lead: Lead, now: datetime) -> datetime | None:
        """Offer what nobody could be offered once somebody has room or is back; returns when to
        look again, None where all were asked."""
        if lead.claimed_by is not None or lead.suggested_to is not None or lead.snoozed_until:
            return None
        if lead.step not in _SUGGESTED:
            return None
        left = not_suggested_yet(self.session, lead, self.rota.salespeople)
        if not left:
            return None
        present = [each for each in left if self.rota.is_present(each.id, now)]
        if self._offer_to_next(lead, present):
            return None
        return self.rota.department.after(now, _AGAIN) or now + _LATER

    def _tell_managers(self, lead: Lead, now: datetime) -> None:
        """The managers who work now; else those who hear of it when nobody is free."""
        managers = self._present(Role.MANAGER, now)
        if managers and self.rota.on_duty(now):
            self._list(lead, EscalationStep.MANAGER, managers)
        else:
            self._list(lead, EscalationStep.FALLBACK, managers or self._fallbacks())

    def _cover(self, lead: Lead, now: datetime) -> datetime | None:
        """Where the customer wrote again and the owner is out, let somebody who is there know;
        returns when to look again, None where there is nothing to do."""
        touch_id, acting = unanswered_touch(self.session, lead), self._acting(lead, now)
        if touch_id is None or acting is None:
            return None
        is_present = self.rota.is_present(acting, now)
        if is_present and acting == lead.claimed_by:
            return None
        present = self._present(Role.MANAGER, now) or self.rota.on_duty(now)
        present = [self.rota.people[acting]] if is_present else present
        for person in present:
            slack.show(self.session, lead.workspace_id, COVER, touch_id, person.slack_id)
        if present:
            return None
        calendars = (self.rota.department, self.rota.calendar(acting))
        open_at = [at for each in calendars if (at := each.after(now, timedelta()))]
        return max(min(open_at, default=now + _LATER), now + _AGAIN)

    def _take_back(self, lead: Lead, now: datetime) -> None:
        """A claim without a contact is no claim: somebody else can have the lead."""
        owner_id, acting = lead.claimed_by, self._acting(lead, now)
        step_id = add_step(self.session, lead, EscalationStep.TAKE_BACK, acting)
        set_owner(lead, None)
        lead.passed_by = owner_id
        record(self.session, lead, None, EventType.TAKEN_BACK, owner_id=owner_id, why="no contact")
        person = self.rota.people.get(acting or 0)
        if step_id is not None and person is not None:
            slack.show(self.session, lead.workspace_id, STEP, step_id, person.slack_id)

    def _revive(self, lead: Lead, now: datetime) -> None:
        """A recycled lead returns to its owner; it is offered at once where they are away."""
        if lead.wake_at is not None and lead.wake_at > now:
            lead.next_check_at = lead.wake_at
            return
        owner_id, acting = lead.claimed_by, self._acting(lead, now)
        if acting is not None and not self.rota.is_away(acting, now):
            self._return(lead, acting)
            return
        set_owner(lead, None)
        lead.passed_by, lead.step, lead.next_check_at = owner_id, EscalationStep.HAND_OVER, None
        record(self.session, lead, None, EventType.WOKEN, owner_id=owner_id)

    def _return(self, lead: Lead, acting: int) -> None:
        """Who acts as its owner hears that its day has come; of who wrote again they were told."""
        has_written = lead.wake_at == lead.last_touch_at
        end_pause(lead)
        lead.assignment_no += 1
        lead.step, lead.step_started_at, lead.next_check_at = None, clock.now(), None
        if not has_written:
            self._say(lead, EscalationStep.WAKE, [self.rota.people[acting]])
        record(self.session, lead, None, EventType.WOKEN)

    def _wake(self, lead: Lead, now: datetime) -> None:
        """A snooze is over: the owner hears of it, and the escalation begins anew."""
        lead.snoozed_until, lead.step, lead.step_started_at = None, None, now
        if acting := self.rota.people.get(self._acting(lead, now) or 0):
            self._say(lead, EscalationStep.WAKE, [acting])
        record(self.session, lead, None, EventType.WOKEN)

    def _fall_back(self, lead: Lead) -> None:
        """Nobody is free: the named person hears of it; where there is none, the managers."""
        self._list(lead, EscalationStep.FALLBACK, self._fallbacks())

    def _fallbacks(self) -> list[Person]:
        named = self.rota.people.get(self.level.fallback_id or 0)
        return [named] if named else self._having(Role.MANAGER)

    def _tell_all(self, lead: Lead, now: datetime) -> None:
        """Everybody on duty; the fallback where nobody is."""
        if on_duty := self.rota.on_duty(now):
            self._list(lead, EscalationStep.MESSAGE, on_duty)
        else:
            self._fall_back(lead)

    def _list(self, lead: Lead, step: EscalationStep, whom: Sequence[Person]) -> None:
        """Add the lead to each one's message about all that nobody has claimed."""
        unclaimed.tell(self.session, self.rota, lead, step, whom)

    def _say(self, lead: Lead, step: EscalationStep, whom: Iterable[Person]) -> None:
        """A direct message to each, once an assignment."""
        for person in whom:
            step_id = add_step(self.session, lead, step, person.id)
            if step_id is not None:
                slack.show(self.session, lead.workspace_id, STEP, step_id, person.slack_id)

    def _acting(self, lead: Lead, now: datetime) -> int | None:
        """Who acts as the lead's owner: the owner, or the colleague who covers for them."""
        return lead.claimed_by and self.rota.acts_for(lead.claimed_by, now)

    # ---- whom -------------------------------------------------------------------------------

    def _having(self, role: Role) -> list[Person]:
        found = [person for person in self.rota.people.values() if role in person.roles]
        return found or list(people.having(self.session, self.workspace.id, Role.ADMIN))

    def _present(self, role: Role, now: datetime) -> list[Person]:
        return [each for each in self._having(role) if self.rota.is_present(each.id, now)]


def _deadline(lead: Lead, now: datetime) -> datetime | None:
    """When the card has to say that the lead is overdue; None: not, or it does by now."""
    return lead.due_at if lead.due_at is not None and lead.due_at > now else None


def _target_ahead(lead: Lead) -> datetime | None:
    """The response target, if its owner claimed the lead before it had passed."""
    target, claimed_at = lead.response_due_at, lead.claimed_at
    return target if target and claimed_at and claimed_at < target else None


def next_step(lead: Lead) -> EscalationStep | None:
    """The next step for this lead; None: it waits for nothing.

    A quiet lead is offered at set hours, and one of a call list in its turn; neither escalates
    while it is free, unless it was handed over by name.
    """
    if lead.step == EscalationStep.HAND_OVER:
        return EscalationStep.SUGGEST
    steps: Sequence[EscalationStep]
    if lead.claimed_by is not None:
        steps = CLAIMED_STEPS if lead.first_response_at is None else ()
    else:
        steps = UNCLAIMED_STEPS if lead.is_hot or lead.step else ()
    done = [step for step in steps if step == lead.step]
    rest = steps[steps.index(done[0]) + 1 :] if done else steps
    return rest[0] if rest else None


class NotSuggestedToYou(HandoffError):
    """This lead is no longer offered to you. Nothing was changed."""


def decline(session: Session, who: Person, step_id: int) -> Lead:
    """Not now: the lead is offered to whoever's turn is next. Raises NotFound, NotOfferedToYou."""
    step = session.get(LeadStep, step_id)
    if step is None or step.workspace_id != who.workspace_id:
        raise NotFound(what="this offer")
    lead = find(session, who.workspace_id, step.lead_id, lock=True)
    if (
        lead.suggested_to != who.id
        or lead.assignment_no != step.assignment_no
        or lead.claimed_by is not None
    ):
        raise NotSuggestedToYou
    record(session, lead, who, EventType.DECLINED)
    lead.step_started_at = lead.next_check_at = clock.now()
    policy_of(session, who.workspace_id).offer(lead, clock.now())
    return lead
