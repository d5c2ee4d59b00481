"""An office with people, campaigns and leads to report on."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.contacts.identity import identify, keys_of
from bot.leads.models import Lead
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.slack import Message, Slack
from bot.spend.models import Margin, SpendEntry
from bot.store import Store

MONDAY = datetime(2026, 11, 15, 23, tzinfo=UTC)
"""16 November 2026, 00:00 in Berlin."""
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
"""The Monday after, 08:00 in Berlin."""

_numbers = count(1)


@dataclass(frozen=True)
class Office:
    """A workspace in Berlin, and who works there."""

    store: Store
    workspace: Workspace
    manager: Person
    seller: Person
    stranger: Person

    def campaigns(self, session: Session, *names: str) -> list[int]:
        """Campaigns of these names; returns their ids."""
        return [self._campaign(session, name) for name in names]

    def _campaign(self, session: Session, name: str) -> int:
        campaign = Campaign(
            workspace_id=self.workspace.id, owner_id=self.manager.id, name=name, kind="other",
            audience="", offer="", terms="", talking_points="", starts_on=date(2026, 1, 1),
            currency="EUR", announced_at=MONDAY,
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        return campaign.id

    def spend(self, session: Session, campaign_id: int, minor: int) -> None:
        """What the campaign cost on the Monday, in euros; said again, it corrects what was said."""
        entries = session.scalars(
            select(SpendEntry.id).where(SpendEntry.campaign_id == campaign_id)
        ).all()
        session.add(
            SpendEntry(
                workspace_id=self.workspace.id, campaign_id=campaign_id, day=date(2026, 11, 16),
                line="Ads", minor=minor, currency="EUR", note="", entered_at=NOW, source="typed",
                corrects_id=max(entries, default=None),
            )
        )  # fmt: skip
        session.flush()

    def margin(self, session: Session, percent: int) -> None:
        """The contribution margin of all campaigns."""
        session.add(Margin(workspace_id=self.workspace.id, percent=Decimal(percent), set_at=NOW))
        session.flush()

    def leads(self, session: Session, rows: Iterable[dict[str, Any]]) -> None:
        """Leads with these columns, all of one person; the rest is empty."""
        contact = identify(session, self.workspace.id, [keys_of("ada@example.com", None)])[0]
        written = [
            {
                "workspace_id": self.workspace.id,
                "source": "api",
                "external_id": str(next(_numbers)),
                "contact_id": contact.contact_id,
                "received_at": MONDAY + timedelta(hours=9),
                "last_touch_at": MONDAY + timedelta(hours=9),
                "campaign_id": None,
                "status": "new",
                "claimed_by": self.seller.id if row.get("claimed_at") else None,
                "claimed_at": None,
                "first_claimed_by": row.get("claimed_by", self.seller.id)
                if row.get("claimed_at")
                else None,
                "first_claimed_at": row.get("claimed_at"),
                "first_response_at": None,
                "rating": None,
                "disposition": None,
                "won_minor": None,
                "won_currency": None,
                "expected_minor": None,
                "expected_currency": None,
                "expected_on": None,
            }
            | row
            for row in rows
        ]
        if written:
            session.execute(insert(Lead), written)


def open_office(store: Store, timezone: str = "Europe/Berlin", team_id: str = "T1") -> Office:
    """An office with a manager, a salesperson, and someone without a role."""
    with store.transaction() as session:
        workspace = people.install(
            session, team_id=team_id, name="Acme", bot_user_id="U0", channel="C1",
            timezone=timezone, currency="EUR",
        )  # fmt: skip
        manager = Person(workspace_id=workspace.id, slack_id="U1", name="Mia", roles=[Role.MANAGER])
        seller = Person(
            workspace_id=workspace.id, slack_id="U2", name="Sam", roles=[Role.SALESPERSON]
        )
        stranger = Person(workspace_id=workspace.id, slack_id="U3", name="Stranger", roles=[])
        session.add_all([manager, seller, stranger])
    return Office(store, workspace, manager, seller, stranger)


class RecordingSlack(Slack):
    """Slack as far as these tests need it: notes what is posted, and speaks to nobody."""

    def __init__(self) -> None:
        super().__init__("xoxb-test", "http://127.0.0.1:9/")
        self.posted: list[tuple[str, Message]] = []
        self.threads: list[str] = []
        self._came = threading.Condition()

    def post(self, target: str, message: Message, thread_ts: str | None = None) -> tuple[str, str]:
        with self._came:
            self.threads += [thread_ts] if thread_ts else []
            self.posted.append((target, message))
            self._came.notify_all()
            return target, f"{len(self.posted)}.0"

    def wait(self, count: int) -> list[tuple[str, Message]]:
        """What was posted, once it is `count` messages."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.posted) >= count, 60), self.posted
            return list(self.posted)
