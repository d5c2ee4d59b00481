"""What people call the fields of a form or a list: their labels, recognised by usual names."""

import re
from collections.abc import Iterable
from typing import Any

from bot.leads.sources.payload import moment, plain

FULL_NAME = "full_name"
"""No field of an inquiry: it is split into first and last name."""

# Usual names, as they read without case, accents of punctuation and filler.
_NAMES = {
    "email": "email, e mail, mail, email address, e mail address, mail address, work email, "
    "business email, company email, your email, user email, contact email, registrant email",
    "phone": "phone, phone number, telephone, telephone number, tel, mobile, mobile number, "
    "mobile phone, cell, cell phone, work phone, business phone, your phone, contact number",
    "first_name": "first name, firstname, given name, forename, fname",
    "last_name": "last name, lastname, surname, family name, lname",
    FULL_NAME: "name, full name, your name, contact name, user name original name, attendee, "
    "attendee name, registrant name, contact",
    "company": "company, company name, organisation, organization, organisation name, "
    "organization name, org, employer, business, business name, firm, account, account name",
    "job_title": "job title, title, jobtitle, position, role, job role, job, function",
    "country": "country, country region, country region name, country code, region country",
    "message": "message, comments, comment, questions comments, questions and comments, note, "
    "notes, question, inquiry, enquiry, how can we help, how can we help you, your message",
    "submitted_at": "registration time, registration date, registered at, submitted at, "
    "submission time, submission date, created at, create date, created, date, timestamp, "
    "registration date time, date submitted, created time",
    "consent": "consent, marketing consent, opt in, newsletter, gdpr consent, privacy consent",
    "utm_source": "utm source",
    "utm_medium": "utm medium",
    "utm_campaign": "utm campaign, campaign, campaign name, campaign code",
    "utm_term": "utm term",
    "utm_content": "utm content",
    "landing_url": "landing url, landing page, page url, source url, first page seen, url",
    "gclid": "gclid, google click id",
    "fbclid": "fbclid, facebook click id",
    "li_fat_id": "li fat id",
    "ttclid": "ttclid",
    "form_id": "form id",
    "ad_id": "ad id",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split(", ")}


def canonical(label: str) -> str | None:
    """The field of an inquiry (or `full_name`) that a label means; None for any other."""
    words = re.sub(r"[^a-z0-9]+", " ", label.casefold()).strip()
    return _FIELDS.get(words)


def is_known(label: str) -> bool:
    """Whether a label means a field."""
    return canonical(label) is not None


def facts(pairs: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """Labels with their values, as an inquiry's facts; what means no field becomes its message."""
    return gather((label, canonical(label), value) for label, value in pairs)


def gather(said: Iterable[tuple[str, str | None, object]]) -> dict[str, Any]:
    """Labels, the fields that they mean (None: none), and values, as an inquiry's facts.

    The first value of a field counts, so that a form's own e-mail is not replaced by a colleague's;
    nothing is lost, though: the others become lines of the message.
    """
    found: dict[str, Any] = {}
    lines: list[str] = []
    for label, field, value in said:
        written = plain(value)
        if not written:
            continue
        fact = moment(value) if field == "submitted_at" else written
        if field == "message":
            lines.append(written)
        elif field is None or field in found or fact is None:
            lines.append(f"{label.strip()}: {written}")
        else:
            found[field] = fact
    return split_name(found | ({"message": "\n".join(lines)} if lines else {}))


def split_name(found: dict[str, Any]) -> dict[str, Any]:
    """Full name into first and last, where these are not known by themselves."""
    full = found.pop(FULL_NAME, None)
    if isinstance(full, str) and not (found.get("first_name") or found.get("last_name")):
        first, _, last = full.strip().partition(" ")
        found |= {"first_name": first, "last_name": last.strip() or None}
    return found
