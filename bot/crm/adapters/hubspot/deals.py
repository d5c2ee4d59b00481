"""The money of leads: HubSpot's deals, ours and those that people make."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.crm.adapters.hubspot.api import BATCH, KEY, VERSION, HubSpotApi, chunks
from bot.crm.adapters.hubspot.batches import Batches, Outcome, Row, Written, key_of, merged_from
from bot.crm.adapters.hubspot.fields import moment, text
from bot.crm.port import Blocked, Change, Stage, Trouble, Values
from bot.money import Money, exponent

DEAL = "deal"
"""What is remembered with a lead: the id of its deal."""
# A contact's older deals are those of an earlier lead; their clock and ours may differ.
_SKEW = timedelta(minutes=5)
_PROPERTIES = (
    "dealstage", "pipeline", "amount", "deal_currency_code", "hs_is_closed", "hs_is_closed_won",
    "closed_lost_reason", "createdate", "hs_lastmodifieddate", "hs_merged_object_ids", KEY,
)  # fmt: skip
_HAS_DEAL = {Stage.QUALIFIED, Stage.WON}
_FIELDS = {
    "dealstage": "stage", "pipeline": "stage", "amount": "amount_minor",
    "deal_currency_code": "currency", "hubspot_owner_id": "owner_id", "closedate": "closed_at",
    "closed_lost_reason": "lost_reason",
}  # fmt: skip


@dataclass(frozen=True)
class Deal:
    """A deal as HubSpot holds it."""

    id: str
    key: str
    pipeline: str
    is_closed: bool
    is_won: bool
    amount: Money | None
    lost_reason: str | None
    made_at: datetime | None
    changed_at: datetime | None

    @property
    def is_lost(self) -> bool:
        """Closed, and not won."""
        return self.is_closed and not self.is_won


@dataclass(frozen=True)
class Pipeline:
    """The stages of a pipeline that mean something to us, by their ids."""

    id: str
    open: str | None
    """The first that is open."""
    won: str | None
    lost: str | None


def pipelines(api: HubSpotApi) -> dict[str, Pipeline]:
    """The pipelines of deals by their ids, the first first."""
    results = api.get(f"/crm/pipelines/{VERSION}/deals").get("results") or ()
    return {each["id"]: _pipeline(each) for each in sorted(results, key=_place)}


def _pipeline(each: Mapping[str, Any]) -> Pipeline:
    stages = sorted(each.get("stages") or (), key=_place)
    return Pipeline(
        each["id"],
        open=_first(stages, lambda closed, _: not closed),
        won=_first(stages, lambda closed, chance: closed and chance > 0),
        lost=_first(stages, lambda closed, chance: closed and chance == 0),
    )


def _first(stages: Sequence[Mapping[str, Any]], suits: Callable[[bool, float], bool]) -> str | None:
    return next((each["id"] for each in stages if suits(*_meaning(each))), None)


def _meaning(stage: Mapping[str, Any]) -> tuple[bool, float]:
    """Whether a stage is closed, and its probability."""
    metadata = stage.get("metadata") or {}
    chance = float(metadata.get("probability") or 0)
    return str(metadata.get("isClosed")).lower() == "true", chance


def _place(each: Mapping[str, Any]) -> tuple[int, str]:
    return each.get("displayOrder") or 0, str(each.get("label") or "")


# ---- reading ------------------------------------------------------------------------------------


def of_contacts(
    api: HubSpotApi, ids: Sequence[str], currency: Callable[[], str | None]
) -> dict[str, list[Deal]]:
    """The deals of these contacts; `currency` gives that of amounts without one."""
    linked = api.associated("contacts", "deals", ids)
    named = dict.fromkeys(deal for some in linked.values() for deal in some)
    deals = {
        str(each["id"]): read(each, currency) for each in api.read("deals", named, _PROPERTIES)
    }
    return {
        contact: [deals[one] for one in dict.fromkeys(some) if one in deals]
        for contact, some in linked.items()
    }


def read(record: Mapping[str, Any], currency: Callable[[], str | None]) -> Deal:
    """A deal as the API tells it."""
    properties = record.get("properties") or {}
    return Deal(
        str(record["id"]),
        key_of(record),
        pipeline=str(properties.get("pipeline") or ""),
        is_closed=_is_true(properties.get("hs_is_closed")),
        is_won=_is_true(properties.get("hs_is_closed_won")),
        amount=_amount(properties, currency),
        lost_reason=properties.get("closed_lost_reason") or None,
        made_at=moment(properties.get("createdate")),
        changed_at=moment(properties.get("hs_lastmodifieddate")),
    )


def _amount(properties: Mapping[str, Any], currency: Callable[[], str | None]) -> Money | None:
    given = properties.get("amount")
    code = (properties.get("deal_currency_code") or currency()) if given else None
    if not code:
        return None
    try:
        minor = Decimal(str(given)).scaleb(exponent(code))
        return Money(int(minor.to_integral_value()), code)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def followed(deals: Iterable[Deal], key: str | None, since: datetime | None) -> Deal | None:
    """The deal that counts: ours first, then the newest; one that is open or won before others.

    Deals that were made before `since`, or that have the key of another lead of ours, are those of
    an earlier lead of the same person.
    """
    mine = [
        each
        for each in deals
        if not _is_older(each, since) and (not (each.key and key) or each.key == key)
    ]
    return max(
        mine,
        key=lambda each: (
            not each.is_lost, bool(key) and each.key == key, _stamp(each.made_at), each.id
        ),
        default=None,
    )  # fmt: skip


def _is_older(deal: Deal, since: datetime | None) -> bool:
    return bool(since and deal.made_at and deal.made_at < since - _SKEW)


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


# ---- writing ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A lead whose deal is to be written."""

    change: Change
    contact_id: str

    @property
    def deal_id(self) -> str | None:
        """The deal that is known already."""
        return self.change.memory.get(DEAL)


