"""How far a lead is, in Odoo's words, and the calls that bring it there.

Where a company uses Odoo's leads, a lead that is qualified becomes an opportunity; where it does
not, everything is an opportunity, and one that left the pipeline's first stage is qualified. Odoo
has no word for contacted and for resting until a day: tags say so, as long as it is not qualified.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.crm.adapters.odoo.api import OdooApi, any_of
from bot.crm.adapters.odoo.values import CONTACTED, RECYCLED
from bot.crm.port import Stage

FIELDS = (
    "type", "stage_id", "team_id", "active", "won_status", "tag_ids", "lost_reason_id",
    "company_currency",
)  # fmt: skip
"""What has to be read of a lead to know how far it is."""
Lead = Mapping[str, Any]
"""A lead as Odoo tells it."""
_TAGS = {Stage.CONTACTED: CONTACTED, Stage.RECYCLED: RECYCLED}


class Step(NamedTuple):
    """A call for leads that all need the same one; the lower rank comes first."""

    rank: int
    method: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Pipeline:
    """How a company works with leads."""

    uses_leads: bool
    stages: Sequence[Mapping[str, Any]]
    """The stages, in their order."""
    tags: Mapping[str, int]
    """Our tags' ids by their names, as far as they are there."""

    @classmethod
    def of(cls, api: OdooApi) -> "Pipeline":
        """The pipeline of this Odoo."""
        kind = api.call("crm.lead", "default_get", fields=["type"])
        stages = api.search("crm.stage", [], ("is_won", "team_ids"), order="sequence, id")
        tags = api.search(
            "crm.tag", any_of([["name", "=", each] for each in _TAGS.values()]), ("name",)
        )
        names = {each["name"]: each["id"] for each in tags}
        return cls(kind.get("type") == "lead", stages, names)

    def stage(self, lead: Lead) -> Stage | None:
        """How far it is; None: put away without an end."""
        if lead["won_status"] in ("won", "lost"):
            return Stage(lead["won_status"])
        if not lead["active"]:
            return None
        if self._is_qualified(lead):
            return Stage.QUALIFIED
        for stage in (Stage.RECYCLED, Stage.CONTACTED):
            if self.tags.get(_TAGS[stage]) in lead["tag_ids"]:
                return stage
        return Stage.NEW

    def steps(self, lead: Lead, goal: Stage, lost_reason_id: int | None) -> Iterator[Step]:
        """What brings a lead there."""
        now = self.stage(lead)
        if goal is now:
            if goal is Stage.LOST and lost_reason_id:
                yield _write(5, lost_reason_id=lost_reason_id)
            return
        if not lead["active"]:
            yield Step(0, "action_unarchive", {})
        if now is Stage.WON:  # Odoo does not lose what is won, and reopens it by its stage
            yield _write(1, stage_id=self._open_stages(lead)[0])
        if goal in (Stage.WON, Stage.QUALIFIED) and lead["type"] == "lead":
            yield Step(2, "convert_opportunity", {"partner": False})
        if goal is Stage.WON:
            yield Step(6, "action_set_won", {})
        elif goal is Stage.LOST:
            reason = {"lost_reason_id": lost_reason_id} if lost_reason_id else {}
            yield Step(6, "action_set_lost", reason)
        else:
            yield from self._place(lead, goal)

    def _place(self, lead: Lead, goal: Stage) -> Iterator[Step]:
        """Where among the open ones it stands, and its tags."""
        stages = self._open_stages(lead)
        is_qualified = self._is_qualified(lead)
        if goal is Stage.QUALIFIED:
            if not self.uses_leads and not is_qualified:
                yield _write(3, stage_id=stages[min(1, len(stages) - 1)])
        elif is_qualified and self.uses_leads:
            yield _write(3, type="lead")
        elif is_qualified:
            yield _write(3, stage_id=stages[0])
        wanted = self.tags.get(_TAGS[goal]) if goal in _TAGS else None
        if commands := tag_commands(lead, self.tags.values(), wanted):
            yield _write(4, tag_ids=commands)

    def _is_qualified(self, lead: Lead) -> bool:
        if lead["type"] == "lead":
            return False
        stage_id = lead["stage_id"] and lead["stage_id"][0]
        return self.uses_leads or stage_id not in (False, *self._open_stages(lead)[:1])

    def _open_stages(self, lead: Lead) -> list[int]:
        """The stages of the lead's team in which nothing is won."""
        team_id = lead["team_id"] and lead["team_id"][0]
        return [
            each["id"]
            for each in self.stages
            if not each["is_won"] and (not each["team_ids"] or team_id in each["team_ids"])
        ] or [each["id"] for each in self.stages[:1]]


def needs_tag(goal: Stage | None) -> str | None:
    """The tag that says so."""
    return _TAGS.get(goal) if goal else None


def tag_commands(lead: Lead, ours: Any, wanted: int | None) -> list[list[int]]:
    """What to do that of our tags the lead has only the one that is wanted."""
    tag_ids = set(lead["tag_ids"])
    commands = [[4, wanted]] if wanted and wanted not in tag_ids else []
    return commands + [[3, each] for each in sorted(set(ours) & tag_ids - {wanted})]


def _write(rank: int, **values: Any) -> Step:
    return Step(rank, "write", {"vals": values})
