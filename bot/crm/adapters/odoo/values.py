"""What of a lead goes where in Odoo: fields of the lead, and a note for what has no field.

A lead in Odoo has no place for a score, consent or click ids, and making fields needs an
administrator: they stand in one note in the lead's chatter, which is Handoff's own and is written
anew when they change. What people write is never touched.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.crm.port import Change, Values

QUALITIES = ("great", "good", "weak", "junk")
CONTACTED, RECYCLED = "Contacted", "Recycled"

# Where a value goes, and which one is told as left out where Odoo does not take it.
VALUE_OF = {
    "contact_name": "last_name",
    "email_from": "email",
    "phone": "phone",
    "partner_name": "company",
    "function": "job_title",
    "country_id/.id": "country",
    "priority": "score",
    "campaign_id/.id": "campaign",
    "source_id/.id": "utm_source",
    "medium_id/.id": "utm_medium",
    "user_id/.id": "owner_id",
    "expected_revenue": "amount_minor",
    "date_deadline": "expected_on",
}
_PRIVATE = ("first_name", "last_name", "email", "phone", "company", "job_title", "message")
_TEXTS = {
    "email": "email_from",
    "phone": "phone",
    "company": "partner_name",
    "job_title": "function",
}  # fmt: skip

# The note: a value's label, in the order of the note.
_FACTS = {
    "score": "Score",
    "quality": "Quality",
    "lost_reason": "Reason",
    "amount": "Amount",
    "message": "Message",
    "consent": "Consent",
    "source": "Source",
    "campaign": "Campaign",
    "landing_url": "Landing page",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "gclid": "Google click id (gclid)",
    "fbclid": "Meta click id (fbclid)",
    "li_fat_id": "LinkedIn click id (li_fat_id)",
    "ttclid": "TikTok click id (ttclid)",
    "received_at": "Received",
    "claimed_at": "Claimed",
    "first_response_at": "First response",
    "closed_at": "Closed",
}
_ALSO_FACTS = {"is_hot", "quality_reason", "campaign_code", "amount_minor", "currency"}


def person(values: Values) -> str:
    """The person's name, as Odoo has it in one field."""
    return " ".join(filter(None, (values.first_name, values.last_name)))


def title(values: Values) -> str:
    """What a new lead is called in Odoo's lists."""
    parts = [person(values), values.company or ""]
    return ", ".join(filter(None, parts)) or values.email or values.phone or "Lead"


def priority(values: Values) -> str | None:
    """The stars that stand for a score: three where it is hot."""
    if values.is_hot:
        return "3"
    if values.score is None:
        return None
    return str(min(max(values.score, 0) // 25, 3))


def source(values: Values) -> str | None:
    """Odoo's source: where the person came from, as far as it is known."""
    return values.utm_source or values.source


def cells(change: Change) -> dict[str, str]:
    """The cells of what changed that need nothing to be looked up."""
    values, whole = change.values, change.whole
    texts = {
        column: text for name, column in _TEXTS.items() if (text := getattr(values, name))
    }  # fmt: skip
    if (values.first_name or values.last_name) and (name := person(whole) or person(values)):
        texts["contact_name"] = name
    is_scored = values.score is not None or values.is_hot is not None
    if is_scored and (stars := priority(whole) or priority(values)):
        texts["priority"] = stars
    if values.expected_on is not None:
        texts["date_deadline"] = values.expected_on.isoformat()
    return texts


def private(change: Change) -> list[str]:
    """What people wrote of themselves: nothing of it stands in an error."""
    return [
        value
        for values in (change.values, change.whole)
        for name in _PRIVATE
        if (value := getattr(values, name))
    ] + [name for values in (change.values, change.whole) if (name := person(values))]


def has_facts(values: Values) -> bool:
    """Whether something of these stands in the note."""
    given = {name for name in Values.model_fields if getattr(values, name) is not None}
    return bool(given & (_FACTS.keys() | _ALSO_FACTS))


def note(values: Values) -> str:
    """The note's HTML."""
    lines = [(label, text) for name, label in _FACTS.items() if (text := _fact(values, name))]
    items = "".join(f"<li>{label}: {html(text)}</li>" for label, text in lines)
    return f"<p><strong>Handoff</strong></p><ul>{items}</ul>"


def _fact(values: Values, name: str) -> str:
    value = getattr(values, name)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    beside = {
        "score": "hot" if values.is_hot else None,
        "quality": values.quality_reason,
        "campaign": values.campaign_code,
    }.get(name)
    return f"{value} ({beside})" if beside else str(value)


def html(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return "<br>".join(escape(line) for line in text.splitlines())


def quality_tag(quality: str) -> str:
    """The tag of a quality."""
    return f"Quality: {quality}"


TAGS: Sequence[str] = (CONTACTED, RECYCLED, *map(quality_tag, QUALITIES))
"""All tags that Handoff gives."""
