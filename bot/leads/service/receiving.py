"""Receiving: the raw submission, what it became and the work that follows, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.inquiry import Inquiry, Refusal, Unreadable
from bot.leads.models import Outcome, Submission
from bot.leads.service import crowd
from bot.leads.service.admitting import Admission, admit
from bot.leads.service.case import Arrival
from bot.leads.service.crowd import Comer
from bot.leads.sources import SOURCES, TYPED, Ignored, Reference
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.store import copy_all, table
from bot.tasks import enqueue

FETCH = "leads.fetch"

_KEEP = insert(table(Submission))


class Sent(NamedTuple):
    """A raw request of a proven sender."""

    source: str
    """The slug of a source."""
    sender: str
    """The name of the key that proved it."""
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Receipt:
    """What came of a submission."""

    outcome: Outcome
    admissions: tuple[Admission, ...] = ()
    """By inquiry in it; most senders bring one at a time."""
    problem: Refusal | None = None
    why_ignored: str | None = None

    @property
    def lead_id(self) -> int | None:
        """The first lead that it became or joined."""
        return self.admissions[0].lead_id if self.admissions else None

    @property
    def is_new(self) -> bool:
        """Whether anything was added by it."""
        return any(admission.is_new for admission in self.admissions)


def receive(session: Session, workspace: Workspace, sent: Sent) -> Receipt:
    """Keep the raw request of a proven sender, and make leads of it where it can be read.

    The same external id of the same sender counts once, however often and however simultaneously it
    is sent.
    """
    arrival = Arrival(sent.source, clock.now(), sender=sent.sender)
    receipt = take(session, workspace, arrival, sent.body, sent.content_type)
    keep(session, workspace, arrival, sent, receipt)
    return receipt


def receive_together(
    session: Session, workspace: Workspace, sent: Sequence[Sent]
) -> list[Receipt | None]:
    """Receive requests of one source that came at the same time, to the same end as one by one.

    None for those that are left to `receive`, after this transaction: who comes twice, who is known
    and has no open lead, and what cannot be read.
    """
    arrival = Arrival(sent[0].source, clock.now())
    read = (_comer(workspace, place, each, arrival) for place, each in enumerate(sent))
    comers = [comer for comer in read if comer is not None]
    held = crowd.keys_held(session, workspace.id, comers)
    parted = crowd.part(comers, (), held)
    # The known first: their contacts are locked before keys are taken, in every transaction.
    admissions = crowd.admit_known(session, workspace, parted.rest, held, arrival)
    new = crowd.admit_new(session, workspace, parted.new, arrival)
    admissions |= {place: Admission(lead_id) for place, lead_id in new.items()}
    receipts = {
        place: Receipt(Outcome.LEAD, (admission,)) for place, admission in admissions.items()
    }
    rows = [_row(workspace, arrival, sent[place], each) for place, each in receipts.items()]
    copy_all(session, table(Submission), rows)
    return [receipts.get(place) for place in range(len(sent))]


def set_aside(session: Session, workspace: Workspace, sent: Sent) -> Receipt:
    """Keep a raw request that `receive` breaks at, for an admin to replay after the mend."""
    problem = Unreadable({"body": "could not be taken in, by a fault of ours; the log says more"})
    receipt = Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    arrival = Arrival(sent.source, clock.now(), sender=sent.sender)
    keep(session, workspace, arrival, sent, receipt)
    return receipt


def keep(
    session: Session, workspace: Workspace, arrival: Arrival, sent: Sent, receipt: Receipt
) -> None:
    """Store a raw submission with what came of it; the admins see what could not be read."""
    session.execute(_KEEP, _row(workspace, arrival, sent, receipt))
    if receipt.outcome == Outcome.UNREADABLE:
        tell_admins(session, workspace.id)


def tell_admins(session: Session, workspace_id: int) -> None:
    """Let the admins' home tabs show the list as it is."""
    session.flush()
    admins = people.having(session, workspace_id, Role.ADMIN)
    slack.redraw_all(session, [(slack.HOME, admin.id) for admin in admins])


def take(
    session: Session, workspace: Workspace, arrival: Arrival, body: bytes, content_type: str
) -> Receipt:
    """Read what a source sent and admit it; what it only names is left to durable work."""
    try:
        found = SOURCES[arrival.source].parse(body, content_type)
    except Unreadable as problem:
        return Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)
    admissions = []
    for each in found:
        if isinstance(each, Reference):
            fetch_later(session, workspace, arrival.source, each)
        else:
            admissions.append(admit(session, workspace, each, arrival))
    return Receipt(Outcome.LEAD if admissions else Outcome.FETCHING, tuple(admissions))


def _row(workspace: Workspace, arrival: Arrival, sent: Sent, receipt: Receipt) -> dict[str, Any]:
    return {
        "workspace_id": workspace.id,
        "source": arrival.source,
        "sender": sent.sender,
        "received_at": arrival.at,
        "content_type": sent.content_type[:200],
        "body": sent.body,
        "outcome": receipt.outcome,
        "lead_id": receipt.lead_id,
        "problem": receipt.problem.message if receipt.problem else receipt.why_ignored,
    }


def _comer(workspace: Workspace, place: int, sent: Sent, arrival: Arrival) -> Comer | None:
    """Whom this request is of; None where they cannot be recognised, or are more than one."""
    try:
        found = SOURCES[sent.source].parse(sent.body, sent.content_type)
    except (Unreadable, Ignored):
        return None
    if len(found) != 1 or not isinstance(found[0], Inquiry):
        return None
    comer = crowd.comer(place, found[0], arrival.at, workspace.country, sent.sender)
    return comer if comer.keys else None


def fetch_later(
    session: Session, workspace: Workspace, source: str, reference: Reference, again: str = ""
) -> bool:
    """Let durable work fetch what a sender only named: once, unless `again` makes it another.

    False where it was asked for before.
    """
    job_id = enqueue(
        session,
        FETCH,
        once=f"fetch:{workspace.id}:{source}:{reference.external_id}:{again}",
        workspace_id=workspace.id,
        source=source,
        external_id=reference.external_id,
    )
    return job_id is not None


def type_in(
    session: Session, workspace: Workspace, by: Person, inquiry: Inquiry, campaign_id: int | None
) -> Receipt:
    """A lead that a person typed in; `inquiry.external_id` keeps a double click from doubling it.

    Raises NotAllowed.
    """
    people.require(session, by, "add leads", Role.SALESPERSON, Role.MARKETER)
    arrival = Arrival(TYPED, clock.now(), by.id, campaign_id)
    return Receipt(Outcome.LEAD, (admit(session, workspace, inquiry, arrival),))
