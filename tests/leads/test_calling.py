"""Call lists: everybody is called once, by one person, and what came of it counts."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import clock
from bot.campaigns.models import Campaign, Kind
from bot.errors import NotAllowed, NotFound
from bot.intake import forms as import_forms
from bot.intake import imports
from bot.intake import messages as import_card
from bot.intake.models import Import, ImportState
from bot.leads import call_lists, claiming, forms, queries, undoing
from bot.leads.lead_facts import LeadFacts
from bot.leads.list_models import CallOutcome, CallProgress
from bot.leads.messages import lead_card, lead_modal, lists
from bot.leads.models import CallList, Lead, LeadEvent, Status
from bot.leads.notices import CARD
from bot.leads.steps import last_step
from bot.people.models import Person, Role, Workspace
from bot.slack.cards import Card
from bot.store import Store
from playground import limits
from playground.methods.views import MAX_VIEW_BYTES
from tests.company import hire, install
from tests.golden_files import Golden
from tests.moved_clock import MovedClock
from tests.threads import at_once

JUNE = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


@pytest.fixture
def sofia(store: Store, workspace: Workspace) -> Person:
    return hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)


@pytest.fixture
def ben(store: Store, workspace: Workspace) -> Person:
    return hire(store, workspace, "UBEN", "Ben", Role.SALESPERSON)


@pytest.fixture
def call_list(store: Store, workspace: Workspace) -> int:
    return make_list(store, workspace, 3)


def make_list(store: Store, workspace: Workspace, count: int) -> int:
    body = "Email\n" + "".join(f"a{n}@example.com\n" for n in range(count))
    with store.transaction() as session:
        imported = imports.open_file(session, workspace, "june")
        imports.read_file(session, imported.id, BytesIO(body.encode()))
        imports.start_import(session, imported)
    while imports.take_next_batch(store, imported.id):
        pass
    assert imported.call_list_id is not None
    return imported.call_list_id


def next_id(store: Store, who: Person, call_list_id: int) -> int | None:
    with store.transaction() as session:
        lead = call_lists.next_contact(session, who, call_list_id)
        return lead.id if lead else None


def call(store: Store, who: Person, lead_id: int | None, outcome: CallOutcome) -> Lead:
    assert lead_id is not None
    with store.transaction() as session:
        return call_lists.note_call(session, who, lead_id, outcome, "a note")


def how_far(store: Store, call_list_id: int) -> CallProgress:
    with store.transaction() as session:
        return call_lists.call_progress(session, call_list_id)


def lead(store: Store, lead_id: int | None) -> Lead:
    with store.transaction() as session:
        return session.get_one(Lead, lead_id)


def test_each_is_called_by_one_person_and_whoever_is_open_comes_again(
    store: Store, sofia: Person, ben: Person, call_list: int
) -> None:
    first = next_id(store, sofia, call_list)
    assert next_id(store, sofia, call_list) == first
    assert next_id(store, ben, call_list) != first
    assert lead(store, first).claimed_by == sofia.id


def test_many_who_ask_at_once_get_one_each(store: Store, workspace: Workspace) -> None:
    call_list = make_list(store, workspace, 12)
    crew = [hire(store, workspace, f"U{n}", f"Person {n}", Role.SALESPERSON) for n in range(12)]
    found = at_once([partial(next_id, store, who, call_list) for who in crew])
    assert None not in found
    assert len(set(found)) == 12


def test_who_is_under_anothers_hand_for_a_moment_is_waited_for(
    store: Store, sofia: Person, workspace: Workspace
) -> None:
    call_list = make_list(store, workspace, 1)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            session.scalars(select(Lead).with_for_update()).all()
            future = pool.submit(next_id, store, sofia, call_list)
            while not session.scalar(waiting):
                assert not future.done(), future.result()
        assert future.result() is not None


def test_who_is_interested_is_the_callers_own_lead(
    store: Store, sofia: Person, call_list: int
) -> None:
    found = call(store, sofia, next_id(store, sofia, call_list), CallOutcome.INTERESTED)
    assert (found.claimed_by, found.first_response_at is not None) == (sofia.id, True)
    with store.transaction() as session:
        card = session.scalars(select(Card).where(Card.kind == CARD)).one()
        events = session.scalars(
            select(LeadEvent.event_type).where(LeadEvent.lead_id == found.id).order_by(LeadEvent.id)
        ).all()
    assert (card.subject_id, card.target) == (found.id, "USOFIA")
    assert events == ["received", "claimed", "called"]


def test_who_does_not_pick_up_comes_again_after_the_others_up_to_three_times(
    store: Store, sofia: Person, call_list: int
) -> None:
    for _ in range(3):
        order = []
        for _ in range(3):
            lead_id = next_id(store, sofia, call_list)
            order.append(call(store, sofia, lead_id, CallOutcome.NO_ANSWER).id)
        assert order == sorted(order)
    assert next_id(store, sofia, call_list) is None
    ended = lead(store, order[0])
    assert (ended.status, ended.disposition) == (Status.LOST, "unable_to_reach")
    assert how_far(store, call_list).by_outcome == {"no_answer": 3}


def test_what_is_typed_after_a_call_stays_and_is_read_by_whoever_calls_next(
    store: Store, sofia: Person, ben: Person, workspace: Workspace
) -> None:
    call_list = make_list(store, workspace, 1)
    found = next_id(store, sofia, call_list)
    call(store, sofia, found, CallOutcome.NO_ANSWER)
    assert next_id(store, ben, call_list) == found
    assert found is not None
    with store.transaction() as session:
        modal = str(forms.Call.of(queries.facts(session, found)).to_dict())
        assert "<@USOFIA>" in modal
        assert "after a call: a note" in modal
        call_lists.note_call(session, ben, found, CallOutcome.INTERESTED, "Wants <40> seats")
    with store.transaction() as session:
        facts = queries.facts(session, found)
        assert "*Note* Wants &lt;40&gt; seats" in str(lead_card.card(facts).blocks)
        modal = str(lead_modal.modal(facts).to_dict())
        assert "after a call: Wants &lt;40&gt; seats" in modal
        assert "after a call: a note" in modal


def test_who_is_not_interested_is_closed(store: Store, sofia: Person, call_list: int) -> None:
    found = call(store, sofia, next_id(store, sofia, call_list), CallOutcome.NOT_INTERESTED)
    assert (found.status, found.disposition, found.disposition_note) == (
        Status.LOST, "no_interest_or_need", "a note",
    )  # fmt: skip


def test_the_progress_counts_what_is_left(store: Store, sofia: Person, call_list: int) -> None:
    assert (how_far(store, call_list).total, how_far(store, call_list).left) == (3, 3)
    call(store, sofia, next_id(store, sofia, call_list), CallOutcome.NO_ANSWER)
    call(store, sofia, next_id(store, sofia, call_list), CallOutcome.INTERESTED)
    seen = how_far(store, call_list)
    assert (seen.total, seen.left, seen.by_outcome) == (3, 2, {"interested": 1})


def test_who_stops_gives_back_whom_they_were_shown_and_nothing_else(
    store: Store, sofia: Person, ben: Person, call_list: int
) -> None:
    shown = next_id(store, sofia, call_list)
    called = next_id(store, ben, call_list)
    call(store, ben, called, CallOutcome.CALL_BACK)
    assert shown is not None
    assert called is not None
    with store.transaction() as session:
        call_lists.unassign_uncalled(session, ben, shown)
        call_lists.unassign_uncalled(session, ben, called)
        call_lists.unassign_uncalled(session, ben, 999)
    assert lead(store, shown).claimed_by == sofia.id
    assert lead(store, called).claimed_by == ben.id
    with store.transaction() as session:
        call_lists.unassign_uncalled(session, sofia, shown)
    assert lead(store, shown).claimed_by is None
    assert next_id(store, ben, call_list) == shown


@pytest.mark.parametrize("outcome", [CallOutcome.INTERESTED, CallOutcome.NOT_INTERESTED])
def test_a_call_that_is_undone_leaves_nothing_behind(
    store: Store, sofia: Person, ben: Person, workspace: Workspace, outcome: CallOutcome
) -> None:
    hands, call_list = MovedClock(), make_list(store, workspace, 1)
    found = next_id(store, sofia, call_list)
    assert found is not None
    hands.forward(minutes=1)
    call(store, sofia, found, outcome)
    with store.transaction() as session:
        undoing.undo(session, sofia, last_step(session, sofia, found)[-1].id)
    undone = lead(store, found)
    assert (undone.status, undone.call_outcome, undone.first_response_at) == (
        Status.NEW, None, None,
    )  # fmt: skip
    with store.transaction() as session:
        claiming.release(session, sofia, found)
    assert next_id(store, ben, call_list) == found


def test_the_list_leaves_alone_whom_somebody_claimed_by_themselves(
    store: Store, sofia: Person, workspace: Workspace
) -> None:
    call_list = make_list(store, workspace, 1)
    with store.transaction() as session:
        claimed = session.scalars(select(Lead.id)).one()
        claiming.claim(session, sofia, claimed)
    assert next_id(store, sofia, call_list) == claimed
    with store.transaction() as session:
        call_lists.unassign_uncalled(session, sofia, claimed)
    assert lead(store, claimed).claimed_by == sofia.id
    with store.transaction() as session:
        claiming.snooze(session, sofia, claimed, clock.now() + timedelta(days=2))
    assert next_id(store, sofia, call_list) is None
    assert lead(store, claimed).snoozed_until is not None


def test_only_salespeople_call_and_only_their_own_lists(
    store: Store, workspace: Workspace, call_list: int
) -> None:
    mara = hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
    with pytest.raises(NotAllowed):
        next_id(store, mara, call_list)
    other = hire(store, install(store, team_id="T2"), "UEVE", "Eve", Role.SALESPERSON)
    for call_list_id in (call_list, 0):
        with pytest.raises(NotFound):
            next_id(store, other, call_list_id)


HOSTILE = "<!channel> *bold* `code` \u202e & more"
CAMPAIGN = Campaign(
    id=1, workspace_id=1, name=HOSTILE, kind=Kind.WEBINAR, audience="All", offer="Half price",
    terms="New customers", talking_points="No set-up fee", starts_on=JUNE.date(), ends_on=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "left", "ended"),
    [
        ("new", 500, {}),
        ("half", 238, {"interested": 30, "call_back": 12, "no_answer": 20, "not_interested": 200}),
        ("done", 0, {"interested": 500}),
    ],
)
def test_the_card(golden: Golden, name: str, left: int, ended: dict[str | None, int]) -> None:
    listed = CallList(id=7, name=f"Webinar {HOSTILE}", created_at=JUNE)
    golden(f"calls.{name}", lists.call_list(CallProgress(listed, CAMPAIGN, 500, left, ended)))


def test_the_modal_of_a_call(golden: Golden) -> None:
    found = Lead(
        id=5, first_name="Ada", last_name="Lovelace", company=HOSTILE, job_title="CTO",
        email="ada@example.com", phone_e164="+493023125001", message=f"Seats: 12\n{HOSTILE}",
        call_attempts=1,
    )  # fmt: skip
    golden("calls.modal", forms.Call.of(LeadFacts(found, CAMPAIGN, None)))
    bare = Lead(id=5, email="ada@example.com", call_attempts=0)
    assert limits.check_view(forms.Call.of(LeadFacts(bare, None, None)).to_dict(), "modal") == []
    assert limits.check_view(forms.all_called(HOSTILE * 20).to_dict(), "modal") == []


IMPORT: dict[str, Any] = {
    "id": 3, "name": f"june {HOSTILE}", "total": 12_345, "added": 0, "joined": 0, "known": 0,
    "refused": 0, "problem": None,
    "header": ["First name", "E-mail", "Seats", "Secret", HOSTILE],
    "meanings": ["first_name", "email", "note", "skip", "note"],
    "preview": {
        "looked_at": 10_000, "new": 9_000, "joined": 300, "known": 600, "refused": 100,
        "reasons": [["email: is not an email address", 100]],
        "first": [
            ["Ada Lovelace", HOSTILE, "ada@example.com, +49 30 23125001"], ["", "", "b@x.example"],
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (ImportState.READING, {}),
        (ImportState.FAILED, {"problem": "it is empty"}),
        (ImportState.PREVIEW, {"file_id": "F1", "encoding": "cp1250"}),
        (ImportState.RUNNING, {"added": 4_000, "refused": 7}),
        (ImportState.DONE, {"added": 12_000, "joined": 45, "known": 200, "refused": 100}),
        (ImportState.CANCELLED, {}),
    ],
)
def test_the_card_of_an_import(golden: Golden, state: ImportState, more: dict[str, Any]) -> None:
    imported = Import(**IMPORT | {"state": state} | more)
    golden(f"imports.{state}", import_card.imported(imported, CAMPAIGN))


def test_the_widest_list_fits_its_card_and_its_modal(golden: Golden) -> None:
    wide = IMPORT | {
        "header": ["X" * 2_000] * 500, "meanings": ["email", *["note"] * 499],
        "state": ImportState.PREVIEW,
    }  # fmt: skip
    drawn = import_card.imported(Import(**wide), None)
    assert limits.check_message(drawn.blocks) == []
    many = [Campaign(id=number, name=HOSTILE) for number in range(1, 201)]
    for letter in ("y", "\U0001f600"):
        for page in range(17):
            drawn_page = import_forms.Columns.of(
                Import(**wide | {"header": [letter * 2_000] * 500}),
                [letter * 9_000] * 500,
                many,
                page,
            ).to_dict()
            assert limits.check_view(drawn_page, "modal") == []
            assert len(json.dumps(drawn_page)) < MAX_VIEW_BYTES
    few = import_forms.Columns.of(
        Import(**IMPORT), ["Ada", "ada@example.com", "12", "", "x"], [CAMPAIGN]
    )
    golden("imports.columns", few)


def test_a_list_nobody_could_be_reached_by_cannot_be_started() -> None:
    lost = IMPORT | {"meanings": ["note"] * 5, "state": ImportState.PREVIEW}
    drawn = import_card.imported(Import(**lost), None)
    actions = [e["action_id"] for e in drawn.blocks[-1]["elements"]]
    assert actions == [import_card.COLUMNS, import_card.AS_SPEND, import_card.CANCEL]