def needs_deal(change: Change) -> bool:
    """Whether there is anything to write to a deal, known or to be made."""
    values, stage = change.values, change.values.stage or change.whole.stage
    if change.memory.get(DEAL):
        return bool(_changes(values) or _emptied(values))
    has_news = values.stage is not None or values.amount is not None
    return has_news and stage in _HAS_DEAL


def _changes(values: Values) -> set[str]:
    fields = {"stage", "amount_minor", "owner_id", "lost_reason", "closed_at", "expected_on"}
    return {name for name in fields if getattr(values, name) is not None}


def write(api: HubSpotApi, wanted: Sequence[Wanted]) -> dict[str, Outcome]:
    """Write the deals of these leads, and link new ones with their contacts; by the lead's key."""
    if not wanted:
        return {}
    stages = pipelines(api)
    known = _known(api, wanted)
    batches = Batches(api, "deals")
    outcomes = batches.write(_row(each, known.get(each.change.key), stages) for each in wanted)
    fresh = [each for each in wanted if each.deal_id is None]
    _link(api, [(each.contact_id, outcomes[each.change.key]) for each in fresh])
    return outcomes


def _known(api: HubSpotApi, wanted: Sequence[Wanted]) -> dict[str, Deal]:
    """The deals that exist, by the lead's key."""
    ids = {each.deal_id for each in wanted if each.deal_id}
    deals = {
        one: read(each, _no_currency)
        for each in api.read("deals", ids, _PROPERTIES)
        for one in (str(each["id"]), *merged_from(each))
    }
    keys = [each.change.key for each in wanted if not each.deal_id]
    mine = api.read("deals", keys, _PROPERTIES, by=KEY)
    by_id = {each.change.key: deals[each.deal_id] for each in wanted if each.deal_id in deals}
    return by_id | {key_of(each): read(each, _no_currency) for each in mine}


def _no_currency() -> None:
    return None


