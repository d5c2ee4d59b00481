"""One person is one contact, whoever asks first and however many at once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.contacts.identity import identify, keys_of
from bot.contacts.models import Consent, Contact, ContactKey, Identity
from bot.contacts.queries import last_consent
from bot.people.models import Workspace
from bot.store import Store
from tests.company import install
from tests.threads import at_once

EMAIL, PHONE = "ada@example.com", "+493023125001"


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


def known_as(store: Store, workspace_id: int, email: str | None, phone: str | None) -> Identity:
    with store.transaction() as session:
        return identify(session, workspace_id, [keys_of(email, phone)])[0]


def count(store: Store, model: type[Contact] | type[ContactKey]) -> int:
    with store.transaction() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def test_either_key_is_the_same_person_and_a_new_key_becomes_theirs(
    store: Store, workspace: Workspace
) -> None:
    ada, known = known_as(store, workspace.id, EMAIL, None)
    assert not known
    assert known_as(store, workspace.id, EMAIL, PHONE) == (ada, True)
    assert known_as(store, workspace.id, None, PHONE) == (ada, True)
    assert known_as(store, workspace.id, "ada@home.example", PHONE) == (ada, True)
    assert known_as(store, workspace.id, "ada@home.example", None) == (ada, True)
    assert (count(store, Contact), count(store, ContactKey)) == (1, 3)


def test_where_the_keys_are_two_peoples_the_email_decides(
    store: Store, workspace: Workspace
) -> None:
    ada, _ = known_as(store, workspace.id, EMAIL, None)
    ben, _ = known_as(store, workspace.id, "ben@example.com", PHONE)
    assert known_as(store, workspace.id, EMAIL, PHONE) == (ada, True)
    assert known_as(store, workspace.id, None, PHONE) == (ben, True)


def test_without_a_key_nobody_is_recognised_and_workspaces_do_not_mix(
    store: Store, workspace: Workspace
) -> None:
    first, second = (known_as(store, workspace.id, None, None) for _ in range(2))
    assert first[0] != second[0]
    assert not second[1]
    ada, _ = known_as(store, workspace.id, EMAIL, None)
    elsewhere = install(store, "T2", "C2")
    other, known = known_as(store, elsewhere.id, EMAIL, None)
    assert other != ada
    assert not known


def test_people_who_come_together_are_recognised_in_their_order(
    store: Store, workspace: Workspace
) -> None:
    ben, _ = known_as(store, workspace.id, "ben@example.com", None)
    people = [
        keys_of(EMAIL, None),
        keys_of("ben@example.com", PHONE),
        keys_of(None, None),
        keys_of(EMAIL, PHONE),
        keys_of("eve@example.com", PHONE),
        keys_of(None, None),
    ]
    with store.transaction() as session:
        ada, _ = (found := identify(session, workspace.id, people))[0]
    contacts = [contact_id for contact_id, _ in found]
    assert contacts == [ada, ben, contacts[2], ada, ben, contacts[5]]
    assert len({*contacts}) == 4
    assert [is_known for _, is_known in found] == [False, True, False, True, True, False]
    assert known_as(store, workspace.id, "eve@example.com", None) == (ben, True)
    assert (count(store, Contact), count(store, ContactKey)) == (4, 4)


def test_the_same_people_in_opposite_orders_at_once_lock_nobody_out(
    store: Store, workspace: Workspace
) -> None:
    """Half of them are known by their address, and all bring a number that is new."""
    for number in range(0, 20, 2):
        known_as(store, workspace.id, f"a{number}@example.com", None)

    def recognise(people: list[int]) -> list[int]:
        keys = [keys_of(f"a{each}@example.com", f"+493023125{each:03}") for each in people]
        with store.transaction() as session:
            return [each.contact_id for each in identify(session, workspace.id, keys)]

    forth, back = list(range(20)), list(reversed(range(20)))
    found = at_once([partial(recognise, order) for order in (forth, back) * 3])
    assert len({tuple(sorted(each)) for each in found}) == 1
    assert (count(store, Contact), count(store, ContactKey)) == (20, 40)


def _race(url: str, workspace_id: int, number: int) -> list[int]:
    """Many inquiries of one person, in a process of its own."""
    store = Store(url)
    keys: list[tuple[str | None, str | None]] = [(EMAIL, PHONE), (EMAIL, None), (EMAIL, PHONE)]
    found = [known_as(store, workspace_id, *keys[(number + each) % 3])[0] for each in range(25)]
    store.close()
    return found


def test_eight_processes_that_race_for_one_person_make_one_contact(
    store: Store, database_url: str, workspace: Workspace
) -> None:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])  # eight imports of everything would be half a minute
    with ProcessPoolExecutor(8, mp_context=server) as pool:
        races = [pool.submit(_race, database_url, workspace.id, number) for number in range(8)]
        found = {contact for race in races for contact in race.result()}
    assert len(found) == 1
    assert (count(store, Contact), count(store, ContactKey)) == (1, 2)


def test_the_last_word_on_consent_counts_and_none_is_unknown(
    store: Store, workspace: Workspace
) -> None:
    ada, _ = known_as(store, workspace.id, EMAIL, None)
    with store.transaction() as session:
        assert last_consent(session, ada) is None
        for day, granted in ((2, False), (1, True)):
            session.add(Consent(
                workspace_id=workspace.id, contact_id=ada, granted=granted, purposes=[],
                source="form", given_at=datetime(2026, 6, day, tzinfo=UTC),
            ))  # fmt: skip
    with store.transaction() as session:
        last = last_consent(session, ada)
        assert last is not None
        assert not last.granted
