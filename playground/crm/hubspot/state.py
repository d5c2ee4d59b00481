"""What an account of HubSpot holds and allows. Whoever writes holds the stand-in's lock."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from playground.crm.hubspot.schema import (
    COMPANIES,
    CONTACTS,
    DEALS,
    KINDS,
    LIFECYCLE,
    NOTES,
    SCOPES,
    STAMPS,
    Item,
    Owner,
    Refused,
    Stage,
    conflict,
    invalid,
    iso,
    lacks,
    not_valid,
    usual_pipelines,
    usual_properties,
)


class State:
    """All that the account holds, the scopes of its key, and the limit of its searches."""

    def __init__(
        self, now: Callable[[], datetime], search_limit: int | None, search_lag: timedelta
    ) -> None:
        self.now = now
        self.scopes = set(SCOPES)
        self.search_limit, self.search_lag = search_limit, search_lag
        self._searches: deque[datetime] = deque()
        self.items: dict[str, dict[str, Item]] = {kind: {} for kind in KINDS}
        self.archived: dict[str, dict[str, Item]] = {kind: {} for kind in KINDS}
        self.properties = {kind: usual_properties(kind) for kind in KINDS}
        self.owners: dict[str, Owner] = {}
        self.pipelines = usual_pipelines()
        self._links: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self._unique: dict[tuple[str, str, str], Item] = {}
        self.merged: dict[tuple[str, str], str] = {}
        self.refused: set[tuple[str, str]] = set()
        """Kinds and properties of which a validation rule takes no value."""
        self._last_id = 1000

    def next_id(self) -> str:
        """A new id."""
        self._last_id += 1
        return str(self._last_id)

    def require(self, scope: str) -> None:
        """Raises Refused where the key lacks a scope."""
        if scope not in self.scopes:
            raise lacks(scope)

    def begin_search(self) -> datetime:
        """Count a search; what changed after this is not found yet. Raises Refused."""
        now = self.now()
        while self._searches and self._searches[0] <= now - timedelta(seconds=1):
            self._searches.popleft()
        if self.search_limit is not None and len(self._searches) >= self.search_limit:
            raise Refused(429, "RATE_LIMITS", "You have reached your secondly limit.",
                          policyName="SECONDLY")  # fmt: skip
        self._searches.append(now)
        return now - self.search_lag

    # ---- finding --------------------------------------------------------------------------------

    def get(self, kind: str, record_id: str) -> Item | None:
        """The record, also by the id of one that was merged into it."""
        while (kind, record_id) in self.merged:
            record_id = self.merged[kind, record_id]
        return self.items[kind].get(record_id)

    def by(self, kind: str, name: str, value: str) -> Item | None:
        """The record with this value of a unique property."""
        if name in ("", "hs_object_id"):
            return self.get(kind, value)
        if not self.is_unique(kind, name):
            raise invalid(f"Unable to perform update/upsert by non-unique {KINDS[kind]} property")
        low = value.lower() if name == "email" else value
        return self._unique.get((kind, name, low))

    def is_unique(self, kind: str, name: str) -> bool:
        """Whether a record is known by the property."""
        known = self.properties[kind].get(name)
        return (kind, name) == (CONTACTS, "email") or (known is not None and known.is_unique)

    def linked(self, kind: str, record_id: str, to: str) -> list[str]:
        """The records of a kind that are associated with this one, in the order of their ids."""
        ends = self._links[kind, record_id]
        return sorted((one for of, one in ends if of == to and one in self.items[to]), key=int)

    def stages(self) -> dict[str, tuple[str, Stage]]:
        """All stages with their pipeline's id, by their ids."""
        return {s.id: (each.id, s) for each in self.pipelines for s in each.stages}

    # ---- writing --------------------------------------------------------------------------------

    def validate(
        self, kind: str, properties: Mapping[str, Any], item: Item | None, *, is_api: bool = True
    ) -> None:
        """Raises Refused for what the API would not take."""
        complaints = [
            (name, code)
            for name, value in properties.items()
            if (code := self._complaint(kind, name, value, is_api=is_api))
        ]
        if complaints:
            raise not_valid([(name, code, properties[name]) for name, code in complaints])
        self._require(kind, properties, item)
        for name, value in properties.items():
            other = self.by(kind, name, value) if value and self.is_unique(kind, name) else None
            if other is not None and other is not item:
                raise conflict(name, value, other.id)

    def _complaint(self, kind: str, name: str, value: Any, *, is_api: bool) -> str | None:
        known = self.properties[kind].get(name)
        if known is None:
            return "PROPERTY_DOESNT_EXIST"
        if not isinstance(value, str):
            return "INVALID_TYPE"
        if is_api and (kind, name) in self.refused and value:
            return "VALIDATION_RULE_FAILED"
        taken = self._taken(name)
        if taken is not None and value:
            return None if value in taken else "INVALID_OPTION"
        return known.complaint(value)

    def _taken(self, name: str) -> set[str] | None:
        """The values of a property whose options stand elsewhere; None for others."""
        if name == "hubspot_owner_id":
            return {each.id for each in self.owners.values() if not each.is_archived}
        if name == "dealstage":
            return set(self.stages())
        return {each.id for each in self.pipelines} if name == "pipeline" else None

    def _require(self, kind: str, properties: Mapping[str, str], item: Item | None) -> None:
        whole = {**(item.properties if item else {}), **properties}
        needed = {
            CONTACTS: ("email", "firstname", "lastname"),
            DEALS: ("dealname",),
            NOTES: ("hs_timestamp",),
            COMPANIES: ("name", "domain"),
        }[kind]
        if not any(whole.get(name) for name in needed):
            raise invalid(f"At least one of these is required: {', '.join(needed)}")
        if kind == DEALS:
            pipeline = self.stages().get(whole.get("dealstage", ""), ("",))[0]
            if pipeline != whole.get("pipeline", "default"):
                raise not_valid([("dealstage", "INVALID_OPTION", whole.get("dealstage"))])

    def make(self, kind: str, properties: Mapping[str, str]) -> Item:
        """A new record."""
        now = self.now()
        item = Item(self.next_id(), now, now)
        item.properties["createdate"] = iso(now)
        item.properties["hs_object_id"] = item.id
        if kind == DEALS:
            item.properties["pipeline"] = "default"
        self.items[kind][item.id] = item
        self.change(kind, item, properties)
        return item

    def change(self, kind: str, item: Item, properties: Mapping[str, str]) -> None:
        """Write into a record."""
        given = dict(properties)
        if kind == CONTACTS and given.get("lifecyclestage"):  # only forward
            old = item.properties.get("lifecyclestage", "")
            given["lifecyclestage"] = max(old, given["lifecyclestage"], key=_rank)
        self._forget(kind, item)
        item.properties |= given
        for name in [name for name, value in given.items() if not value]:
            item.properties.pop(name, None)
        self._know(kind, item)
        if kind == DEALS and "dealstage" in item.properties:
            stage = self.stages()[item.properties["dealstage"]][1]
            is_won = stage.is_closed and stage.probability > 0
            item.properties["hs_is_closed"] = str(stage.is_closed).lower()
            item.properties["hs_is_closed_won"] = str(is_won).lower()
        self.touch(kind, item)

    def touch(self, kind: str, item: Item) -> None:
        """Note that a record changed."""
        item.changed_at = self.now()
        item.properties[STAMPS[kind]] = iso(item.changed_at)

    def link(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Associate two records. Raises Refused where one does not exist."""
        ends = [(kind, self._existing(kind, record_id).id) for kind, record_id in (one, other)]
        for start, end in (ends, ends[::-1]):
            self._links[start].add(end)

    def _existing(self, kind: str, record_id: str) -> Item:
        item = self.get(kind, record_id)
        if item is None:
            raise invalid(f"Object {record_id} of {kind} does not exist or is archived")
        return item

    def archive(self, kind: str, record_id: str) -> None:
        """Delete a record; nothing happens where it is gone."""
        item = self.items[kind].pop(record_id, None)
        if item is not None:
            self._forget(kind, item)
            self.archived[kind][record_id] = item

    def merge(self, kind: str, primary_id: str, other_id: str) -> Item:
        """Merge two records into a new one, to which both ids lead from now on."""
        primary, other = self.get(kind, primary_id), self.get(kind, other_id)
        if primary is None or other is None or primary is other:
            raise invalid("Both records have to exist")
        for each in (primary, other):
            self.archive(kind, each.id)
        result = self.make(kind, {})
        result.properties = other.properties | primary.properties | result.properties
        before = [primary.properties.get("hs_merged_object_ids", ""), primary.id, other.id]
        result.properties["hs_merged_object_ids"] = ";".join(one for one in before if one)
        second = {primary.properties.get("email"), other.properties.get("email")}
        more = second - {result.properties.get("email"), None}
        if more:
            result.properties["hs_additional_emails"] = ";".join(sorted(one for one in more if one))
        self._know(kind, result)
        for each in (primary, other):
            self.merged[kind, each.id] = result.id
            self._relink((kind, each.id), (kind, result.id))
        return result

    def _unique_values(self, kind: str, item: Item) -> Iterator[tuple[str, str, str]]:
        for name, value in item.properties.items():
            if self.is_unique(kind, name):
                yield kind, name, value.lower() if name == "email" else value
        for email in item.properties.get("hs_additional_emails", "").lower().split(";"):
            if email:
                yield kind, "email", email

    def _know(self, kind: str, item: Item) -> None:
        self._unique |= dict.fromkeys(self._unique_values(kind, item), item)

    def _forget(self, kind: str, item: Item) -> None:
        for each in self._unique_values(kind, item):
            self._unique.pop(each, None)

    def _relink(self, old: tuple[str, str], new: tuple[str, str]) -> None:
        for end in self._links.pop(old, set()):
            self._links[end].discard(old)
            self._links[end].add(new)
            self._links[new].add(end)


def _rank(stage: str) -> int:
    return LIFECYCLE.index(stage) if stage in LIFECYCLE else -1
