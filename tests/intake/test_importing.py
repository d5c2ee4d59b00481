"""Lists: batches come to the same end as one by one, once, whatever happens in between."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import clock
from bot.contacts.models import Consent, Contact, ContactKey
from bot.encoding import NotAList
from bot.errors import NotAllowed, NotFound
from bot.intake import import_rows, receiving
from bot.intake import imports as lead_imports
from bot.intake import messages as import_card
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.intake.models import Import, ImportRow, ImportState
from bot.leads import claiming, events, outcomes
from bot.leads.models import Disposition, Lead, LeadEvent, Touch
from bot.leads.notices import CARD, RETURNED
from bot.people.models import Person, Role, Workspace
from bot.sheet import refused_file
from bot.slack.cards import Card
from bot.sources.columns import read_row
from bot.sources.lead_payload import Unreadable, read
from bot.store import Base, Store
from tests.company import hire, install
from tests.leads.world import world
from tests.threads import at_once

HEADER = ["Email", "Phone", "Name", "Company", "Consent", "Campaign"]
WEEK = timedelta(days=7)
SPEND = b"Day,Campaign,Currency code,Cost\n2026-06-01,Spring,EUR,10.00\n"
_teams = itertools.count()


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


@pytest.fixture
def sofia(store: Store, workspace: Workspace) -> Person:
    return hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_imports, "BATCH", 4)


def lines(rows: Iterable[Sequence[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [HEADER, *rows]).encode()


def people(count: int, first: int = 0) -> list[list[str]]:
    return [
        [f"a{n}@example.com", f"+493023125{n:03}", f"Ann Lee{n}", "Acme", "yes", ""]
        for n in range(first, first + count)
    ]


def prepare(store: Store, workspace: Workspace, body: bytes) -> int:
    with store.transaction() as session:
        imported = lead_imports.open_file(session, workspace, "june")
        return lead_imports.read_file(session, imported.id, BytesIO(body)).id


def bring(store: Store, workspace: Workspace, body: bytes) -> Import:
    import_id = prepare(store, workspace, body)
    start(store, import_id)
    while lead_imports.take_next_batch(store, import_id):
        pass
    return state(store, import_id)


def start(store: Store, import_id: int) -> None:
    with store.transaction() as session:
        lead_imports.start_import(session, session.get_one(Import, import_id))


def state(store: Store, import_id: int) -> Import:
    with store.transaction() as session:
        return session.get_one(Import, import_id)


def counts(found: Import) -> tuple[int, int, int, int]:
    return found.added, found.joined, found.known, found.refused


def count(store: Store, model: type[Base]) -> int:
    with store.transaction() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def cards(store: Store) -> Counter[str]:
    with store.transaction() as session:
        return Counter(session.scalars(select(Card.kind)))


def test_a_list_becomes_leads_on_one_call_list_and_one_card(
    store: Store, workspace: Workspace
) -> None:
    found = bring(store, workspace, lines([*people(10), ["nobody", "", "", "", "", ""]]))
    assert (counts(found), found.total, found.state) == ((10, 0, 0, 1), 11, ImportState.DONE)
    assert (count(store, Lead), count(store, Contact), count(store, Consent)) == (10, 10, 10)
    assert cards(store) == {events.CALL_LIST: 1}
    with store.transaction() as session:
        lead = session.scalars(select(Lead).order_by(Lead.id)).first()
        assert lead is not None
        assert (lead.first_name, lead.last_name, lead.phone_e164) == (
            "Ann",
            "Lee0",
            "+493023125000",
        )
        assert (lead.call_list_id, lead.is_hot, lead.source) == (found.call_list_id, False, "csv")
        assert session.scalars(select(LeadEvent.event_type).distinct()).all() == ["received"]
        assert [why for _, why in import_rows.refused(session, found.id)] == [
            "email: is not an email address"
        ]
        assert session.scalars(select(func.count()).select_from(ImportRow)).one() == 1


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-01 09:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),  # as clocks stand in Berlin
        ("01.07.2026 09:00:30", datetime(2026, 7, 1, 7, 0, 30, tzinfo=UTC)),
        ("2026-03-01T09:00:00-05:00", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-02-28 14:05:00 UTC", datetime(2026, 2, 28, 14, 5, tzinfo=UTC)),
        ("28/02/2026 14:05", datetime(2026, 2, 28, 13, 5, tzinfo=UTC)),
        ("02/28/2026 02:05 PM", datetime(2026, 2, 28, 13, 5, tzinfo=UTC)),
        ('"Feb 28, 2026 2:05 PM"', datetime(2026, 2, 28, 13, 5, tzinfo=UTC)),
        ('"Sat, 28 Feb 2026 14:05:00 +0100"', datetime(2026, 2, 28, 13, 5, tzinfo=UTC)),
        ("03/01/2026 09:00", None),  # of two days
        ("February 2026 14:05", None),
        ("28/02/2026 25:05", None),
        ("2026-03-01", None),
        ("2099-03-01 09:00", None),  # nobody has sent that
    ],
)
def test_a_time_is_read_on_the_clock_of_the_workspace(
    store: Store, workspace: Workspace, written: str, at: datetime | None
) -> None:
    bring(store, workspace, f"Email,created_at\na@example.com,{written}\n".encode())
    written = written.strip('"')  # the quotes are the list's
    form = f"email=b@example.com&created_at={quote(written)}".encode()
    sent = json.dumps({"email": "c@example.com", "submitted_at": written}).encode()
    with store.transaction() as session:
        for slug, body in (("form", form), ("api", sent)):
            receiving.receive(session, workspace, [receiving.RawSubmission(slug, "site", body, "")])
        leads = session.scalars(select(Lead)).all()
        assert [lead.submitted_at for lead in leads] == [at] * 3
        shown = [[each["answer"] for each in lead.unplaced] for lead in leads]
        assert shown == [[] if at else [written]] * 3


def test_a_second_import_adds_nothing(store: Store, workspace: Workspace) -> None:
    body = lines(people(10))
    bring(store, workspace, body)
    before = (count(store, Lead), count(store, LeadEvent), count(store, ContactKey))
    again = bring(store, workspace, body)
    assert counts(again) == (0, 0, 10, 0)
    assert (count(store, Lead), count(store, LeadEvent), count(store, ContactKey)) == before
    assert cards(store) == {events.CALL_LIST: 1}


def test_whoever_has_an_open_lead_joins_it_without_a_noise(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    with store.transaction() as session:
        facts = {"email": "a1@example.com", "message": "Please call me"}
        [result] = create_or_merge(session, workspace, [read(facts)], IntakeContext("form"))
        lead_id = result.lead_id
        claiming.claim(session, sofia, lead_id)
    found = bring(store, workspace, lines(people(10)))
    assert counts(found) == (9, 1, 0, 0)
    assert count(store, Touch) == 1
    assert RETURNED not in cards(store)
    with store.transaction() as session:
        lead = session.get_one(Lead, lead_id)
        assert (lead.call_list_id, lead.source) == (None, "form")
        assert lead.last_touch_at == lead.received_at, "nobody wrote again"


def test_who_stands_in_a_list_is_announced_when_they_ask_to_be_called(
    store: Store, workspace: Workspace
) -> None:
    bring(store, workspace, lines(people(3)))
    assert CARD not in cards(store)
    with store.transaction() as session:
        facts = {"email": "a1@example.com", "message": "Please call me"}
        result = create_or_merge(session, workspace, [read(facts)], IntakeContext("form"))[0]
        assert result.has_joined
    assert cards(store)[CARD] == 1


def test_the_preview_says_what_then_happens(store: Store, workspace: Workspace) -> None:
    with store.transaction() as session:
        create_or_merge(
            session, workspace, [read({"email": "a1@example.com"})], IntakeContext("form")
        )
    bring(store, workspace, lines(people(1)))
    rows = [*people(6), ["nobody", "", "", "", "", ""], ["A2@example.com", "", "", "B", "", ""]]
    import_id = prepare(store, workspace, lines(rows))
    seen = state(store, import_id).preview
    assert seen["reasons"] == [["email: is not an email address", 1]]
    assert seen["first"][0] == ["Ann Lee0", "Acme", "a0@example.com, +493023125000"]
    assert count(store, Lead) == 2
    start(store, import_id)
    while lead_imports.take_next_batch(store, import_id):
        pass
    previewed = (seen["new"], seen["joined"], seen["known"], seen["refused"])
    assert previewed == counts(state(store, import_id)) == (4, 2, 1, 1)


def test_who_is_to_be_called_later_joins_and_the_preview_says_so(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    with store.transaction() as session:
        payload = read({"email": "a1@example.com"})
        [result] = create_or_merge(session, workspace, [payload], IntakeContext("form"))
        claiming.claim(session, sofia, result.lead_id)
        later = outcomes.Ending(Disposition.BAD_TIMING, wake_on=clock.now().date() + WEEK)
        outcomes.lose(session, sofia, result.lead_id, later)
    import_id = prepare(store, workspace, lines(people(3)))
    seen = state(store, import_id).preview
    assert (seen["new"], seen["joined"]) == (2, 1)
    start(store, import_id)
    while lead_imports.take_next_batch(store, import_id):
        pass
    assert counts(state(store, import_id)) == (2, 1, 0, 0)


def test_a_batch_that_breaks_off_leaves_nothing_half_done(
    store: Store, workspace: Workspace
) -> None:
    import_id = prepare(store, workspace, lines(people(10)))
    start(store, import_id)
    lead_imports.take_next_batch(store, import_id)

    def break_off() -> None:
        with store.transaction() as session:
            lead_imports.take_batch(session, import_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert counts(state(store, import_id)) == (4, 0, 0, 0)
    while lead_imports.take_next_batch(store, import_id):
        pass
    assert counts(state(store, import_id)) == (10, 0, 0, 0)
    assert (count(store, Lead), count(store, LeadEvent)) == (10, 10)


def test_many_hands_on_one_list_and_two_lists_of_the_same_people_make_each_lead_once(
    store: Store, workspace: Workspace
) -> None:
    body = lines(people(40))
    imports = [prepare(store, workspace, body) for _ in range(2)]
    for import_id in imports:
        start(store, import_id)

    def work(import_id: int) -> None:
        while lead_imports.take_next_batch(store, import_id):
            pass

    at_once([partial(work, import_id) for import_id in imports * 2])
    found = [state(store, import_id) for import_id in imports]
    assert sum(each.added for each in found) == 40
    assert sum(each.known for each in found) == 40
    assert (count(store, Lead), count(store, Contact)) == (40, 40)


def test_a_form_at_the_same_moment_makes_no_second_contact(
    store: Store, workspace: Workspace
) -> None:
    import_id = prepare(store, workspace, lines(people(40)))
    start(store, import_id)

    def work() -> None:
        while lead_imports.take_next_batch(store, import_id):
            pass

    def send(number: int) -> None:
        with store.transaction() as session:
            facts = {"email": f"a{number}@example.com", "phone": f"+493023125{number:03}"}
            create_or_merge(session, workspace, [read(facts)], IntakeContext("form"))

    at_once([partial(work), *(partial(send, number) for number in range(0, 40, 5))])
    assert (count(store, Contact), count(store, Lead)) == (40, 40)
    assert count(store, Touch) == 8


def test_what_columns_mean_can_be_told_and_is_looked_at_anew(
    store: Store, workspace: Workspace
) -> None:
    import_id = prepare(store, workspace, b"Wer,Wo\nAda,301234\nBob,305678\n")
    assert state(store, import_id).preview["refused"] == 2
    with store.transaction() as session:
        imported = session.get_one(Import, import_id)
        lead_imports.change_import(session, imported, ["full_name", "phone"], None)
        lead_imports.preview(session, imported)
    assert (state(store, import_id).preview["new"], count(store, Lead)) == (2, 0)


def test_a_cancelled_list_is_forgotten_and_cannot_be_started(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    with store.transaction() as session:
        imported = lead_imports.drop_file(session, sofia, "F1", "june.csv")
        assert imported is not None
        assert lead_imports.drop_file(session, sofia, "F1", "june.csv") is None
        lead_imports.read_file(session, imported.id, BytesIO(lines(people(3))))
        assert lead_imports.in_preview(session, sofia, imported.id).name == "june"
        lead_imports.cancel_import(session, imported)
    assert count(store, ImportRow) == 0
    with store.transaction() as session, pytest.raises(lead_imports.NotInPreview):
        lead_imports.in_preview(session, sofia, imported.id)
    assert not lead_imports.take_next_batch(store, imported.id)


def test_a_report_of_spend_is_no_dead_end_for_who_enters_none(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    root = hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    with store.transaction() as session:
        dropped = lead_imports.drop_file(session, sofia, "F1", "ads.csv")
        assert dropped is not None
        lead_imports.read_file(session, dropped.id, BytesIO(SPEND))
    found = state(store, dropped.id)
    drawn = import_card.imported(found, None)
    assert f"Only marketers can enter spend. Please ask {root.mention}" in drawn.text
    assert [each["action_id"] for each in drawn.blocks[-1]["elements"]] == [
        import_card.AS_LIST, import_card.CANCEL,
    ]  # fmt: skip
    with store.transaction() as session:
        lead_imports.take_as_list(session, sofia, found.id)
    found = state(store, found.id)
    assert (found.state, found.total, found.preview["looked_at"]) == (ImportState.PREVIEW, 1, 1)
    with pytest.raises(NotAllowed), store.transaction() as session:
        lead_imports.pass_to_spend(session, session.get_one(Import, found.id), found.header, [])
    assert state(store, found.id).state == ImportState.PREVIEW
    shown = import_card.imported(found, None, enters_spend=False).blocks[-1]["elements"]
    assert import_card.AS_SPEND not in [each["action_id"] for each in shown]
    with pytest.raises(lead_imports.NotInPreview), store.transaction() as session:
        lead_imports.take_as_list(session, sofia, found.id)


def test_a_report_of_spend_can_be_cancelled_by_who_enters_none(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    with store.transaction() as session:
        dropped = lead_imports.drop_file(session, sofia, "F1", "ads.csv")
        assert dropped is not None
        lead_imports.read_file(session, dropped.id, BytesIO(SPEND))
        lead_imports.cancel_import(session, lead_imports.may_cancel(session, sofia, dropped.id))
    assert (state(store, dropped.id).state, count(store, ImportRow)) == (ImportState.CANCELLED, 0)


def test_somebody_elses_list_is_not_found(
    store: Store, workspace: Workspace, sofia: Person
) -> None:
    import_id = prepare(store, workspace, lines(people(1)))
    with store.transaction() as session, pytest.raises(NotFound):
        lead_imports.in_preview(session, sofia, import_id)


def test_what_breaks_off_in_the_file_writes_nothing_down(
    store: Store, workspace: Workspace
) -> None:
    body = lines(people(3)) + b'\n"open,' + b"c@example.com,C\n" * 20_000
    with pytest.raises(NotAList):
        prepare(store, workspace, body)
    assert (count(store, Import), count(store, ImportRow)) == (0, 0)


def test_refused_rows_come_back_disarmed_and_their_mended_file_adds_the_rest(
    store: Store, workspace: Workspace
) -> None:
    rows = [*people(2), ["=cmd()", "", "", "=HYPERLINK(1)", "", ""]]
    found = bring(store, workspace, lines(rows))
    with store.transaction() as session:
        content = refused_file(found.header, import_rows.refused(session, found.id)).decode(
            "utf-8-sig"
        )
    assert content.splitlines()[0].endswith("Why it was refused")
    assert content.splitlines()[1] == ("'=cmd(),,,'=HYPERLINK(1),,,email: is not an email address")
    mended = content.replace("'=cmd()", "new@example.com").encode()
    again = bring(store, workspace, mended)
    assert counts(again) == (1, 0, 0, 0)
    with store.transaction() as session:
        lead = session.scalars(select(Lead).where(Lead.email == "new@example.com")).one()
        assert (lead.company, lead.message) == ("=HYPERLINK(1)", None)


ROW = st.tuples(
    st.sampled_from(["", "a@example.com", "b@example.com", "B@Example.com", "nobody"]),
    st.sampled_from(["", "+493023125001", "+493023125002", "123"]),
    st.sampled_from(["", "Ann Lee", "Bob"]),
    st.sampled_from(["", "Acme"]),
    st.sampled_from(["", "yes", "no"]),
    st.sampled_from(["", "spring"]),
)


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(ROW, max_size=14), before=st.lists(ROW, max_size=3))
def test_batches_come_to_the_same_end_as_one_by_one(
    store: Store, rows: list[tuple[str, ...]], before: list[tuple[str, ...]]
) -> None:
    twins = [install(store, team_id=f"T{next(_teams)}") for _ in range(2)]
    for workspace in twins:
        one_by_one(store, workspace, before, "form", None)
    found = bring(store, twins[0], lines(rows))
    one_by_one(store, twins[1], rows, "csv", found.call_list_id)
    assert world(store, twins[0]) == world(store, twins[1])


def one_by_one(
    store: Store, workspace: Workspace, rows: Sequence[tuple[str, ...]], source: str,
    call_list_id: int | None,
) -> None:  # fmt: skip
    meanings = ["email", "phone", "full_name", "company", "consent", "utm_campaign"]
    for row in rows:
        try:
            payload = read_row(HEADER, meanings, row)
        except Unreadable:
            continue
        with store.transaction() as session:
            create_or_merge(
                session, workspace, [payload], IntakeContext(source, call_list_id=call_list_id)
            )
