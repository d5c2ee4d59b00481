"""What is received together comes to the same end as one by one."""

import itertools
import json
from collections.abc import Sequence
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot import clock, slack
from bot.intake import receiving
from bot.intake.models import Outcome
from bot.intake.receiving import RawSubmission, Receipt
from bot.leads.models import Lead
from bot.leads.notices import CARD
from bot.people.models import Workspace
from bot.slack.cards import Card
from bot.store import Store
from tests.company import install
from tests.leads.world import world
from tests.moved_clock import NINE
from tests.threads import at_once

_teams = itertools.count()
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["a@example.com", "A@Example.com", "b@acme.example", "nobody"]),
        "phone": st.sampled_from(["+49 30 23125001", "+493023125002", "123"]),
        "external_id": st.sampled_from(["1", "2", "3", "x" * 300]),
        "company": st.sampled_from(["Acme", "=cmd()"]),
        "utm_campaign": st.just("spring"),
        "message": st.just("Please call me"),
        "consent": st.sampled_from(["yes", "no"]),
    },
)
BODY = st.one_of(FACTS.map(lambda facts: json.dumps(facts).encode()), st.just(b"{"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(BODY, max_size=3), bodies=st.lists(BODY, min_size=2, max_size=10))
def test_together_comes_to_the_same_end_as_one_by_one(
    store: Store, before: list[bytes], bodies: list[bytes]
) -> None:
    clock.use(lambda: NINE)
    twins = [install(store, team_id=f"T{next(_teams)}") for _ in range(2)]
    for workspace in twins:
        one_by_one(store, workspace, before)
    at_once = together(store, twins[0], bodies)
    in_turn = one_by_one(store, twins[1], bodies)
    assert world(store, twins[0]) == world(store, twins[1])
    assert [each.outcome for each in at_once] == [each.outcome for each in in_turn]
    assert sum(each.is_new for each in at_once) == sum(each.is_new for each in in_turn)


def test_who_is_new_and_who_writes_again_are_received_together(store: Store) -> None:
    workspace = install(store)
    one_by_one(store, workspace, [body(email="known@example.com", external_id="1")])
    bodies = [
        body(email="new@example.com"), body(email="known@example.com", external_id="2"), b"{",
        body(email="new@example.com", external_id="twice"), body(phone="12345"),
        body(phone="+49 30 23125001"), body(email="known@example.com", external_id="3"),
        body(phone="12345"),
    ]  # fmt: skip
    new, known, unreadable, twice, nobody, phone, third, same = together(store, workspace, bodies)
    assert unreadable.outcome == Outcome.UNREADABLE
    assert len({1, new.lead_id, nobody.lead_id, phone.lead_id}) == 4
    assert (known.lead_id, third.lead_id, twice.lead_id) == (1, 1, new.lead_id)
    assert [each.results[0].has_joined for each in (new, known, twice, third)] == [
        False, True, True, True,
    ]  # fmt: skip
    assert (same.lead_id, same.is_new) == (nobody.lead_id, False)
    [again] = together(store, workspace, [bodies[1]])
    assert (again.lead_id, again.is_new) == (1, False)


def test_the_same_people_from_all_sides_at_once_have_one_lead_each(store: Store) -> None:
    """Half of them have one already, some come twice in a batch, and each order is another."""
    workspace = install(store)
    one_by_one(store, workspace, [body(email=f"a{n}@example.com") for n in range(0, 10, 2)])
    bodies = [body(email=f"a{n}@example.com", phone=f"+4930231250{n:02}", external_id=str(n))
              for n in range(10)]  # fmt: skip
    again = [body(phone=f"+4930231250{n:02}", external_id=f"again {n}") for n in range(1, 10, 4)]
    orders = [bodies + again, again + bodies[::-1], bodies[5:] + again[::-1] + bodies[:5]]
    at_once([partial(together, store, workspace, order) for order in orders * 2])
    end = world(store, workspace)
    assert len(end["leads"]) == len(end["contacts"]) == 10
    assert (sum(end["touches"].values()), end["orphans"]) == (8, 0)
    assert len(end["keys"]) == 20


def test_a_card_is_drawn_anew_when_its_customer_writes_again(store: Store) -> None:
    """Also that of a quiet lead, which its owner has in a direct message."""
    workspace = install(store)
    [receipt] = one_by_one(store, workspace, [body(email="quiet@example.com", external_id="1")])
    assert receipt.lead_id is not None
    with store.transaction() as session:
        lead = session.get_one(Lead, receipt.lead_id)
        lead.is_hot, lead.score = False, 100
        slack.show(session, workspace.id, CARD, receipt.lead_id, "U1")
        session.execute(update(Card).values(stale=False))
    one_by_one(store, workspace, [body(email="quiet@example.com", external_id="2")])
    with store.transaction() as session:
        assert all(session.scalars(select(Card.stale)))


def body(**facts: str) -> bytes:
    return json.dumps(facts).encode()


def sent(raw: bytes) -> RawSubmission:
    return RawSubmission("api", "website", raw, "application/json")


def one_by_one(store: Store, workspace: Workspace, bodies: Sequence[bytes]) -> list[Receipt]:
    return [receipt for each in bodies for receipt in together(store, workspace, [each])]


def together(store: Store, workspace: Workspace, bodies: Sequence[bytes]) -> list[Receipt]:
    with store.transaction() as session:
        return receiving.receive(session, workspace, [sent(each) for each in bodies])
