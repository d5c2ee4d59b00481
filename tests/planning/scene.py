"""A small company that plans together: its people, its clock, and what tests want to know."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bot.leads import service as leads
from bot.leads.inquiry import Inquiry
from bot.people.model import Person, Workspace
from bot.planning import service
from bot.planning.model import Request, RequestEvent
from bot.slack.cards import Card
from bot.store import Base, Store

WANTED = "A trial of three months, paid monthly"


@dataclass
class Company:
    """Mara in marketing, Sal and Sue in sales, Cleo who manages, Root the admin."""

    store: Store
    workspace: Workspace
    mara: Person
    sal: Person
    sue: Person
    cleo: Person
    root: Person
    guest: Person

    def ask(self, token: str = "form-1", who: Person | None = None, **said: Any) -> Request:
        facts = {"text": WANTED, "audience": "small shops", "heard": "weekly"} | said
        with self.store.transaction() as session:
            return service.ask_for(session, who or self.sal, token=token, **facts)

    def second(self, who: Person, request: Request) -> None:
        with self.store.transaction() as session:
            service.second(session, who, request.id)

    def see(self, who: Person, request: Request) -> None:
        with self.store.transaction() as session:
            service.see(session, who, request.id)

    def decline(self, who: Person, request: Request, reason: str = "Too dear for us") -> None:
        with self.store.transaction() as session:
            service.decline(session, who, request.id, reason)

    def look(self) -> int:
        with self.store.transaction() as session:
            return service.remind(session)

    def request(self, request: Request) -> Request:
        """The request as it is now."""
        with self.store.transaction() as session:
            return session.get_one(Request, request.id)

    def deeds(self, request: Request) -> list[str]:
        with self.store.transaction() as session:
            mine = select(RequestEvent.deed).where(RequestEvent.request_id == request.id)
            return list(session.scalars(mine.order_by(RequestEvent.id)))

    def count(self, table: type[Base]) -> int:
        with self.store.transaction() as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def targets(self, kind: str) -> list[str]:
        """Where the cards of this kind go."""
        with self.store.transaction() as session:
            mine = select(Card.target).where(Card.kind == kind).order_by(Card.id)
            return list(session.scalars(mine))

    def stale(self, kind: str) -> list[bool]:
        with self.store.transaction() as session:
            return list(session.scalars(select(Card.stale).where(Card.kind == kind)))

    def drawn(self) -> None:
        """Let every card have been drawn."""
        with self.store.transaction() as session:
            for card in session.scalars(select(Card)):
                card.stale, card.channel, card.ts = False, "C1", "1.1"

    def lead(self) -> int:
        """A lead that somebody typed in, by its number."""
        typed = Inquiry.model_validate({"email": "ada@example.com", "external_id": "typed-1"})
        with self.store.transaction() as session:
            lead_id = leads.type_in(session, self.workspace, self.sal, typed, None).lead_id
        assert lead_id is not None
        return lead_id
