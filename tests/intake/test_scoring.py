"""The lead score: which rules hold, what they add up to, and that an admin can change them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FieldErrors, NotAllowed, OutdatedForm
from bot.intake import forms, lookups, messages, scoring
from bot.intake.scoring import DEFAULT_POINTS, Label, Rules
from bot.people.models import Role
from bot.sources import SOURCES
from bot.sources.lead_payload import read
from bot.store import Store
from playground import limits
from tests.company import hire, install
from tests.forms import sent
from tests.golden_files import Golden

ADA = {"email": "ada@example.com"}
FULL = ADA | {
    "phone": "+493023125001",
    "company": "A",
    "job_title": "B",
    "message": "Please call me back",
}


def score(source: str = "form", rules: Rules = Rules(), **fields: Any) -> tuple[int, bool]:  # noqa: B008
    payload = read(ADA | fields)
    labels = rules.labels(payload, is_customer=False)
    found = rules.judge(payload, source, labels, has_campaign=False)
    return found.points, found.is_hot


@pytest.mark.parametrize(
    ("source", "fields", "points", "hot"),
    [
        ("form", {}, 50, True),
        ("form", {"email": "ada@gmail.com"}, 40, False),
        ("form", {"email": "ada@gmail.com", "phone": "+493023125001"}, 50, True),
        ("form", {"email": "ada@mailinator.com", "phone": "+493023125001"}, 0, False),
        ("csv", FULL, 60, True),
        ("csv", {"phone": "+493023125001", "company": "A"}, 15, False),
        ("calendly", {}, 80, True),
        ("zoom", {"company": "A"}, 15, False),
    ],
)
def test_points_add_up(source: str, fields: dict[str, Any], points: int, hot: bool) -> None:
    assert score(source, **fields) == (points, hot)


@pytest.mark.parametrize(
    ("message", "wants_call"),
    [("Please call me", True), ("a CALL BACK would do", True), ("give us a ring", True),
     ("I recall meeting you", False), ("callback", True), ("Do not write", False)],
)  # fmt: skip
def test_who_asks_to_be_called(message: str, wants_call: bool) -> None:
    assert score(message=message)[0] == 60 + 30 * wants_call


def test_labels_say_what_is_known_of_an_address() -> None:
    rules = Rules(competitors=frozenset({"rival.example"}))
    found = rules.labels(read({"email": "spy@rival.example"}), is_customer=True)
    assert found == [Label.COMPETITOR, Label.CUSTOMER]
    assert rules.labels(read({"phone": "+49 30 23125001"}), is_customer=False) == []


@given(st.dictionaries(st.sampled_from([*DEFAULT_POINTS]), st.integers(-99, 99)))
def test_every_point_is_explained(points: dict[str, int]) -> None:
    rules = Rules(points=points)
    payload = read(FULL)
    found = rules.judge(payload, "form", [*Label], has_campaign=True, is_return=True)
    assert found.points == sum(reason.points for reason in found.reasons)
    assert found.is_hot == (found.points >= rules.hot_from)


def test_an_admin_changes_the_rules_and_others_do_not(store: Store) -> None:
    workspace = install(store)
    root = hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    mara = hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
    clara = hire(store, workspace, "UCLARA", "Clara", Role.MANAGER)
    points = DEFAULT_POINTS | {"source:form": 5, "phone": 70}
    for _ in range(2):
        with store.transaction() as session:
            scoring.change_rules(
                session, root, 60, points, ["@Rival.example", " ", "rival.example"]
            )
    with store.transaction() as session:
        rules = lookups.rules(session, workspace.id)
        assert (rules.hot_from, rules.points) == (60, points)
        assert rules.competitors == {"rival.example"}
        for who in (mara, clara):
            with pytest.raises(NotAllowed, match="Only admins can change what makes a lead hot"):
                scoring.change_rules(session, who, 60, points, [])
    assert score("form", rules) == (5, False)
    assert score("form", rules, phone="+493023125001") == (75, True)


@pytest.mark.parametrize(
    ("hot_from", "points", "competitors", "field"),
    [(-1, {}, [], "hot_from"), (1001, {}, [], "hot_from"), (5, {"source:x": 1}, [], "sources"),
     (5, {"phone": 1001}, [], "sources"), (5, {}, ["rival"], "competitors")],
)  # fmt: skip
def test_rules_that_cannot_be(
    store: Store, hot_from: int, points: dict[str, int], competitors: list[str], field: str
) -> None:
    root = hire(store, install(store), "UROOT", "Root", Role.ADMIN)
    with store.transaction() as session, pytest.raises(FieldErrors) as error:
        scoring.change_rules(session, root, hot_from, points, competitors)
    assert list(error.value.errors) == [field]


def test_the_modal_says_back_what_it_was_told() -> None:
    rules = Rules(competitors=frozenset({"rival.example"}))
    modal = forms.ChangeRules.of(rules)
    assert limits.check_view(modal.to_dict(), "modal") == []
    form = forms.ChangeRules.read(sent(modal))
    assert (form.hot_from, form.all_points, form.competitors) == (
        50, dict(rules.points), "rival.example",
    )  # fmt: skip
    for wrong in ("zoom", "zoom ten", "zoom 99999"):
        with pytest.raises(FieldErrors):
            _ = forms.ChangeRules.read(sent(modal, sources=wrong)).all_points


def test_a_form_without_a_rule_is_of_an_older_version() -> None:
    modal = forms.ChangeRules.of(Rules())
    modal.blocks.pop(1)
    with pytest.raises(OutdatedForm):
        forms.ChangeRules.read(sent(modal))


def test_rules_read_as_words(golden: Golden) -> None:
    rules = Rules(points=DEFAULT_POINTS | {f"source:{slug}": 1 for slug in SOURCES})
    message = messages.rules(rules, may_change=True)
    assert limits.check_message(message.blocks) == []
    golden("rules", messages.rules(Rules(), may_change=True))
    assert "Change" not in str(messages.rules(rules, may_change=False).blocks)
