"""Agreement on a real database: whatever people do in whatever order, it is what the rule says."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.campaigns.models import Stage
from bot.people.models import Role
from bot.planning import proposal_answers
from bot.planning.models import Concern
from tests.company import hire
from tests.moved_clock import MovedClock
from tests.planning.scene import Company

# A person, by number, or nobody where it is marketing that acts.
steps = st.tuples(
    st.sampled_from(["ready", "raise_concern", "withdraw", "answer", "bind", "free"]),
    st.integers(0, 2),
)


class Expected:
    """What everyone said last, without a database."""

    def __init__(self) -> None:
        self.ready: set[int] = set()
        self.worries: Counter[int] = Counter()

    @property
    def stage(self) -> Stage:
        enough = len(self.ready) >= 2 and not self.worries.total()
        return Stage.AGREED if enough else Stage.PROPOSED

    def take(self, deed: str, who: int) -> None:
        if deed == "ready":
            self.ready.add(who)
            del self.worries[who]
        elif deed == "raise_concern":
            self.ready.discard(who)
            self.worries[who] += 1
        elif deed in ("withdraw", "answer"):
            self.worries[who] -= 1
        elif deed == "bind":
            self.ready.clear()

    def can(self, deed: str, who: int) -> bool:
        if deed == "ready":
            return who not in self.ready
        return self.worries[who] > 0 if deed in ("withdraw", "answer") else True


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=14))
def test_it_is_agreed_exactly_when_the_rule_says_so(
    company: Company, hands: MovedClock, todo: list[tuple[str, int]]
) -> None:
    third = hire(company.store, company.workspace, "UTOM", "Tom", Role.SALESPERSON)
    sales = [company.sal, company.sue, third]
    token = f"form-{hands.now.timestamp()}"
    texts: dict[str, Any] = {"terms": "New customers only", "talking_points": "No set-up fee"}
    campaign = company.proposed(token=token, utm_campaign=None, **texts)
    expected = Expected()
    for number, (deed, who) in enumerate(todo):
        hands.forward(minutes=1)
        if not expected.can(deed, who):
            continue
        person = sales[who]
        if deed == "ready":
            company.ready(person, campaign)
        elif deed == "raise_concern":
            with company.store.transaction() as session:
                key = f"{token}-{number}"
                proposal_answers.raise_concern(session, person, campaign.id, 1, "Too early", key)
        elif deed in ("withdraw", "answer"):
            with company.store.transaction() as session:
                concern = (
                    session.query(Concern)
                    .filter_by(campaign_id=campaign.id, person_id=person.id, closed_at=None)
                    .first()
                )
                assert concern is not None
                if deed == "withdraw":
                    proposal_answers.withdraw_concern(session, person, concern.id)
                else:
                    proposal_answers.answer_concern(
                        session, company.mara, concern.id, "We see to it"
                    )
        else:
            texts["terms" if deed == "bind" else "talking_points"] += f" {number}"
            company.revise(campaign, utm_campaign=None, **texts)
        expected.take(deed, who)
        assert company.campaign(campaign).stage == expected.stage, (todo, number)
    hands.forward(days=10)
    company.look()  # silence agrees to nothing, and takes nothing away
    assert company.campaign(campaign).stage == expected.stage
