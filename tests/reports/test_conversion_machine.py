"""Whatever happens to leads, and whenever files are fetched: with all of them taken in order, each
platform ends up with what is true here."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import HandoffError
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming, outcomes
from bot.leads import merging as lead_merging
from bot.leads.models import Disposition, Lead, Status, Touch
from bot.money import Money
from bot.people.models import Role
from bot.reports.conversions import service
from bot.reports.conversions.models import ConversionFile, Part, Platform
from bot.sources.lead_payload import read
from bot.store import Store
from tests.company import hire, install
from tests.moved_clock import MovedClock

GOOGLE, META, LINKEDIN = Platform
Value = tuple[str, str]
"""An amount and its currency; both empty where there is none."""
Truth = list[tuple[str, str, Value]]
"""Of which click, what, and what it is worth."""

number = count(1)
MOST_LEADS = 3
CLICKS = ("gclid", "fbclid", "li_fat_id")
AMOUNTS = (Money(1, "EUR"), Money(2, "EUR"), Money(2, "JPY"))
STEPS = ["files", "qualify", "win", "correct", "lose", "reopen"] * 3 + ["merge", "unmerge"]
EVENTS = {"Qualified lead": "qualified", "Converted lead": "won", "Lead": "qualified",
          "Purchase": "won", "QUALIFIED_LEAD": "qualified", "PURCHASE": "won"}  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    lines = text.split("\r\n")
    return list(csv.DictReader(io.StringIO("\r\n".join(lines[lines[0].startswith("Param") :]))))


class Google:
    """What Google Ads makes of the files: repetitions are refused, what is retracted is gone."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str, Value]] = {}
        self.seen: set[tuple[str, str, str]] = set()
        self.gone: set[str] = set()

    def take(self, part: Part, row: dict[str, str]) -> None:
        order = row["Order ID"]
        if part is Part.CONVERSIONS:
            click, name = row["Google Click ID"], row["Conversion Name"]
            repeated = (click, name, row["Conversion Time"])
            assert repeated not in self.seen
            assert order not in self.known
            assert order not in self.gone
            self.seen.add(repeated)
            value = (row["Conversion Value"], row["Conversion Currency"])
            self.known[order] = (click, EVENTS[name], value)
        elif row["Adjustment Type"] == "RETRACT":
            del self.known[order]
            self.gone.add(order)
        else:
            assert row["Adjustment Type"] == "RESTATE"
            click, kind, before = self.known[order]
            value = (row["Adjusted Value"], row["Adjusted Value Currency"])
            assert value != before
            self.known[order] = (click, kind, value)

    def ends_up_with(self) -> Truth:
        return sorted(self.known.values())


class Listed:
    """Figures of Meta or LinkedIn, to which somebody adds the list of corrections by hand."""

    def __init__(self, key: Callable[[dict[str, str]], tuple[str, ...]]) -> None:
        self.key = key
        self.known: dict[tuple[str, ...], tuple[str, str, Value]] = {}

    def take(self, part: Part, row: dict[str, str]) -> None:
        key = self.key(row)
        if part is Part.CONVERSIONS:
            assert key not in self.known
            name = row.get("event_name") or row["eventtype"]
            value = (row.get("value") or row.get("amount") or "", row["currency"])
            who = row["fbc"].rpartition(".")[2] if "fbc" in row else row["email"]
            self.known[key] = (who, EVENTS[name], value)
        elif row["correction"] == "retract":
            del self.known[key]
        else:
            who, kind, _ = self.known[key]
            self.known[key] = (who, kind, (row["value"], row["currency"]))

    def ends_up_with(self) -> Truth:
        return sorted(self.known.values())


