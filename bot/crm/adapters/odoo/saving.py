"""Writing leads to Odoo: by few calls, each of which may be made again."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.crm.adapters.odoo import values as fields
from bot.crm.adapters.odoo.api import MODULE, Invalid, Missing, OdooApi, Row
from bot.crm.adapters.odoo.stages import FIELDS, Lead, Pipeline, Step, needs_tag, tag_commands
from bot.crm.port import Busy, Change, Refusal, Refused, Saved, Stage, Values

_SOON = 1.0
_NOT_THERE = "It is not in Odoo, and the key may not add it"


@dataclass
class _Saving:
    """A change on its way."""

    change: Change
    row: Row
    lead: Lead | None = None
    """The lead as it is in Odoo."""
    is_new: bool = False
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> Values:
        """What changed."""
        return self.change.values

    @property
    def id(self) -> int:
        """The lead's id in Odoo; there once the row is loaded."""
        assert self.row.record_id is not None
        return self.row.record_id

    def result(self) -> Saved | Refused:
        """What became of it."""
        if self.row.refused:
            return self.row.refused
        columns = {fields.VALUE_OF.get(each, each): why for each, why in self.row.dropped.items()}
        return Saved(str(self.id), is_new=self.is_new, dropped=self.dropped | columns)


def save(api: OdooApi, changes: Sequence[Change]) -> list[Saved | Refused]:
    """Write these leads; see `bot.crm.port.Crm.save`."""
    savings = [_saving(each) for each in changes]
    _read(api, [each for each in savings if each.change.record_id])
    newest = _newest(api, savings)  # comes first: a key that sees no leads makes no campaigns
    going = _going(savings)
    _look_up(api, going)
    api.load("crm.lead", [each.row for each in going])
    for each in _going(savings):
        each.is_new = not each.change.record_id and each.id > newest
    going = _going(savings)
    moving = [each for each in going if _is_moved(each)]
    _read(api, [each for each in moving if each.lead is None])
    moving = _going(moving)
    _amounts(api, moving)
    _stages(api, moving)
    _quality(api, moving)
    _notes(api, _going(savings))
    return [each.result() for each in savings]


def _saving(change: Change) -> _Saving:
    private = fields.private(change)
    if change.record_id:
        row = Row((".id", change.record_id), fields.cells(change), private=private)
        return _Saving(change, row)
    # The API's user would own a lead whose owner is not said.
    new = {"name": fields.title(change.whole), "user_id/.id": ""}
    name = ("id", f"{MODULE}.{change.key}")
    return _Saving(change, Row(name, new | fields.cells(change), private=private))


def _going(savings: Iterable[_Saving]) -> list[_Saving]:
    return [each for each in savings if not each.row.refused]


def _read(api: OdooApi, savings: Sequence[_Saving]) -> None:
    """Look how far the leads are, and whether they are there."""
    ids = [each.row.record_id or int(each.row.name[1]) for each in savings]
    leads = api.read("crm.lead", ids, FIELDS) if ids else {}
    for each, record_id in zip(savings, ids, strict=True):
        each.lead = leads.get(record_id)
        if each.lead is None:
            each.row.refused = Refused(Refusal.GONE, "The record was deleted in Odoo")
        else:
            each.row.is_archived = not each.lead["active"]


# ---- what is looked up ------------------------------------------------------------------------


def _look_up(api: OdooApi, savings: Sequence[_Saving]) -> None:
    """Find owners and countries; find or make campaigns, sources and mediums."""
    campaigns = {
        name: {"name": each.change.whole.campaign_code or name, "title": name}
        for each in savings
        if (name := each.values.campaign)
    }

    def find_campaigns(_: set[str]) -> dict[str, int]:
        return api.find_or_make("utm.campaign", campaigns, by=("name", "title"))

    _refer(savings, "user_id/.id", lambda each: each.values.owner_id, partial(_owners, api))
    _refer(savings, "country_id/.id", lambda each: each.values.country, partial(_countries, api))
    _refer(savings, "campaign_id/.id", lambda each: each.values.campaign, find_campaigns)
    _refer(savings, "source_id/.id", _source, partial(_named, api, "utm.source"))
    _refer(savings, "medium_id/.id", lambda each: each.values.utm_medium,
           partial(_named, api, "utm.medium"))  # fmt: skip


