"""What has to be right in HubSpot before leads go there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.crm.adapters.contract import Access
from bot.crm.adapters.hubspot.api import VERSION, HubSpotApi, objects, results
from bot.crm.adapters.hubspot.deals import pipelines
from bot.crm.adapters.hubspot.fields import (
    CONTACT_PROPERTIES,
    DEAL_PROPERTIES,
    STATUS,
    STATUSES,
    Property,
)
from bot.crm.http import Answer
from bot.crm.port import Blocked, Finding

_NONE: dict[str, Any] = {"inputs": []}
# A call without records writes nothing, but the right to write is looked at first.
_RIGHTS = (
    ("read contacts", "GET", objects("contacts"), None),
    ("write contacts", "POST", objects("contacts", "batch/update"), _NONE),
    ("read deals", "GET", objects("deals"), None),
    ("write deals", "POST", objects("deals", "batch/update"), _NONE),
    ("read companies", "GET", objects("companies"), None),
    ("read owners", "GET", f"/crm/owners/{VERSION}", None),
)
_GROUPS = {"contacts": "contactinformation", "deals": "dealinformation"}
_FIELDS = {"contacts": CONTACT_PROPERTIES, "deals": DEAL_PROPERTIES}


def check(api: HubSpotApi, access: Access, *, make: bool) -> Iterator[Finding]:
    """See the port."""
    try:
        answer = api.call("GET", f"/account-info/{VERSION}/details")
        account = api.require(answer)
    except Blocked as blocked:
        yield Finding("The key", blocked.detail)
        return
    yield Finding(f"The key opens account {account.get('portalId')}")
    rights = list(_rights(api))
    yield from rights
    if any(each.problem for each in rights):
        return
    try:
        yield from _fields(api, make=make)
        yield from _deals(api)
        yield from _users(api)
    except Blocked as blocked:
        yield Finding("Settings", blocked.detail)
    yield _limits(answer)
    yield _hooks(access)


def _rights(api: HubSpotApi) -> Iterator[Finding]:
    for what, method, path, body in _RIGHTS:
        try:
            answer = api.call(method, path, body)
        except Blocked as blocked:
            yield Finding(f"Right to {what}", blocked.detail)
            continue
        problem = "HubSpot does not have it" if answer.status == 404 else None
        yield Finding(f"Right to {what}", problem)


def _fields(api: HubSpotApi, *, make: bool) -> Iterator[Finding]:
    for kind, needed in _FIELDS.items():
        page = api.get(f"/crm/properties/{VERSION}/{kind}")
        existing = {each["name"]: each for each in results(page)}
        missing = [each for each in needed if each.name not in existing]
        refused = _make(api, kind, missing) if make and missing else ""
        for each in needed:
            what = f"Property {each.name} of {kind}"
            if each.name not in existing:
                fix = "It is missing: run `handoff crm check --make`"
                yield Finding(what, (refused or None) if make else fix, can_be_made=not make)
            else:
                yield Finding(what, _misfit(each, existing[each.name]))
        if kind == "contacts":
            yield _statuses(existing.get(STATUS) or {})


def _make(api: HubSpotApi, kind: str, missing: Sequence[Property]) -> str:
    """Make these properties; what went wrong, or nothing."""
    inputs = [each.definition(_GROUPS[kind]) for each in missing]
    path = f"/crm/properties/{VERSION}/{kind}/batch/create"
    try:
        answer = api.call("POST", path, {"inputs": inputs})
    except Blocked as blocked:
        return blocked.detail
    if answer.ok and len(results(answer.json or {})) == len(inputs):
        return ""
    return "HubSpot did not make it: make it in HubSpot's settings, or ask there why"


def _misfit(needed: Property, existing: Mapping[str, Any]) -> str | None:
    if existing.get("type") != needed.type:
        return f"It is of type {existing.get('type')}; Handoff needs {needed.type}: delete it"
    if needed.is_unique and not existing.get("hasUniqueValue"):
        return "It does not require unique values: delete it, and let Handoff make it"
    return None


def _statuses(existing: Mapping[str, Any]) -> Finding:
    options = {each.get("value") for each in existing.get("options") or ()}
    missing = [each for each in STATUSES if each not in options]
    if not missing:
        return Finding("Lead statuses")
    problem = f"Add to the property {STATUS} options with these internal names: "
    return Finding("Lead statuses", problem + ", ".join(missing))


def _deals(api: HubSpotApi) -> Iterator[Finding]:
    first = next(iter(pipelines(api).values()), None)
    if first is None or not (first.open and first.won and first.lost):
        yield Finding(
            "Pipeline of deals",
            "The first pipeline needs an open stage, one that is won and one that is lost",
        )
    else:
        yield Finding("Pipeline of deals")


def _users(api: HubSpotApi) -> Iterator[Finding]:
    count = sum(1 for _ in api.pages(f"/crm/owners/{VERSION}", limit="500"))
    problem = None if count else "Nobody in HubSpot can own contacts: invite your salespeople"
    yield Finding(f"{count} people who can own contacts", problem)


def _limits(answer: Answer) -> Finding:
    most = answer.headers.get("x-hubspot-ratelimit-daily", "")
    left = answer.headers.get("x-hubspot-ratelimit-daily-remaining", "")
    if not (most.isdigit() and left.isdigit()):
        return Finding("Calls of the day")
    is_low = int(left) * 10 < int(most)
    problem = "Less than a tenth is left until midnight: see which apps call so often"
    return Finding(f"Calls of the day: {left} of {most} left", problem if is_low else None)


def _hooks(access: Access) -> Finding:
    if not access.hook_secret.get_secret_value():
        return Finding("No webhooks: changes are read every minute")
    if not access.public_url.startswith("https://"):
        return Finding("Webhooks", "HANDOFF_PUBLIC_URL must be an https:// address")
    return Finding("Webhooks bring the next look forward")
