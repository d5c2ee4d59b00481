"""The next steps: each rule speaks when it should, and those with the most at stake are shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.next_steps import CAMPAIGN_RULES, MOST, WEEK_RULES, next_steps
from bot.digests.report import CampaignFigures, Report
from bot.metrics import Figures
from tests.digests.test_changes import report

EUR = "EUR"


def rules(found: Report, *, with_money: bool = True) -> list[str]:
    return [step.rule for step in next_steps(found, with_money=with_money)]


def promises(late: int, on_time: int) -> dict[str, int]:
    return {"response_late": late, "response_on_time": on_time}


def campaign(number: int = 1, **figures: Any) -> CampaignFigures:
    return CampaignFigures(number, f"Campaign *{number}*", Figures(figures), "Mara <!here>")


@pytest.mark.parametrize(
    ("rule", "applies", "spared"),
    [
        ("unclaimed", {"unclaimed": 1}, {"unclaimed": 0}),
        ("unanswered", {"unanswered": 1}, {"unanswered": 0}),
        ("response_late", promises(2, 3), promises(1, 3)),
        ("response_late", promises(2, 5), promises(2, 6)),
        ("unrated", {"unrated": 2, "claimed": 7}, {"unrated": 2, "claimed": 8}),
        ("unattributed", {"unattributed": 2, "received": 19}, {"unattributed": 2, "received": 20}),
        ("uncosted", {"uncosted": 1}, {"uncosted": 0}),
    ],
)  # fmt: skip
def test_a_rule_over_the_week(rule: str, applies: dict[str, int], spared: dict[str, int]) -> None:
    assert rules(report(applies)) == [rule]
    assert rules(report(spared)) == []


def test_fewer_leads_than_chance_explains() -> None:
    before = {"received": 40}
    found = report({"received": 5}, before, before)
    assert rules(found) == ["fewer"]
    assert "35 leads fewer than usual" in next_steps(found, with_money=False)[0].sentence
    assert rules(report({"received": 35}, before, before)) == []


def test_one_reason_for_most_losses() -> None:
    found = report({"lost": 10}, dispositions=(("no_budget", 5), ("no_fit", 5)))
    assert rules(found) == ["one_reason"]
    assert "no budget" in next_steps(found, with_money=False)[0].sentence
    assert rules(report({"lost": 11}, dispositions=(("no_budget", 5),))) == []
    assert rules(report({"lost": 4}, dispositions=(("no_budget", 4),))) == []


@pytest.mark.parametrize(
    ("rule", "applies", "spared"),
    [
        ("poor", {"rated": 6, "weak": 2, "junk": 1}, {"rated": 6, "weak": 2}),
        ("poor", {"rated": 5, "junk": 5}, {"rated": 4, "junk": 4}),
        ("good", {"rated": 8, "great": 3, "good": 3}, {"rated": 8, "great": 3, "good": 2}),
        ("without_leads", {"spend": {EUR: 1}}, {"spend": {EUR: 1}, "received": 1}),
        ("without_leads", {"spend": {"USD": 1}}, {"spend": {EUR: 0}}),
        ("expensive", {"received": 5, "cpl": {EUR: 200}}, {"received": 5, "cpl": {EUR: 199}}),
        ("expensive", {"received": 5, "cpl": {EUR: 200}}, {"received": 4, "cpl": {EUR: 900}}),
        ("expensive", {"received": 5, "cpl": {EUR: 200}}, {"received": 5, "cpl": {"USD": 900}}),
    ],
)
def test_a_rule_over_a_campaign(rule: str, applies: dict[str, Any], spared: dict[str, Any]) -> None:
    total = {"cpl": {EUR: 100}}
    assert rules(report(total, campaigns=(campaign(**applies),))) == [rule]
    assert rules(report(total, campaigns=(campaign(**spared),))) == []


def test_the_leads_of_no_campaign_are_no_campaign() -> None:
    none = CampaignFigures(None, None, Figures({"rated": 9, "junk": 9}))
    assert rules(report({}, campaigns=(none,))) == []


def test_rules_of_money_are_not_for_those_who_do_not_see_it() -> None:
    campaigns = (campaign(received=9, cpl={EUR: 900}), campaign(2, spend={EUR: 9}))
    found = report({"cpl": {EUR: 100}}, campaigns=campaigns)
    assert set(rules(found)) == {"expensive", "without_leads"}
    assert rules(found, with_money=False) == []


def test_the_most_at_stake_comes_first_in_money_where_it_is_seen() -> None:
    campaigns = (campaign(spend={EUR: 1_000}),)
    found = report({"unclaimed": 3, "uncosted": 9, "cpl": {EUR: 100}}, campaigns=campaigns)
    assert rules(found) == ["without_leads", "uncosted", "unclaimed"]
    assert rules(found, with_money=False) == ["uncosted", "unclaimed"]


def test_of_a_campaign_one_rule_speaks_and_names_it_safely() -> None:
    both = campaign(received=9, rated=9, junk=9, cpl={EUR: 900})
    [step] = next_steps(report({"cpl": {EUR: 100}}, campaigns=(both,)), with_money=True)
    assert step.rule == "poor"
    assert step.responsible == "Mara &lt;!here&gt;"
    assert "*1*" not in step.sentence


def test_a_running_week_asks_for_nothing() -> None:
    assert rules(report({"unclaimed": 9}, is_running=True)) == []


COUNT = st.integers(0, 40)
SUMS = st.none() | st.dictionaries(st.sampled_from([EUR, "JPY"]), st.integers(0, 10**6))


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Figures that can be: no part is larger than its whole."""
    found: dict[str, Any] = {
        name: draw(COUNT) for name in ("great", "good", "weak", "junk", "unclaimed", "lost",
                                       "response_late", "response_on_time", "unrated", "won")
    }  # fmt: skip
    found["rated"] = sum(found[name] for name in ("great", "good", "weak", "junk"))
    found["claimed"] = found["rated"] + found["unrated"]
    found["received"] = found["claimed"] + found["unclaimed"]
    for part, whole in (("unanswered", "claimed"), ("unattributed", "received"),
                        ("uncosted", "received"), ("qualified", "received")):  # fmt: skip
        found[part] = draw(st.integers(0, found[whole]))
    return found | {name: draw(SUMS) for name in ("cpl", "spend")}


FIGURES = figures()


@given(total=FIGURES, before=st.lists(FIGURES, max_size=4), each=st.lists(FIGURES, max_size=8),
       with_money=st.booleans())  # fmt: skip
def test_whatever_the_figures_there_are_three_at_most_and_each_is_a_sentence(
    total: dict[str, Any], before: list[dict[str, Any]], each: list[dict[str, Any]],
    with_money: bool,
) -> None:  # fmt: skip
    campaigns = tuple(campaign(number, **values) for number, values in enumerate(each, 1))
    found = next_steps(report(total, *before, campaigns=campaigns), with_money=with_money)
    assert len(found) <= MOST
    known = {rule.name for rule in WEEK_RULES} | {rule.name for rule in CAMPAIGN_RULES}
    for step in found:
        assert step.rule in known
        assert not step.sentence.endswith((".", ":"))
        assert bool(step.button) is bool(step.metric or step.campaign_id)
        assert step.leads >= 0
        assert with_money or EUR not in step.sentence
    if not with_money:
        assert [step.leads for step in found] == sorted((s.leads for s in found), reverse=True)
