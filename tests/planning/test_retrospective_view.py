"""How the end of a campaign looks: the question, what we learned, and the result."""

from decimal import Decimal
from typing import Any

from bot.metrics import BY_NAME, Figures
from bot.metrics.metric import Unit
from bot.planning import forms, request_messages, retrospective_messages, texts
from bot.planning.models import CampaignReview, RequestDetails, Retrospective, SimilarCampaign
from playground.limits import check_message
from tests.golden_files import Golden
from tests.planning.test_proposal_view import MARA, SALES, campaign
from tests.planning.test_request_view import NOW, SAL, request

DONE = Figures(
    {
        "received": 82, "acceptance_rate": Decimal("78.05"), "qualified": 31, "won": 9,
        "revenue": {"EUR": 8_100_000}, "romi": {"EUR": 14_000} if BY_NAME["romi"].unit is Unit.MONEY
        else Decimal(140), "open": 4,
    }
)  # fmt: skip
EMPTY = Figures({"received": 0, "open": 0})


def question(number: int = 0, **changed: Any) -> Retrospective:
    facts: dict[str, Any] = {
        "id": 3, "person": SALES[number % 4], "campaign": campaign(), "side": "sales",
        "worked": "", "failed": "", "again": None,
    }  # fmt: skip
    return Retrospective(**facts | changed)


SAID = [
    question(0, worked="Short calls, and a price that one can say", again="yes"),
    question(1, failed="Nobody knew until when it holds", again="changed"),
    question(2, person=MARA, side="marketing", worked="The newsletter", failed="<!channel> *ads*",
             again="no"),
]  # fmt: skip


def back(answers: list[Retrospective] | None = None, figures: Figures = DONE) -> CampaignReview:
    return CampaignReview(campaign(), figures, SAID if answers is None else answers, asked_count=5)


def test_the_question(golden: Golden) -> None:
    golden("retrospective_asked", retrospective_messages.retrospective(question(), back([])))
    golden("retrospective_answered", retrospective_messages.retrospective(SAID[0], back()))
    golden(
        "retrospective_without_leads",
        retrospective_messages.retrospective(question(), back([], EMPTY)),
    )


def test_what_was_learned(golden: Golden) -> None:
    golden("retrospective_lessons", retrospective_messages.lessons(back()))


def test_the_form(golden: Golden) -> None:
    golden("retrospective_form", forms.Lesson.of(SAID[1]))


def test_the_result_for_who_asked(golden: Golden) -> None:
    ended = request(status="ended", answered_at=NOW)
    facts = RequestDetails(ended, SAL, [], None, MARA, campaign(owner=MARA))
    golden("request_result", retrospective_messages.result(facts, DONE))
    golden("request_ended", request_messages.card(facts, NOW))
    golden("request_told_ended", request_messages.for_asker(facts, NOW))


def test_the_other_turns_of_a_request(golden: Golden) -> None:
    planned = campaign(owner=MARA)
    for status in ("waiting", "proposed", "announced"):
        found = request(status=status, campaign_id=7)
        facts = RequestDetails(found, SAL, SALES[:1], None, None, planned)
        golden(f"request_card_{status}_planned", request_messages.card(facts, NOW))
        golden(f"request_told_{status}_planned", request_messages.for_asker(facts, NOW))


def test_many_answers_fit() -> None:
    answers = [question(number, worked="&" * 1_000, failed="&" * 1_000, again="yes")
               for number in range(40)]  # fmt: skip
    card = retrospective_messages.lessons(back(answers))
    assert check_message(card.blocks) == []
    assert len(str(card.blocks)) < 15_000


def test_last_time_says_what_was_learned() -> None:
    past = SimilarCampaign(
        "Spring", "in May", "78%", "140%", None, "2 of 3 would do it again", "Slow"
    )
    assert texts.similar_in_words([past]) == (
        "• *Spring* (in May): accepted 78%, ROMI 140%, 2 of 3 would do it again. What failed: Slow"
    )
