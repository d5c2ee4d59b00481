"""Merging by hand: undone, it gives back both leads as they were."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot import clock
from bot.errors import HandoffError, NotAllowed, NotFound
from bot.leads import service
from bot.leads.inquiry import read
from bot.leads.model import Disposition, Lead, Rating
from bot.leads.service.merging import AlreadyMerged, MergedAgain, NotMerged, SameLead
from bot.leads.service.ownership import MergedAway
from bot.people.model import Person, Role, Workspace
from bot.store import Store
from tests.campaigns.scene import hire, install

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
ALL = [
    "SELECT to_jsonb(lead) - 'look_at' FROM lead ORDER BY id",  # the clock looks at both anew
    "SELECT * FROM contact ORDER BY id",
    "SELECT * FROM contact_key ORDER BY id",
    "SELECT * FROM touch ORDER BY id",
    "SELECT * FROM consent ORDER BY id",
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
            inquiry = read({"email": email, "external_id": str(self.minutes)} | fields)
            lead_id = service.type_in(session, self.workspace, self.mara, inquiry, None).lead_id
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


def test_a_merged_lead_goes_up_in_the_other_with_its_person(scene: Scene) -> None:
    first = scene.receive("ada@example.com", first_name="Ada")
    second = scene.receive("ada@home.example", phone="+49 30 23125001")
    scene.receive("ada@home.example", message="Any news?")
    scene.do(service.merge, second, first)
    with scene.store.transaction() as session:
        facts = service.facts(session, first)
        assert [touch.facts["message"] for touch in facts.touches] == ["Any news?"]
        assert service.count_waiting(session, scene.workspace.id) == 1
    # Whoever writes by either address or by the phone is the same person from now on.
    assert scene.receive("new@example.com", phone="+49 30 23125001") == first
    assert scene.receive("ada@home.example") == first


def test_who_may_merge_and_what_cannot_be(scene: Scene) -> None:
    first, second, third = (scene.receive(f"{name}@example.com") for name in "abc")
    stranger = hire(scene.store, install(scene.store, "T2", "C2"), "UX", "X", Role.ADMIN)
    refused = [
        (SameLead, service.merge, (first, first), scene.mara),
        (NotFound, service.merge, (first, 999), scene.mara),
        (NotFound, service.merge, (first, second), stranger),
        (NotAllowed, service.merge, (first, second), scene.sofia),
        (NotMerged, service.unmerge, (first,), scene.mara),
    ]
    for error, verb, ids, who in refused:
        with pytest.raises(error):
            scene.do(verb, *ids, who=who)
    scene.do(service.claim, first, who=scene.sofia)
    scene.do(service.merge, first, second, who=scene.sofia)  # it is hers
    for gone, kept in ((first, third), (third, first)):
        with pytest.raises(AlreadyMerged):
            scene.do(service.merge, gone, kept)
    for verb in (service.claim, service.contacted, service.release):
        with pytest.raises(MergedAway):
            scene.do(verb, first, who=scene.sofia)


def test_merges_are_undone_in_their_order(scene: Scene) -> None:
    first, second, third = (scene.receive(f"{name}@example.com") for name in "abc")
    scene.do(service.merge, first, second)
    scene.do(service.merge, second, third)
    with pytest.raises(MergedAgain):
        scene.do(service.unmerge, first)
    scene.do(service.unmerge, second)
    scene.do(service.unmerge, first)
    assert scene.receive("a@example.com") == first


def test_what_came_in_between_stays_where_it_came_to(scene: Scene) -> None:
    first, second = scene.receive("a@example.com"), scene.receive("b@example.com")
    scene.do(service.merge, second, first)
    assert scene.receive("b@example.com", message="In between") == first
    scene.do(service.unmerge, second)
    with scene.store.transaction() as session:
        assert [touch.lead_id for touch in service.facts(session, first).touches] == [first]
    assert scene.receive("b@example.com") == second


def test_opposite_merges_at_once_do_not_lock_each_other(scene: Scene) -> None:
    for _ in range(5):
        first, second = scene.receive(f"{_}a@example.com"), scene.receive(f"{_}b@example.com")

        def merge(pair: tuple[int, int]) -> bool:
            try:
                scene.do(service.merge, *pair)
            except HandoffError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(merge, [(first, second), (second, first)])) == [False, True]


def act(scene: Scene, deed: str, name: str) -> None:
    """Something that can happen before a merge."""
    with suppress(HandoffError):
        if deed == "write":
            scene.receive(f"{name}@example.com", message=deed, consent="yes")
        elif deed == "phone":
            scene.receive(f"{name}@example.com", phone=f"+49 30 2312500{'ab'.index(name)}")
        else:
            lead_id = scene.receive(f"{name}@example.com")
            scene.do(service.claim, lead_id, who=scene.sofia)
            scene.do(service.rate, lead_id, Rating.HOT, who=scene.sofia)
            if deed == "lose":
                scene.do(
                    service.lose, lead_id, service.Ending(Disposition.NO_BUDGET), who=scene.sofia
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
    for deed, name in past:
        act(scene, deed, name)
    first = scene.receive(f"{names[0]}@example.com")
    if names == "aa":
        with suppress(HandoffError):
            scene.do(service.claim, first, who=scene.sofia)
        scene.do(service.lose, first, service.Ending(Disposition.NO_BUDGET), who=scene.sofia)
    second = scene.receive(f"{names[1]}@example.com")
    before = scene.state()
    scene.do(service.merge, first, second)
    assert scene.state() != before
    scene.do(service.unmerge, first)
    assert scene.state() == before
