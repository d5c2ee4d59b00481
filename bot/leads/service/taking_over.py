"""Taking over: a colleague asks for somebody's lead, or has it while the owner is away."""

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.leads.models import EscalationStep, EventType, Lead, LeadStep
from bot.leads.service.absences import absence_of, lend
from bot.leads.service.audit import record
from bot.leads.service.giving import STEP, note, tell_former_owner
from bot.leads.service.handing import reassign
from bot.leads.service.ownership import AlreadyYours, MergedAway, NotClaimed, closed, owned
from bot.leads.service.reading import find, is_kept
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import rota
from bot.slack.text import moment


class AlreadyAsked(HandoffError):
    """You have asked {owner} for this lead already. Nothing was changed."""


class NotAskedAnyMore(HandoffError):
    """This question is settled, or the lead has changed hands since. Nothing was changed."""


def take_over(session: Session, who: Person, lead_id: int) -> Lead:
    """Get a colleague's lead: at once while its owner is away, who gets it back afterwards;
    else the owner is asked, and so are the managers on duty where the owner is not.

    Returns the lead; it is theirs, or they have asked. Raises NotAllowed, NotFound, MergedAway,
    NotClaimed, AlreadyYours, AlreadyClosed, AlreadyAsked.
    """
    people.require(session, who, "take over leads", Role.SALESPERSON)
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.merged_into is not None:
        raise MergedAway(into=lead.merged_into)
    if lead.is_closed:
        raise closed(lead)
    if lead.claimed_by is None or lead.claimed_at is None:
        raise NotClaimed
    if lead.claimed_by == who.id:
        raise AlreadyYours(when=moment(lead.claimed_at))
    owner = session.get_one(Person, lead.claimed_by)
    absence = absence_of(session, owner)
    if absence is None:
        _ask(session, lead, owner, who)
        return lead
    lend(session, lead, absence, who, by=who)
    tell_former_owner(session, lead, owner.id, who)
    return lead


def agree(session: Session, who: Person, step_id: int) -> Lead:
    """Give the lead to the colleague who asked. Raises NotFound, NotAskedAnyMore, as `owned`."""
    lead, asker_id = _asked(session, who, step_id)
    return reassign(session, who, lead.id, asker_id)


def keep(session: Session, who: Person, step_id: int) -> Lead:
    """The owner keeps the lead, and who asked hears of it. Raises as `agree`."""
    lead, asker_id = _asked(session, who, step_id)
    answer_id = note(session, lead, EscalationStep.KEPT, asker_id, who.id)
    if answer_id is not None:
        asker = session.get_one(Person, asker_id)
        slack.show(session, lead.workspace_id, STEP, answer_id, asker.slack_id)
    record(session, lead, who, EventType.KEPT, asked_by=asker_id)
    return lead


def _ask(session: Session, lead: Lead, owner: Person, who: Person) -> None:
    workspace = session.get_one(Workspace, lead.workspace_id)
    there, now = rota(session, workspace), clock.now()
    asked = [owner] if owner.active else []
    if not there.is_present(owner.id, now):
        managers = people.having(session, workspace.id, Role.MANAGER)
        asked += [each for each in managers if there.is_present(each.id, now)]
    is_new = False
    for person in asked:
        step_id = note(session, lead, EscalationStep.ASKED, person.id, who.id)
        if step_id is not None:
            is_new = True
            slack.show(session, lead.workspace_id, STEP, step_id, person.slack_id)
    if not is_new:
        raise AlreadyAsked(owner=owner.mention)
    record(session, lead, who, EventType.ASKED_FOR)


def _asked(session: Session, who: Person, step_id: int) -> tuple[Lead, int]:
    """The lead that is asked for, locked, and who asks. Raises as `agree`."""
    step = session.get(LeadStep, step_id)
    if step is None or step.workspace_id != who.workspace_id or step.by_id is None:
        raise NotFound(what="this question")
    lead = owned(session, who, step.lead_id, "hand it over")
    if lead.assignment_no != step.assignment_no or is_kept(session, step):
        raise NotAskedAnyMore
    return lead, step.by_id
