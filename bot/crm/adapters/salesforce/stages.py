"""How far a lead is, in the words of one Salesforce organization.

Every organization has its own lead statuses and opportunity stages. Which one stands for which of
our stages is chosen by rules (docs/crm/salesforce.md); `handoff crm check` says what was chosen.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.crm.adapters.salesforce.calls import Json
from bot.crm.port import Stage

# What a status means by its words; the first that fits. "Open - Not Contacted" is new, and
# "Unqualified" is lost.
_LOST = (
    r"\bclosed\b|\blost\b|\bunqualified|\bdisqualified|\bnot (converted|qualified|interested)\b|"
    r"\bdead\b|\bjunk\b|\brejected|geschlossen|verloren|unqualifiziert"
)
_CONTACTED = (
    r"contacted|\bworking\b|\battempt|\bin progress\b|\bengaged\b|kontaktiert|in bearbeitung"
)
_WORDS = (
    (Stage.NEW, r"\bnot (yet )?contacted\b|nicht kontaktiert"),
    (Stage.LOST, _LOST),
    (Stage.RECYCLED, r"\bnurtur|\brecycl|\bon hold\b|\blater\b"),
    (Stage.QUALIFIED, r"\bqualified|\bqualifiziert|\baccepted\b|\bsql\b"),
    (Stage.CONTACTED, _CONTACTED),
    (Stage.NEW, r"\bnew\b|\bopen\b|\bunread\b|\bneu\b|\boffen\b"),
)
# Which status stands for a stage that no status means: the one of the stage before.
_INSTEAD = {
    Stage.CONTACTED: Stage.NEW,
    Stage.QUALIFIED: Stage.CONTACTED,
    Stage.WON: Stage.QUALIFIED,
    Stage.RECYCLED: Stage.NEW,
    Stage.LOST: Stage.NEW,
}


class Statuses(NamedTuple):
    """The lead statuses of an organization."""

    written: Mapping[Stage, str]
    """The API name that is written for each stage."""
    meaning: Mapping[str, Stage]
    """What a status means to us, by its API name; those that mean nothing are missing."""

    def says(self, stage: Stage) -> bool:
        """Whether a lead's status alone says that it is at this stage."""
        return self.meaning.get(self.written[stage]) is stage

    def read(self, status: str | None, outcome: str | None) -> Stage | None:
        """The stage of a lead that is not converted.

        Handoff Outcome counts as long as the status is the one that goes with it: who moves the
        status in Salesforce is believed.
        """
        stage = stage_named(outcome)
        if stage is not None and self.written[stage] == status:
            return stage
        return self.meaning.get(status or "")

    def __str__(self) -> str:
        return ", ".join(f"{stage} → {self.written[stage]}" for stage in Stage)


class OpportunityStages(NamedTuple):
    """The stages that are written into opportunities; None where the organization has none."""

    open: str | None
    won: str | None
    lost: str | None


def stage_named(text: str | None) -> Stage | None:
    """The stage of a value of Handoff Outcome; None for what is none."""
    try:
        return Stage((text or "").strip().lower())
    except ValueError:
        return None


def _meaning(row: Json) -> Stage | None:
    text = f"{row['MasterLabel']} / {row['ApiName']}".lower()
    return next((stage for stage, words in _WORDS if re.search(words, text)), None)


def choose_statuses(rows: Sequence[Json]) -> Statuses:
    """Choose among the rows of LeadStatus, in their order. A converted one is never written: only
    a conversion sets it."""
    usable = [row for row in rows if not row["IsConverted"]]
    meaning = {row["ApiName"]: stage for row in usable if (stage := _meaning(row))}
    default = [row["ApiName"] for row in usable if row["IsDefault"]]
    if default and meaning.get(default[0]) is not Stage.LOST:
        meaning[default[0]] = Stage.NEW
    written = {stage: name for name, stage in reversed(meaning.items())}
    if default and meaning.get(default[0]) is Stage.NEW:
        written[Stage.NEW] = default[0]
    written.setdefault(Stage.NEW, usable[0]["ApiName"] if usable else rows[0]["ApiName"])
    for stage, instead in _INSTEAD.items():
        written.setdefault(stage, written[instead])
    return Statuses(written, meaning)


def choose_opportunity_stages(rows: Sequence[Json]) -> OpportunityStages:
    """Choose among the active rows of OpportunityStage, in their order."""
    names = {
        kind: [row["ApiName"] for row in rows if (row["IsClosed"], row["IsWon"]) == kind]
        for kind in ((False, False), (True, True), (True, False))
    }
    first = {kind: stages[0] if stages else None for kind, stages in names.items()}
    return OpportunityStages(first[False, False], first[True, True], first[True, False])
