"""A year of rounds with people who do as people do: late, silent, away, out, and in again."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from bot.people.rota import rota
from bot.shadowing import debriefs, handing_on, meeting, membership
from bot.shadowing.models import ShadowExclusion, ShadowMember, ShadowPair, ShadowParticipant, Stage
from tests.moved_clock import MovedClock
from tests.shadowing.scene import SAID, Company

WEEKS = 2


class Year:
    """The people, and what they do at random."""

    def __init__(self, company: Company, hands: MovedClock, chance: Random) -> None:
        self.company, self.hands, self.chance = company, hands, chance
        marketers, salespeople = company.staff(4, 6)
        self.people = {person.id: person for person in (*marketers, *salespeople)}
        company.configure(every_weeks=WEEKS)

    def before(self) -> None:
        """Somebody goes, comes, falls ill, or asks not to meet somebody."""
        for person in self.people.values():
            luck = self.chance.random()
            if luck < 0.05:
                self.company.does(membership.go_out, person)
            elif luck < 0.25:
                self.company.does(membership.come_in, person)
            elif luck < 0.35:
                self.company.away(person, self.chance.randint(1, 25))
        if self.chance.random() < 0.1:
            one, other = self.chance.sample(list(self.people.values()), 2)
            self.company.does(membership.keep_apart, one, one.slack_id, other.slack_id)

    def live(self, pair: ShadowPair) -> None:
        """What becomes of a pair."""
        deed = self.chance.choice(["meet", "meet", "meet", "silence", "one", "cancel", "hand on"])
        one, other = self.chance.sample(list(pair.taken), 2)
        if deed == "meet":
            self._meet(pair)
        elif deed == "one":
            self.company.does(meeting.pick, one.person, pair.slots[0].id)
        elif deed == "cancel":
            self.company.does(meeting.cancel, one.person, one.id)
        elif deed == "hand on":
            free = self.company.does(handing_on.colleagues, other.person, other.id)
            if free:
                self.company.does(handing_on.hand_on, other.person, other.id, free[0].id)

    def _meet(self, pair: ShadowPair) -> None:
        start = self.hands.now
        met = self.company.meet(pair)
        for participant in met.taken:
            if self.chance.random() < 0.7:
                self.company.does(debriefs.debrief, participant.person, participant.id, SAID)
        self.hands.to(start)

    def look(self) -> None:
        """What holds after every round, whatever happened."""
        with self.company.store.transaction() as session:
            now = self.hands.now
            pairs = session.scalars(select(ShadowPair)).all()
            live = [pair for pair in pairs if Stage(pair.stage).is_live]
            newest = max(pair.round_id for pair in pairs)
            members = session.scalars(select(ShadowMember)).all()
            gone = {each.person_id for each in members if each.is_out or each.rests}
            closes = now + timedelta(weeks=WEEKS, hours=-2)
            calendars = rota(session, self.company.workspace).calendars
            gone |= {each for each in self.people if not calendars[each].worked(now, closes)}
            apart = session.execute(select(ShadowExclusion.one_id, ShadowExclusion.other_id)).all()
            participants = session.scalars(
                select(ShadowParticipant.person_id).where(ShadowParticipant.round_id == newest)
            ).all()
            new = [pair for pair in live if pair.round_id == newest]
        busy = [person for pair in live for person in (pair.marketer_id, pair.salesperson_id)]
        assert len(busy) == len(set(busy)), "somebody is in two pairs"
        assert set(self.people) <= {*gone, *participants, *busy}, "somebody was forgotten"
        forbidden = {frozenset(row) for row in apart}
        for pair in new:
            both = {pair.marketer_id, pair.salesperson_id}
            assert frozenset(both) not in forbidden
            assert not both & gone


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_forgotten_doubled_or_paired_against_their_will(
    company: Company, hands: MovedClock, seed: int
) -> None:
    year = Year(company, hands, Random(seed))
    for _ in range(26):
        year.before()
        assert company.round() is not None
        pairs = company.pairs()
        if pairs:
            year.look()
        for pair in pairs:
            year.live(pair)
        hands.forward(weeks=WEEKS)
    with company.store.transaction() as session:
        stages = set(session.scalars(select(ShadowPair.stage)))
        participants = session.scalars(
            select(ShadowParticipant.id).where(ShadowParticipant.pair_id.is_not(None))
        ).all()
    assert {Stage.SETTLED, Stage.LAPSED, Stage.CANCELLED} <= stages
    assert len(company.targets(meeting.CARD)) == len(
        participants
    )  # one card a participant, however often redrawn
