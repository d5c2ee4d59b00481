"""Receiving: the raw submission, what it became and the work that follows, in one transaction."""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.jobs import enqueue
from bot.leads.inquiry import Inquiry, Unreadable
from bot.leads.model import Outcome, Submission
from bot.leads.service.admitting import Admission, admit
from bot.leads.service.case import Arrival
from bot.leads.sources import SOURCES, Ignored, Reference
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.store import table

TYPED = "typed"
FETCH = "leads.fetch"

_KEEP = insert(table(Submission))


@dataclass(frozen=True)
class Receipt:
    """What came of a submission."""

    outcome: Outcome
    admissions: tuple[Admission, ...] = ()
    """By inquiry in it; most senders bring one at a time."""
    problem: Unreadable | None = None
    why_ignored: str | None = None

    @property
    def lead_id(self) -> int | None:
        """The first lead that it became or joined."""
        return self.admissions[0].lead_id if self.admissions else None

    @property
    def is_new(self) -> bool:
        """Whether anything was added by it."""
        return any(admission.is_new for admission in self.admissions)


def receive(
    session: Session, workspace: Workspace, source: str, sender: str, body: bytes, content_type: str
) -> Receipt:
    """Keep the raw request of a proven sender, and make leads of it where it can be read.

    `source` is the slug of a source, `sender` the name of the key that proved it. The same external
    id of the same source counts once, however often and however simultaneously it is sent.
    """
    arrival = Arrival(source, clock.now())
    receipt = take(session, workspace, arrival, body, content_type)
    keep(session, workspace, arrival, sender, body, content_type, receipt)
    return receipt


def keep(
    session: Session, workspace: Workspace, arrival: Arrival, sender: str, body: bytes,
    content_type: str, receipt: Receipt,
) -> None:  # fmt: skip
    """Store a raw submission with what came of it; the admins see what could not be read."""
    session.execute(
        _KEEP,
        {
            "workspace_id": workspace.id,
            "source": arrival.source,
            "sender": sender,
            "received_at": arrival.at,
            "content_type": content_type[:200],
            "body": body,
            "outcome": receipt.outcome,
            "lead_id": receipt.lead_id,
            "problem": receipt.problem.message if receipt.problem else receipt.why_ignored,
        },
    )
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
        return Receipt(Outcome.UNREADABLE, problem=problem)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)
    admissions = []
    for each in found:
        if isinstance(each, Reference):
            fetch_later(session, workspace, arrival.source, each)
        else:
            admissions.append(admit(session, workspace, each, arrival))
    return Receipt(Outcome.LEAD if admissions else Outcome.FETCHING, tuple(admissions))


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