class Machine(RuleBasedStateMachine):
    """A salesperson at work, and somebody who fetches files now and then."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[int] = []

    @initialize()
    def open(self) -> None:
        self.hands = MovedClock()
        self.workspace = install(self.store, f"T{next(number)}")
        self.boss = hire(self.store, self.workspace, "UBOSS", "Boss", Role.MANAGER)
        self.platforms: dict[Platform, Google | Listed] = {
            GOOGLE: Google(),
            META: Listed(lambda row: (row["order_id"],)),
            LINKEDIN: Listed(self.found_by),
        }

    def found_by(self, row: dict[str, str]) -> tuple[str, ...]:
        """How somebody finds a row of LinkedIn's in the list of corrections."""
        if "email" in row:
            at = int(row["timestamp"]) // 1000
            return row["email"], row["eventtype"], str(at)
        with self.store.transaction() as session:
            email = session.get_one(Lead, int(row["lead_id"])).email or ""
        moment = datetime.fromisoformat(row["event_time"])
        return hashed(email), row["event"], str(int(moment.timestamp()))

    def do(self, act: Callable[[Session], object]) -> object:
        """Do it, if it is allowed; then some time passes."""
        try:
            with self.store.transaction() as session:
                return act(session)
        except HandoffError:
            return None
        finally:
            self.hands.now += timedelta(seconds=61, milliseconds=7)

    # ---- what people do, and files now and then ---------------------------------------------

    @rule(what=st.sampled_from(STEPS), lead=st.integers(0, 2), other=st.integers(0, 2))
    def step(self, what: str, lead: int, other: int) -> None:
        """One of these, of one or two of the leads; `other` is also an amount, or how they came.

        A rule for each would be left out of many runs, as Hypothesis does it.
        """
        if len(self.ids) < MOST_LEADS and what != "files":
            self.write(lead, [CLICKS, CLICKS[:2], CLICKS[1:]][other])
        elif what == "files":
            for platform in Platform:
                self.fetch(platform, list(Part)[other % 2])
        elif what == "merge":
            self.on(lead_merging.merge, lead, self.ids[other])
        else:
            verbs: dict[str, tuple[Callable[..., Any], *tuple[Any, ...]]] = {
                "qualify": (outcomes.qualify,),
                "win": (outcomes.win, AMOUNTS[other]),
                "correct": (outcomes.correct_amount, AMOUNTS[other]),
                "lose": (outcomes.lose, outcomes.Ending(Disposition.NO_BUDGET)),
                "reopen": (outcomes.reopen,),
                "unmerge": (lead_merging.unmerge,),
            }
            verb, *more = verbs[what]
            self.on(verb, lead, *more)

    def write(self, whose: int, clicks: tuple[str, ...]) -> None:
        """Somebody who clicked on ads asks, perhaps again, and the boss takes it."""
        one = next(number)
        fields = {"email": f"ada{whose}@example.com", "external_id": f"x{one}"}
        payload = read(fields | {name: f"{name}-{one}" for name in clicks})

        def come(session: Session) -> int:
            [result] = create_or_merge(session, self.workspace, [payload], IntakeContext("api"))
            return result.lead_id

        lead_id = self.do(come)
        assert isinstance(lead_id, int)
        self.ids = sorted({*self.ids, lead_id})
        self.on(claiming.claim, self.ids.index(lead_id))

    def on(self, verb: Callable[..., Any], lead: int, *more: Any) -> None:
        self.do(lambda session: verb(session, self.boss, self.ids[lead], *more))

    def fetch(self, platform: Platform, part: Part) -> bool:
        """The next file, which the platform takes; False where nothing is new."""

        def make(session: Session) -> str | None:
            made = service.make(session, self.workspace.id, platform, part)
            return service.content(session, [made], platform, part).decode() if made else None

        text = self.do(make)
        for row in rows(str(text)) if text else ():
            self.platforms[platform].take(part, row)
        return text is not None

    def teardown(self) -> None:
        if not hasattr(self, "platforms"):
            return
        for platform in Platform:
            self.fetch(platform, Part.CORRECTIONS)
            self.fetch(platform, Part.CONVERSIONS)
            assert not self.fetch(platform, Part.CORRECTIONS)
            assert not self.fetch(platform, Part.CONVERSIONS)
            assert self.platforms[platform].ends_up_with() == self.truth(platform)
        self.numbers_have_no_gap()

    def truth(self, platform: Platform) -> Truth:
        """What the platform should know, told from the leads one by one."""
        found = []
        with self.store.transaction() as session:
            mine = Lead.workspace_id == self.workspace.id
            for lead in session.scalars(select(Lead).where(mine, Lead.merged_into.is_(None))):
                touches = session.scalars(
                    select(Touch).where(Touch.lead_id == lead.id).order_by(Touch.id)
                ).all()

                def who(at: datetime | None, lead: Lead = lead, touches: Any = touches) -> str:
                    name = CLICKS[list(Platform).index(platform)]
                    later = [each.facts.get(name) for each in touches if at and each.at <= at]
                    click = next(filter(None, [getattr(lead, name), *later]), "")
                    return hashed(lead.email or "") if click and platform is LINKEDIN else click

                if (
                    (clicker := who(lead.qualified_at))
                    and lead.qualified_at
                    and lead.status != Status.LOST
                ):
                    nothing = ("1", "EUR") if platform is LINKEDIN else ("", "")
                    found.append((clicker, "qualified", nothing))
                if lead.won_amount and (clicker := who(lead.closed_at)):
                    digits = 2 if lead.won_amount.currency == "EUR" else 0
                    amount = f"{lead.won_amount.amount:.{digits}f}"
                    found.append((clicker, "won", (amount, lead.won_amount.currency)))
        return sorted(found)

    def numbers_have_no_gap(self) -> None:
        with self.store.transaction() as session:
            for platform in Platform:
                numbers = session.scalars(
                    select(ConversionFile.number)
                    .where(ConversionFile.workspace_id == self.workspace.id,
                           ConversionFile.platform == platform)
                    .order_by(ConversionFile.id)
                ).all()  # fmt: skip
                assert list(numbers) == list(range(1, len(numbers) + 1))


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_whatever_happens(store: Store) -> None:
    class OnStore(Machine):
        pass

    OnStore.store = store
    run_state_machine_as_test(
        OnStore,
        settings=settings(
            max_examples=8, stateful_step_count=50, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
