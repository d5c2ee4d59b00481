"""What is known of a workspace's leads, to tell whether two ways came to the same end."""

from collections import Counter
from typing import Any

from sqlalchemy import select, text

from bot.contacts.models import Consent, ContactKey
from bot.intake.models import Submission
from bot.leads.models import Lead, LeadEvent, Touch
from bot.people.models import Workspace
from bot.store import Store

_UNLIKE = {"id", "workspace_id", "contact_id", "received_at", "last_touch_at",
           "step_started_at", "next_check_at"}  # fmt: skip


_CARDS = text(
    """
    SELECT kind, subject_id, target, priority FROM card JOIN procrastinate_jobs
        ON task_name = 'slack.draw_card' AND CAST(args ->> 'card_id' AS bigint) = card.id
    WHERE workspace_id = :w AND kind = 'lead'
    """
)


def world(store: Store, workspace: Workspace) -> dict[str, Any]:
    """All that is known of leads in a workspace, without what no two worlds share."""
    with store.transaction() as session:
        leads = session.scalars(
            select(Lead)
            .where(Lead.workspace_id == workspace.id)
            .order_by(Lead.external_id, Lead.person_key)
        ).all()
        name = {lead.id: (lead.source, lead.external_id, lead.person_key) for lead in leads}
        by_contact: dict[int, list[Any]] = {}
        for lead in leads:
            by_contact.setdefault(lead.contact_id, []).append(name[lead.id])

        def of(model: Any, *columns: Any) -> Counter[Any]:
            rows = session.execute(select(*columns).where(model.workspace_id == workspace.id))
            return Counter(tuple(name.get(v, v) if i == 0 else str(v) for i, v in enumerate(row))
                           for row in rows)  # fmt: skip

        keys = session.execute(
            select(ContactKey.contact_id, ContactKey.kind, ContactKey.value)
            .where(ContactKey.workspace_id == workspace.id)
        )  # fmt: skip
        return {
            "leads": [
                {c.name: getattr(lead, c.name) for c in Lead.__table__.c if c.name not in _UNLIKE}
                for lead in leads
            ],
            "contacts": sorted(by_contact.values()),
            "keys": sorted((str(by_contact.get(c)), kind, value) for c, kind, value in keys),
            "touches": of(Touch, Touch.lead_id, Touch.external_id, Touch.facts),
            "events": of(LeadEvent, LeadEvent.lead_id, LeadEvent.event_type),
            "consents": Counter(
                (str(by_contact.get(c)), granted)
                for c, granted in session.execute(
                    select(Consent.contact_id, Consent.granted)
                    .where(Consent.workspace_id == workspace.id)
                )
            ),
            "cards": Counter(
                (kind, name.get(subject, subject), target, priority)
                for kind, subject, target, priority in session.execute(_CARDS, {"w": workspace.id})
            ),
            "submissions": of(
                Submission, Submission.lead_id, Submission.body, Submission.content_type,
                Submission.sender, Submission.outcome, Submission.problem,
            ),
            "orphans": session.scalar(
                text("SELECT count(*) FROM contact WHERE workspace_id = :w AND id NOT IN "
                     "(SELECT contact_id FROM lead)"), {"w": workspace.id},
            ),
        }  # fmt: skip
