"""What of a lead is written: its values as they are, and those that differ from what was written.

Nothing blank is sent, except where we wrote a value that the lead has no more (a step was undone).
What a step adds to its stage (an amount, a reason) goes with the stage.
"""

from collections.abc import Mapping, Set
from typing import Any

from bot.campaigns.models import Campaign
from bot.contacts.models import Consent
from bot.crm.models import CrmRecord
from bot.crm.port import Record, Stage, Values
from bot.formats import in_words
from bot.leads.models import Lead, Status
from bot.sources import source_name

_AS_THEY_ARE = (
    "first_name", "last_name", "email", "company", "job_title", "country", "message",
    "landing_url", "utm_source", "utm_medium", "gclid", "fbclid", "li_fat_id", "ttclid", "is_hot",
    "received_at", "first_response_at", "closed_at",
)  # fmt: skip
# What belongs to a stage, and is written whenever the stage is.
_OF_STAGE = ("stage", "lost_reason", "amount_minor", "currency", "expected_on", "closed_at")
_OF_AMOUNT = ("amount_minor", "currency")
# What a step writes, and undoing or reopening takes back.
_OF_STEPS = (
    "lost_reason", "quality", "quality_reason", "claimed_at", "first_response_at", "closed_at",
    *_OF_AMOUNT,
)  # fmt: skip
THEIRS = "theirs"
"""Beside what was written: the names of those values that people entered in the CRM."""


def values_of(
    lead: Lead, campaign: Campaign | None, consent: Consent | None, owner_id: str | None
) -> Values:
    """A lead's values as they are now; `owner_id` is its owner's id in the CRM."""
    facts = {name: getattr(lead, name) or None for name in _AS_THEY_ARE}
    return Values(
        **facts | {"is_hot": lead.is_hot} | stage_values(lead),
        phone=lead.phone_e164 or lead.phone_raw,
        claimed_at=lead.first_claimed_at,
        source=source_name(lead.source),
        campaign=campaign.name if campaign else None,
        campaign_code=(campaign.utm_campaign if campaign else None) or lead.utm_campaign,
        consent=_consent(consent) if consent else None,
        score=lead.score,
        quality=lead.rating,
        quality_reason=lead.rating_reason,
        owner_id=owner_id,
    )


def stage_values(lead: Lead) -> dict[str, Any]:
    """How far a lead is, and what belongs to that."""
    is_in_pipeline = stage_of(lead) is Stage.QUALIFIED
    amount = lead.won_amount or (lead.expected_amount if is_in_pipeline else None)
    return {
        "stage": stage_of(lead),
        "lost_reason": _lost_reason(lead),
        "amount_minor": amount.minor if amount else None,
        "currency": amount.currency if amount else None,
        "expected_on": lead.expected_on if is_in_pipeline else None,
    }


def stage_of(lead: Lead) -> Stage:
    """How far a lead is; one that was merged into another is lost, as a duplicate."""
    if lead.merged_into is not None:
        return Stage.LOST
    if lead.status == Status.NEW and lead.first_response_at is not None:
        return Stage.CONTACTED
    return Stage(lead.status)


def _lost_reason(lead: Lead) -> str | None:
    if lead.merged_into is not None:
        return "Duplicate"
    if lead.disposition is None or lead.status not in (Status.LOST, Status.RECYCLED):
        return None
    note = f": {lead.disposition_note}" if lead.disposition_note else ""
    return f"{in_words(lead.disposition)}{note}"


def _consent(consent: Consent) -> str:
    purposes = f", for {', '.join(consent.purposes)}" if consent.purposes else ""
    wording = f" (“{consent.wording}”)" if consent.wording else ""
    answer = "Given" if consent.granted else "Refused"
    return f"{answer} {consent.given_at:%Y-%m-%d}{purposes}{wording}"


def changed(now: Values, written: Mapping[str, Any], emptied: Set[str] = frozenset()) -> Values:
    """The values that differ from those that were written (their JSON); what a stage says goes
    with the stage, and an amount with its currency. Those that are `emptied` are given as None."""
    facts = now.model_dump(mode="json", exclude_none=True)
    names = {name for name, value in facts.items() if written.get(name) != value}
    for together, cause in ((_OF_STAGE, "stage"), (_OF_AMOUNT, "amount_minor")):
        if cause in names:
            names.update(together)
    names = (names & facts.keys()) | emptied
    return Values(**{name: getattr(now, name) for name in names})


def emptied(now: Values, lead: Lead, record: CrmRecord) -> set[str]:
    """What we wrote and the lead has no more. What people entered or changed in the CRM stays."""
    written, seen = record.written, record.seen
    names = {
        name
        for name in _OF_STEPS
        if getattr(now, name) is None
        and written.get(name) is not None
        and name not in written.get(THEIRS, ())
        and seen.get(name) in (None, written[name])
    }
    if not names.issuperset(_OF_AMOUNT) or _is_expected(lead, written):
        names -= set(_OF_AMOUNT)
    return names


def _is_expected(lead: Lead, written: Mapping[str, Any]) -> bool:
    """Whether the amount is what the lead is still expected to bring: a lost or paused one keeps
    that, and only does not send it."""
    expected = (lead.expected_minor, lead.expected_currency)
    return expected == tuple(written[name] for name in _OF_AMOUNT)


def after_writing(
    written: Mapping[str, Any], values: Mapping[str, Any], emptied: Set[str] = frozenset()
) -> dict[str, Any]:
    """What is remembered as written once these values were, too."""
    ours = {name for name, value in values.items() if written.get(name) != value} | emptied
    after = {name: value for name, value in written.items() if name not in emptied} | dict(values)
    return _with_theirs(after, set(written.get(THEIRS, ())) - ours)


def after_taking(written: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered as written once these values of people in the CRM were taken over."""
    new = {name for name, value in values.items() if written.get(name) != value}
    return _with_theirs({**written, **values}, new | set(written.get(THEIRS, ())))


def _with_theirs(written: dict[str, Any], names: Set[str]) -> dict[str, Any]:
    kept = {name: value for name, value in written.items() if name != THEIRS}
    return kept | ({THEIRS: sorted(names)} if names else {})


def as_json(values: Values) -> dict[str, Any]:
    """Values as they are remembered."""
    return values.model_dump(mode="json", exclude_none=True)


def seen_of(record: Record) -> dict[str, Any]:
    """What is remembered of a record as the CRM holds it."""
    return {
        "stage": record.stage,
        "lost_reason": record.lost_reason,
        "owner_id": record.owner_id,
        "amount_minor": record.amount.minor if record.amount else None,
        "currency": record.amount.currency if record.amount else None,
    }
