"""What a lead's card says of its campaign: what held that day, and what has become of it."""

from datetime import date
from typing import Any

import pytest

from bot.campaigns import texts
from bot.campaigns.models import AsOf, Campaign, CampaignVersion, Stage
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages import lead_card, lead_modal
from playground import limits
from tests.campaigns.scene import TODAY
from tests.leads.test_lead_view import lead

WORDS: dict[str, Any] = {
    "name": "Summer trial", "audience": "Workshops", "offer": "Half price", "terms": "New only.",
    "price": "", "objections": "", "materials": [],
    "talking_points": "- No set-up fee\n• In Vienna",
    "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30),
}  # fmt: skip


def then(
    day: date = TODAY,
    stage: Stage = Stage.LIVE,
    *,
    today: date | None = None,
    announced: bool = True,
    changed_on: date | None = None,
    **now: Any,
) -> AsOf:
    facts = WORDS | {"stage": stage, "version": 1, "holds_from": 1, "late_callers": ""} | now
    version = CampaignVersion(number=1, **WORDS) if announced else None
    return AsOf(Campaign(**facts), version, stage, day, today or day, changed_on)


def standing(offer: AsOf) -> str:
    return texts.offer_standing(offer)


def shown(offer: AsOf) -> str:
    """What the card says, and what *Offer & terms* opens."""
    facts = LeadFacts(lead(), offer.campaign, None, offer=offer)
    return f"{lead_card.card(facts).blocks} {lead_modal.offer(facts).to_dict()}"


def test_an_offer_in_force_is_said_and_nothing_else() -> None:
    assert standing(then()) == ""
    assert "⚠" not in shown(then())


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        (then(date(2026, 7, 1)), "*Ended on 30 Jun 2026 before this lead came. Don't"),
        (then(stage=Stage.ENDED, ends_on=date(2026, 5, 9)), "*Ended on 9 May 2026 before"),
        (then(stage=Stage.PAUSED), "*Paused when this lead came.*"),
        (then(date(2026, 5, 9)), "*Starts on 1 Jun 2026*, after this lead came."),
        (then(announced=False, stage=Stage.DRAFT), "*Not announced when this lead came.*"),
        (then(announced=False, stage=Stage.CANCELLED), "*Cancelled before this lead came."),
        (then(today=date(2026, 7, 1)), "*Ended on 30 Jun 2026*, after this lead came."),
        (then(today=date(2026, 6, 9), changed_on=date(2026, 6, 8)),
         "*Terms changed on 8 Jun.* Shown as promised on 1 Jun."),
    ],
)  # fmt: skip
def test_what_has_to_be_known_comes_first(offer: AsOf, expected: str) -> None:
    assert standing(offer).startswith(expected)


def test_paused_since() -> None:
    offer = then()
    offer.campaign.stage = Stage.PAUSED
    assert standing(offer).startswith("*Paused since this lead came.*")


def test_late_callers_hear_what_marketing_wrote() -> None:
    assert "Say: Thanks for your interest." in standing(then(date(2026, 7, 1)))
    written = then(date(2026, 7, 1), late_callers="Offer them <b>the basic plan</b>.")
    assert "Say: Offer them &lt;b&gt;the basic plan&lt;/b&gt;." in standing(written)


def test_what_was_written_on_the_leads_day_is_shown_and_not_what_is_written_now() -> None:
    text = shown(then(offer="A tenth off", changed_on=TODAY))
    assert text.count("Half price") == 2
    assert text.count("⚠️ *Terms changed on 1 Jun.*") == 2
    assert "A tenth off" not in text


def test_long_words_are_cut_and_hostile_ones_disarmed() -> None:
    offer = then()
    assert offer.version is not None
    for name in ("offer", "terms", "price", "talking_points"):
        setattr(offer.version, name, "<!channel> *free* & " * 150)
    facts = LeadFacts(lead(), offer.campaign, None, offer=offer)
    assert limits.check_view(lead_modal.offer(facts).to_dict(), "modal") == []
    card = lead_card.card(facts)
    assert limits.check_message(card.blocks) == []
    assert "<!channel>" not in str(card.blocks)