def _refer(
    savings: Sequence[_Saving], column: str, name_of: Callable[[_Saving], str | None],
    find: Callable[[set[str]], Mapping[str, int]],
) -> None:  # fmt: skip
    """Put the ids of what the values name into a column."""
    names = {name for each in savings if (name := name_of(each))}
    ids = find(names) if names else {}
    for each in savings:
        name = name_of(each)
        if name and name in ids:
            each.row.cells[column] = str(ids[name])
        elif name:
            each.dropped[fields.VALUE_OF[column]] = _NOT_THERE


def _source(saving: _Saving) -> str | None:
    """The source, unless only the words changed beside a better one."""
    if saving.values.source and not saving.values.utm_source:
        return fields.source(saving.change.whole)
    return fields.source(saving.values)


def _named(api: OdooApi, model: str, names: set[str]) -> dict[str, int]:
    return api.find_or_make(model, {each: {"name": each} for each in names})


def _owners(api: OdooApi, ids: set[str]) -> dict[str, int]:
    """Those who can own leads and are still there."""
    wanted = [int(each) for each in ids if each.isdecimal()]
    domain = [["id", "in", wanted], ["share", "=", False]]
    users = api.search("res.users", domain, ("id",), archived=False)
    return {str(each["id"]): each["id"] for each in users}


def _countries(api: OdooApi, codes: set[str]) -> dict[str, int]:
    countries = api.search(
        "res.country", [["code", "in", [each.upper() for each in codes]]], ("code",)
    )
    by_code = {each["code"]: each["id"] for each in countries}
    return {each: by_code[each.upper()] for each in codes if each.upper() in by_code}


# ---- the lead ---------------------------------------------------------------------------------


def _newest(api: OdooApi, savings: Sequence[_Saving]) -> int:
    """The id of the newest lead: what is newer was made by us."""
    if all(each.change.record_id for each in savings):
        return 0
    newest = api.search("crm.lead", [], ("id",), order="id desc", limit=1)
    return int(newest[0]["id"]) if newest else 0


def _is_moved(saving: _Saving) -> bool:
    values = saving.values
    is_staged = values.stage is not None and not (saving.is_new and values.stage is Stage.NEW)
    return is_staged or values.quality is not None or values.amount is not None


def _amounts(api: OdooApi, savings: Sequence[_Saving]) -> None:
    """Write the amounts; Odoo keeps them in the company's currency only."""
    rows = {}
    for each in savings:
        amount = each.values.amount
        if amount is None:
            continue
        assert each.lead is not None
        currency = each.lead["company_currency"] and each.lead["company_currency"][1]
        if amount.currency == currency:
            cells = {"expected_revenue": str(amount.amount)}
            rows[each.id] = Row(
                (".id", str(each.id)), cells, not each.lead["active"], each.row.private
            )
        else:
            each.dropped["amount_minor"] = f"Odoo keeps amounts in {currency} only"
    api.load("crm.lead", list(rows.values()))
    for each in savings:
        if row := rows.get(each.id):
            _take_over(each, row)


def _take_over(saving: _Saving, row: Row) -> None:
    """What became of a later row of the same lead."""
    if row.refused and row.refused.why is Refusal.INVALID:
        saving.dropped["amount_minor"] = row.refused.detail
    elif row.refused:
        saving.row.refused = row.refused
    saving.row.dropped |= row.dropped


def _stages(api: OdooApi, savings: Sequence[_Saving]) -> None:
    moving = [each for each in savings if each.values.stage and not each.row.refused]
    if not moving:
        return
    pipeline = Pipeline.of(api)
    tags = {tag for each in moving if (tag := needs_tag(each.values.stage))}
    if tags - pipeline.tags.keys():
        made = _named(api, "crm.tag", tags)
        pipeline = Pipeline(pipeline.uses_leads, pipeline.stages, {**pipeline.tags, **made})
    reasons = _lost_reasons(api, moving)
    steps = []
    for each in moving:
        goal, reason = each.values.stage, each.values.lost_reason
        assert goal is not None
        assert each.lead is not None
        steps += [
            (step, each)
            for step in pipeline.steps(each.lead, goal, reasons.get(reason) if reason else None)
        ]
    _carry_out(api, steps, "stage")


