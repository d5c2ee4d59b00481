"""Merging by hand: undone, it gives back both leads as they were."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.models import Campaign
from bot.errors import HandoffError, NotAllowed, NotFound
from bot.intake import receiving
from bot.leads import claiming, events, merging, outcomes, queries
from bot.leads.claiming import AlreadyYours, MergedAway
from bot.leads.merging import (
    AlreadyMerged,
    MergedAgain,
    NotMerged,
    OpenWouldVanish,
    SameLead,
    TwoWouldBeOpen,
)
from bot.leads.models import IS_OPEN, Disposition, Lead, Rating
from bot.leads.outcomes import AnotherIsOpen
from bot.money import Money
from bot.people.models import Person, Role, Workspace
from bot.sources.lead_payload import read
from bot.store import Store
from tests.company import hire, install

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
ALL = [
    "SELECT to_jsonb(lead) - 'next_check_at' FROM lead ORDER BY id",  # the clock looks at both anew
    "SELECT * FROM contact ORDER BY id",
    "SELECT * FROM contact_key ORDER BY id",
    "SELECT * FROM touch ORDER BY id",
    "SELECT * FROM consent ORDER BY id",
    "SELECT * FROM lead_note ORDER BY id",
]


@dataclass
class Scene:
    store: Store
    workspace: Workspace
    mara: Person
    sofia: Person
    minutes: int = 0

    def receive(self, email: str, **fields: Any) -> int:
        """Someone writes; a minute passes."""
        self.minutes += 1
        clock.use(lambda: NINE + timedelta(minutes=self.minutes))
        with self.store.transaction() as session:
            payload = read({"email": email, "external_id": str(self.minutes)} | fields)
            lead_id = receiving.type_in(session, self.workspace, self.mara, payload, None).lead_id
        assert lead_id is not None
        return lead_id

    def do(self, verb: Any, *arguments: Any, who: Person | None = None) -> Lead:
        with self.store.transaction() as session:
            lead = verb(session, who or self.mara, *arguments)
            assert isinstance(lead, Lead)
            return lead

    def state(self) -> list[list[tuple[Any, ...]]]:
        with self.store.transaction() as session:
            return [[tuple(row) for row in session.execute(text(each))] for each in ALL]


@pytest.fixture
def scene(store: Store) -> Scene:
    workspace = install(store)
    mara = hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
    return Scene(
        store, workspace, mara, hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)
    )


def campaigns(session: Session, workspace: Workspace, *codes: str) -> list[int]:
    """Campaigns that are known by these codes; returns their ids."""
    owner = session.scalars(select(Person.id).limit(1)).one()
    found = [
        Campaign(
            workspace_id=workspace.id, owner_id=owner, name=code, kind="other", audience="",
            offer="", terms="", talking_points="", starts_on=date(2026, 1, 1), currency="EUR",
            utm_campaign=code, announced_at=NINE, stage="live",
        )
        for code in codes
    ]  # fmt: skip
    session.add_all(found)
    session.flush()
    return [each.id for each in found]


def test_a_merged_lead_goes_up_in_the_other_with_its_person(scene: Scene) -> None:
    first = scene.receive("ada@example.com", first_name="Ada")
    second = scene.receive("ada@home.example", phone="+49 30 23125001")
    scene.receive("ada@home.example", message="Any news?")
    scene.do(events.add_note, second, "likes blue")
    scene.do(merging.merge, second, first)
    with scene.store.transaction() as session:
        facts = queries.facts(session, first)
        messages = [touch.facts.get("message") for touch in facts.touches]
        assert messages == ["Any news?", None]  # and the visit that the second lead began with
        assert [note.text for note, _ in facts.notes] == ["likes blue"]
        assert queries.count_waiting(session, scene.workspace.id) == 1
    # Whoever writes by either address or by the phone is the same person from now on.
    assert scene.receive("new@example.com", phone="+49 30 23125001") == first
    assert scene.receive("ada@home.example") == first


def test_who_may_merge_and_what_cannot_be(scene: Scene) -> None:
    first, second, third = (scene.receive(f"{name}@example.com") for name in "abc")
    stranger = hire(scene.store, install(scene.store, "T2", "C2"), "UX", "X", Role.ADMIN)
    refused = [
        (SameLead, merging.merge, (first, first), scene.mara),
        (NotFound, merging.merge, (first, 999), scene.mara),
        (NotFound, merging.merge, (first, second), stranger),
        (NotAllowed, merging.merge, (first, second), scene.sofia),
        (NotMerged, merging.unmerge, (first,), scene.mara),
    ]
    for error, verb, ids, who in refused:
        with pytest.raises(error):
            scene.do(verb, *ids, who=who)
    scene.do(claiming.claim, first, who=scene.sofia)
    scene.do(merging.merge, first, second, who=scene.sofia)  # it is hers
    for gone, kept in ((first, third), (third, first)):
        with pytest.raises(AlreadyMerged):
            scene.do(merging.merge, gone, kept)
    for verb in (claiming.claim, outcomes.contacted, claiming.release):
        with pytest.raises(MergedAway):
            scene.do(verb, first, who=scene.sofia)


def test_a_merge_keeps_every_visit_its_codes_and_the_last_touch(scene: Scene) -> None:
    with scene.store.transaction() as session:
        spring, fair = campaigns(session, scene.workspace, "spring", "fair")
    first = scene.receive("ada@example.com", utm_campaign="spring", fbclid="fb-1")
    second = scene.receive(
        "ada@home.example", utm_campaign="fair", utm_source="google", gclid="g-2", fbclid="fb-2"
    )
    by_hand = scene.receive("ada@work.example")
    kept = scene.do(merging.merge, second, first)
    assert (kept.campaign_id, kept.last_campaign_id) == (spring, fair)
    assert (kept.utm_campaign, kept.utm_source) == ("spring", None)
    assert (kept.gclid, kept.fbclid) == ("g-2", "fb-1")
    with scene.store.transaction() as session:
        [visit] = queries.facts(session, first).touches
    assert visit.campaign_id == fair
    assert visit.facts | {"utm_campaign": "fair", "gclid": "g-2", "fbclid": "fb-2"} == visit.facts
    last = scene.do(merging.merge, first, by_hand)
    assert (last.utm_campaign, last.gclid, last.fbclid) == ("spring", "g-2", "fb-1")
    assert last.last_campaign_id == fair  # the later visit names none
    scene.do(merging.unmerge, first)
    scene.do(merging.unmerge, second)
    with scene.store.transaction() as session:
        restored = session.get_one(Lead, first)
    assert (restored.gclid, restored.last_campaign_id) == (None, spring)


def test_a_won_deal_is_not_merged_away(scene: Scene) -> None:
    first, second = scene.receive("a@example.com"), scene.receive("b@example.com")
    for lead_id in (first, second):
        scene.do(claiming.claim, lead_id, who=scene.sofia)
    scene.do(outcomes.win, first, Money(120_000, "EUR"), who=scene.sofia)
    with pytest.raises(HandoffError, match=r"won with 1,200 EUR.*/lead merge 2 into 1"):
        scene.do(merging.merge, first, second)
    scene.do(outcomes.win, second, Money(5_000, "EUR"), who=scene.sofia)
    with pytest.raises(HandoffError, match="two deals of one customer stay two leads"):
        scene.do(merging.merge, first, second)
    third = scene.receive("c@example.com")
    assert scene.do(merging.merge, third, first).won_minor == 120_000


def lose(scene: Scene, lead_id: int) -> None:
    with suppress(AlreadyYours):
        scene.do(claiming.claim, lead_id, who=scene.sofia)
    scene.do(outcomes.lose, lead_id, outcomes.Ending(Disposition.NO_BUDGET), who=scene.sofia)


def open_leads(scene: Scene) -> list[int]:
    """The open leads, each of another person."""
    with scene.store.transaction() as session:
        leads = session.execute(select(Lead.id, Lead.contact_id).where(IS_OPEN)).all()
    assert len({lead.contact_id for lead in leads}) == len(leads)
    return sorted(lead.id for lead in leads)


def test_an_open_lead_is_not_merged_into_a_lost_one(scene: Scene) -> None:
    lost = scene.receive("ada@example.com")
    lose(scene, lost)
    again, other = scene.receive("ada@example.com"), scene.receive("ada@home.example")
    for lead_id in (again, other):
        with pytest.raises(OpenWouldVanish, match=f"/lead merge {lost} into {lead_id}"):
            scene.do(merging.merge, lead_id, lost)
    assert open_leads(scene) == [again, other]
    assert scene.do(merging.merge, lost, again).id == again


def test_no_merge_leaves_a_person_with_two_open_leads(scene: Scene) -> None:
    lost = scene.receive("ada@example.com")
    lose(scene, lost)
    hers, home = scene.receive("ada@example.com"), scene.receive("ada@home.example")
    with pytest.raises(TwoWouldBeOpen, match=f"/lead merge {hers} into {home}"):
        scene.do(merging.merge, lost, home)
    assert scene.receive("ada@home.example") == home
    scene.do(merging.merge, hers, home)
    scene.do(merging.merge, lost, home)
    assert open_leads(scene) == [home]
    assert scene.receive("ada@example.com") == home


def test_what_is_separate_again_is_not_a_second_open_lead(scene: Scene) -> None:
    lost = scene.receive("ada@example.com")
    lose(scene, lost)
    hers, home = scene.receive("ada@example.com"), scene.receive("ada@home.example")
    scene.do(merging.merge, hers, home)
    lose(scene, home)
    scene.do(outcomes.reopen, lost, who=scene.sofia)
    with pytest.raises(AnotherIsOpen, match=f"#{lost}"):
        scene.do(merging.unmerge, hers)
    assert open_leads(scene) == [lost]
    lose(scene, lost)
    scene.do(merging.unmerge, hers)
    assert open_leads(scene) == [hers]


def test_what_is_expected_comes_along_where_the_other_says_nothing(scene: Scene) -> None:
    price, more = Money(120_000, "EUR"), Money(200_000, "EUR")
    leads = [scene.receive(f"ada{number}@example.com") for number in range(3)]
    for lead_id, amount in zip(leads, (None, price, more), strict=True):
        scene.do(claiming.claim, lead_id, who=scene.sofia)
        expected = outcomes.Expectation(amount, date(2026, 7, 15) if amount is price else None)
        scene.do(outcomes.qualify, lead_id, expected, who=scene.sofia)
    first, second, third = leads

    def expected_of(lead: Lead) -> tuple[Money | None, date | None]:
        return lead.expected_amount, lead.expected_on

    assert expected_of(scene.do(merging.merge, second, first)) == (price, date(2026, 7, 15))
    assert expected_of(scene.do(merging.merge, first, third)) == (more, date(2026, 7, 15))
    scene.do(merging.unmerge, first)
    scene.do(merging.unmerge, second)
    with scene.store.transaction() as session:
        assert [expected_of(session.get_one(Lead, each)) for each in leads] == [
            (None, None), (price, date(2026, 7, 15)), (more, None),
        ]  # fmt: skip


def test_merges_are_undone_in_their_order(scene: Scene) -> None:
    first, second, third = (scene.receive(f"{name}@example.com") for name in "abc")
    scene.do(merging.merge, first, second)
    scene.do(merging.merge, second, third)
    with pytest.raises(MergedAgain):
        scene.do(merging.unmerge, first)
    scene.do(merging.unmerge, second)
    scene.do(merging.unmerge, first)
    assert scene.receive("a@example.com") == first


def test_what_came_in_between_stays_where_it_came_to(scene: Scene) -> None:
    first, second = scene.receive("a@example.com"), scene.receive("b@example.com")
    scene.do(merging.merge, second, first)
    assert scene.receive("b@example.com", message="In between") == first
    scene.do(merging.unmerge, second)
    with scene.store.transaction() as session:
        assert [touch.lead_id for touch in queries.facts(session, first).touches] == [first]
    assert scene.receive("b@example.com") == second


def test_opposite_merges_at_once_do_not_lock_each_other(scene: Scene) -> None:
    for _ in range(5):
        first, second = scene.receive(f"{_}a@example.com"), scene.receive(f"{_}b@example.com")

        def merge(pair: tuple[int, int]) -> bool:
            try:
                scene.do(merging.merge, *pair)
            except HandoffError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(merge, [(first, second), (second, first)])) == [False, True]


def test_who_writes_while_they_are_merged_away_joins_the_lead_that_stays(scene: Scene) -> None:
    kept, gone = scene.receive("ada@example.com"), scene.receive("ada@home.example")
    with ThreadPoolExecutor(1) as pool:
        with scene.store.transaction() as session:
            merging.merge(session, scene.mara, gone, kept)
            writing = pool.submit(scene.receive, "ada@home.example", message="Any news?")
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert not writing.done()
        assert writing.result() == kept
    with scene.store.transaction() as session:
        assert set(session.scalars(select(Lead.id))) == {kept, gone}


def act(scene: Scene, event_type: str, name: str) -> None:
    """Something that can happen before a merge."""
    with suppress(HandoffError):
        if event_type == "write":
            scene.receive(f"{name}@example.com", message=event_type, consent="yes")
        elif event_type == "phone":
            scene.receive(f"{name}@example.com", phone=f"+49 30 2312500{'ab'.index(name)}")
        else:
            lead_id = scene.receive(f"{name}@example.com")
            scene.do(claiming.claim, lead_id, who=scene.sofia)
            scene.do(outcomes.rate, lead_id, Rating.GREAT, who=scene.sofia)
            if event_type == "lose":
                scene.do(
                    outcomes.lose, lead_id, outcomes.Ending(Disposition.NO_BUDGET), who=scene.sofia
                )


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    past=st.lists(
        st.tuples(st.sampled_from(["write", "phone", "claim", "lose"]), st.sampled_from("ab")),
        max_size=6,
    ),
    names=st.sampled_from(["ab", "ba", "aa"]),
)
def test_unmerge_after_merge_gives_back_both(
    scene: Scene, past: list[tuple[str, str]], names: str
) -> None:
    with scene.store.transaction() as session:
        session.execute(text("TRUNCATE lead, contact, touch, consent, lead_event, job_key CASCADE"))
    for event_type, name in past:
        act(scene, event_type, name)
    first = scene.receive(f"{names[0]}@example.com")
    if names == "aa":
        with suppress(HandoffError):
            scene.do(claiming.claim, first, who=scene.sofia)
        scene.do(outcomes.lose, first, outcomes.Ending(Disposition.NO_BUDGET), who=scene.sofia)
    second = scene.receive(f"{names[1]}@example.com")
    before = scene.state()
    scene.do(merging.merge, first, second)
    assert scene.state() != before
    scene.do(merging.unmerge, first)
    assert scene.state() == before