def _row(wanted: Wanted, deal: Deal | None, stages: Mapping[str, Pipeline]) -> Row:
    change = wanted.change
    properties = _properties(change.values)
    if deal is None and wanted.deal_id is None:
        properties |= _birth(change, stages)
    elif deal is not None and (stage := _next_stage(change.values.stage, deal, stages)):
        properties["dealstage"] = stage
    given = {name: value for name, value in properties.items() if value}
    if deal is not None:
        emptied = _emptied(change.values)
        if not deal.is_closed:
            emptied -= {"closedate"}  # of an open one it is what a salesperson expects
        given |= dict.fromkeys(emptied, "")  # "" clears a property
    return Row(change.key, given, wanted.deal_id or (deal.id if deal else None))


def _properties(values: Values) -> dict[str, str]:
    properties: dict[str, str] = {}
    if values.amount is not None:
        properties["amount"] = str(values.amount.amount)
        properties["deal_currency_code"] = values.amount.currency
    if values.closed_at is not None:
        properties["closedate"] = text(values.closed_at)
    elif values.expected_on is not None:
        # It is a moment there: noon in UTC is this day on nearly every clock.
        properties["closedate"] = text(datetime.combine(values.expected_on, time(12), UTC))
    if values.owner_id is not None:
        properties["hubspot_owner_id"] = values.owner_id
    if values.lost_reason is not None and values.stage is Stage.LOST:
        properties["closed_lost_reason"] = text(values.lost_reason)
    return properties


def _emptied(values: Values) -> set[str]:
    """The properties of a deal that hold nothing any more; a currency says nothing alone."""
    places = {"amount_minor": "amount", "lost_reason": "closed_lost_reason"}
    names = {place for field, place in places.items() if field in values.emptied}
    is_undated = "closed_at" in values.emptied and values.expected_on is None
    return names | ({"closedate"} if is_undated else set())


def _birth(change: Change, stages: Mapping[str, Pipeline]) -> dict[str, str]:
    """What a new deal needs."""
    pipeline = next(iter(stages.values()), None)
    if pipeline is None:
        raise Blocked(Trouble.PLAN, "HubSpot has no pipeline of deals")
    stage = change.values.stage or change.whole.stage
    return {
        "dealname": _name(change.whole, change.key),
        "pipeline": pipeline.id,
        "dealstage": (pipeline.won if stage is Stage.WON else pipeline.open) or "",
        "hubspot_owner_id": change.values.owner_id or change.whole.owner_id or "",
    }


def _name(whole: Values, key: str) -> str:
    person = " ".join(part for part in (whole.first_name, whole.last_name) if part)
    who = ", ".join(part for part in (person or whole.email or whole.phone, whole.company) if part)
    return " – ".join(part for part in (who or key, whole.campaign) if part)


def _next_stage(stage: Stage | None, deal: Deal, stages: Mapping[str, Pipeline]) -> str | None:
    """Where the deal has to move; None where it is so already. Within the open stages it is the
    salesperson's."""
    pipeline = stages.get(deal.pipeline)
    if pipeline is None:
        return None
    if stage is Stage.WON:
        return None if deal.is_won else pipeline.won
    if stage is Stage.LOST:
        return None if deal.is_lost else pipeline.lost
    if stage in (Stage.NEW, Stage.CONTACTED, Stage.QUALIFIED):
        return pipeline.open if deal.is_closed else None
    return None


def _link(api: HubSpotApi, made: Iterable[tuple[str, Outcome]]) -> None:
    """Link deals with their contacts; linking them again changes nothing."""
    inputs = [
        {"from": {"id": outcome.record_id}, "to": {"id": contact}}
        for contact, outcome in made
        if isinstance(outcome, Written)
    ]
    for some in chunks(inputs, BATCH):
        path = f"/crm/associations/{VERSION}/deals/contacts/batch/associate/default"
        api.post(path, {"inputs": some})


def dropped_fields(outcome: Outcome) -> dict[str, str]:
    """The fields of `Values` that the deal could not take, and why."""
    if not isinstance(outcome, Written):
        return {"stage": f"The deal: {outcome.detail}"}
    named = {_FIELDS.get(name): why for name, why in (outcome.dropped or {}).items()}
    return {field: why for field, why in named.items() if field}