def _lost_reasons(api: OdooApi, savings: Sequence[_Saving]) -> dict[str, int]:
    """The ids of reasons; making one takes a right of Sales administrators."""
    losing = [each for each in savings if each.values.stage is Stage.LOST]
    names = {name for each in losing if (name := each.values.lost_reason)}
    reasons = _named(api, "crm.lost.reason", names)
    for each in losing:
        if each.values.lost_reason and each.values.lost_reason not in reasons:
            each.dropped["lost_reason"] = _NOT_THERE
    return reasons


def _quality(api: OdooApi, savings: Sequence[_Saving]) -> None:
    """Tag the leads with their quality, which people see in every list."""
    rated = [each for each in savings if each.values.quality and not each.row.refused]
    if not rated:
        return
    names = {fields.quality_tag(each) for each in fields.QUALITIES}
    existing = api.search("crm.tag", [["name", "in", sorted(names)]], ("name",))
    tags = {each["name"]: each["id"] for each in existing}
    wanted = {name for each in rated if (name := fields.quality_tag(each.values.quality or ""))}
    tags |= _named(api, "crm.tag", wanted - tags.keys())
    steps = []
    for each in rated:
        assert each.lead is not None
        tag = tags.get(fields.quality_tag(each.values.quality or ""))
        if tag is None:
            each.dropped["quality"] = _NOT_THERE
        elif commands := tag_commands(each.lead, tags.values(), tag):
            steps.append((Step(0, "write", {"vals": {"tag_ids": commands}}), each))
    _carry_out(api, steps, "quality")


def _carry_out(api: OdooApi, steps: Sequence[tuple[Step, _Saving]], value: str) -> None:
    """Make the calls, one for all leads that need the same; where one refuses, each by itself."""
    groups: dict[tuple[int, str, str], list[_Saving]] = {}
    for step, saving in steps:
        arguments = json.dumps(step.arguments, sort_keys=True)
        groups.setdefault((step.rank, step.method, arguments), []).append(saving)
    for (_, method, arguments), savings in sorted(groups.items(), key=lambda each: each[0]):
        _call_for(api, method, json.loads(arguments), savings, value)


def _call_for(
    api: OdooApi, method: str, arguments: Mapping[str, Any], savings: Sequence[_Saving], value: str
) -> None:
    willing = [each for each in savings if value not in each.dropped]
    if not willing:
        return
    try:
        api.call("crm.lead", method, ids=[each.id for each in willing], **arguments)
    except Missing:
        raise Busy(_SOON, "A lead was deleted in Odoo meanwhile") from None
    except Invalid as error:
        if len(willing) == 1:
            willing[0].dropped[value] = error.without_private(willing[0].row.private)
            return
        for each in willing:
            _call_for(api, method, arguments, [each], value)


# ---- the note ---------------------------------------------------------------------------------


def _notes(api: OdooApi, savings: Sequence[_Saving]) -> None:
    """Write the notes with what has no field, where that changed."""
    telling = {
        message_id(f"facts.{each.change.key}"): each
        for each in savings
        if fields.has_facts(each.values)
    }
    message_ids = _messages(api, [name for name, each in telling.items() if not each.is_new])
    rows = {}
    for name, each in telling.items():
        body = {"body": fields.note(each.change.whole)}
        if name in message_ids:
            rows[name] = Row((".id", str(message_ids[name])), body)
        else:
            external_id = f"{MODULE}.facts_{each.change.key}"
            rows[name] = Row(("id", external_id), body | _new_message(name, each.id))
    api.load("mail.message", list(rows.values()))
    for name, row in rows.items():
        if row.refused:
            telling[name].row.refused = _again(row.refused)


def _again(refused: Refused) -> Refused:
    """Somebody else wrote the same note, or its lead was deleted: the next attempt will see."""
    if refused.why is Refusal.GONE:
        return refused
    return Refused(Refusal.BUSY, "Others are writing to this record")


def _new_message(name: str, record_id: int) -> dict[str, str]:
    return {
        "model": "crm.lead",
        "res_id": str(record_id),
        "message_type": "comment",
        "subtype_id/id": "mail.mt_note",
        "message_id": name,
    }


def _messages(api: OdooApi, names: Sequence[str]) -> dict[str, int]:
    if not names:
        return {}
    messages = api.search("mail.message", [["message_id", "in", list(names)]], ("message_id",))
    return {each["message_id"]: each["id"] for each in messages}


def message_id(name: str) -> str:
    """How a message of ours is known in Odoo, wherever it is moved to."""
    return f"<{MODULE}.{name}@{MODULE}>"
