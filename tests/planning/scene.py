"""A small company that plans together: its people, its clock, and what tests want to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.campaigns.models import Campaign
from bot.intake import receiving
from bot.money import Money
from bot.people.models import Person, Role
from bot.planning import proposal_answers, proposals, queries, reminders, requests
from bot.planning.agreement_rule import Quorum, Responses
from bot.planning.models import Concern, Frequency, Proposal, Request, RequestEvent
from bot.slack.cards import Card
from bot.sources.lead_payload import LeadPayload
from bot.store import Store
from tests.campaigns.scene import draft
from tests.company import BaseCompany, hire_all, install

WANTED = "A trial of three months, paid monthly"


@dataclass
class Company(BaseCompany):
    """Mara in marketing, Sal and Sue in sales, Cleo who manages, Root the admin."""

    mara: Person
    sal: Person
    sue: Person
    cleo: Person
    root: Person
    guest: Person

    def ask(self, token: str = "form-1", who: Person | None = None, **fields: Any) -> Request:
        facts = {"text": WANTED, "audience": "small shops", "frequency": Frequency.WEEKLY} | fields
        with self.store.transaction() as session:
            return requests.ask_for(session, who or self.sal, token=token, **facts)

    def second(self, who: Person, request: Request) -> None:
        with self.store.transaction() as session:
            requests.support(session, who, request.id)

    def see(self, who: Person, request: Request) -> None:
        with self.store.transaction() as session:
            requests.mark_seen(session, who, request.id)

    def decline(self, who: Person, request: Request, reason: str = "Too dear for us") -> None:
        with self.store.transaction() as session:
            requests.decline(session, who, request.id, reason)

    def look(self) -> int:
        with self.store.transaction() as session:
            return reminders.handle_due(session)

    def request(self, request: Request) -> Request:
        """The request as it is now."""
        with self.store.transaction() as session:
            return session.get_one(Request, request.id)

    def deeds(self, request: Request) -> list[str]:
        with self.store.transaction() as session:
            mine = select(RequestEvent.event_type).where(RequestEvent.request_id == request.id)
            return list(session.scalars(mine.order_by(RequestEvent.id)))

    def stale(self, kind: str) -> list[bool]:
        with self.store.transaction() as session:
            return list(session.scalars(select(Card.stale).where(Card.kind == kind)))

    def drawn(self) -> None:
        """Let every card have been drawn."""
        with self.store.transaction() as session:
            for card in session.scalars(select(Card)):
                card.stale, card.channel, card.ts = False, "C1", "1.1"

    def plan(
        self, lines: Sequence[tuple[str, Money]] = (), owner: str | None = None, **fields: Any
    ) -> proposals.Plan:
        return proposals.Plan(draft(**fields), lines, owner)

    def draft(
        self, token: str = "form-2", who: Person | None = None, *,
        request_id: int | None = None, **fields: Any,
    ) -> Campaign:  # fmt: skip
        with self.store.transaction() as session:
            plan = self.plan(**fields)
            return proposals.create_draft(session, who or self.mara, plan, token, request_id)

    def propose(self, campaign: Campaign) -> None:
        with self.store.transaction() as session:
            proposals.propose(session, self.mara, campaign.id)
        self.drawn()

    def proposed(self, **fields: Any) -> Campaign:
        campaign = self.draft(**fields)
        self.propose(campaign)
        return campaign

    def agreed(self) -> Campaign:
        campaign = self.proposed()
        self.ready(self.sal, campaign)
        self.ready(self.sue, campaign)
        return campaign

    def revise(self, campaign: Campaign, who: Person | None = None, **fields: Any) -> None:
        with self.store.transaction() as session:
            proposals.revise(session, who or self.mara, campaign.id, self.plan(**fields))

    def ready(self, who: Person, campaign: Campaign) -> None:
        with self.store.transaction() as session:
            proposal_answers.answer_ready(session, who, campaign.id)

    def raise_concern(
        self, who: Person, campaign: Campaign, text: str = "Too early"
    ) -> Concern | None:
        with self.store.transaction() as session:
            token = f"worry-{campaign.id}-{who.id}"
            return proposal_answers.raise_concern(
                session, who, campaign.id, campaign.version, text, token
            )

    def rule(self, who: Person | None = None, **rules: Any) -> None:
        usual: dict[str, Any] = {
            "roles": [Role.SALESPERSON], "quorum": Quorum.MAJORITY, "number": None, "required": [],
            "days": 2,
        }  # fmt: skip
        with self.store.transaction() as session:
            admin = session.get_one(Person, (who or self.root).id)
            proposal_answers.change_rules(
                session, admin, proposal_answers.RulesChange(**usual | rules)
            )

    def campaign(self, campaign: Campaign) -> Campaign:
        """The campaign as it is now."""
        with self.store.transaction() as session:
            return session.get_one(Campaign, campaign.id)

    def proposal(self, campaign: Campaign) -> Proposal:
        with self.store.transaction() as session:
            return session.get_one(Proposal, campaign.id)

    def standing(self, campaign: Campaign) -> Responses:
        with self.store.transaction() as session:
            return queries.proposal_details(session, campaign.id).responses

    def lead(self) -> int:
        """A lead that somebody typed in, by its number."""
        typed = LeadPayload.model_validate({"email": "ada@example.com", "external_id": "typed-1"})
        with self.store.transaction() as session:
            lead_id = receiving.type_in(session, self.workspace, self.sal, typed, None).lead_id
        assert lead_id is not None
        return lead_id


def found(store: Store) -> Company:
    """The company with its people, before anybody has asked for anything."""
    workspace = install(store)
    marketing = {"Mara": [Role.MARKETER]}
    sales = {"Sal": [Role.SALESPERSON], "Sue": [Role.SALESPERSON]}
    others = {"Cleo": [Role.MANAGER], "Root": [Role.ADMIN], "Guest": []}
    return Company(
        store,
        workspace,
        *hire_all(store, workspace, marketing, team="Marketing"),
        *hire_all(store, workspace, sales, team="Sales"),
        *hire_all(store, workspace, others),
    )
