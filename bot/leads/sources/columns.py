"""The columns of a list: what each means, recognised or told, and how a row is read by that."""

import hashlib
from collections.abc import Mapping, Sequence

from bot.errors import HandoffError
from bot.leads.inquiry import Inquiry, Unreadable, read
from bot.leads.sources import labels
from bot.sheet import REASON, rearmed

NOTE = "note"
"""Kept as a line of the message, with the column's name."""
SKIP = "skip"
"""Left out."""

MEANINGS: Mapping[str, str] = {
    NOTE: "Keep as a note",
    SKIP: "Leave out",
    "email": "E-mail",
    "phone": "Phone",
    labels.FULL_NAME: "Full name",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "country": "Country (two letters)",
    "message": "Message",
    "consent": "Consent (yes or no)",
    "submitted_at": "Date and time",
    "utm_campaign": "Campaign code",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_term": "UTM term",
    "utm_content": "UTM content",
    "landing_url": "Landing page",
    "gclid": "Google click id",
    "fbclid": "Meta click id",
    "li_fat_id": "LinkedIn click id",
    "ttclid": "TikTok click id",
    "form_id": "Form id",
    "ad_id": "Ad id",
}
"""What a column can mean, in words."""

_MANY = {NOTE, SKIP, "message"}
_REACHABLE = {"email", "phone"}


class TwoColumns(HandoffError):
    """The columns “{first}” and “{second}” cannot both be {meaning}: keep one of them as a note."""


class NobodyReachable(HandoffError):
    """No column holds an e-mail address or a phone number. Say which one does."""


def guess(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """What each column means: by its usual name, and for addresses by what stands in it.

    The first column of a meaning has it; whatever else there is, is kept as a note.
    """
    meanings: list[str] = []
    for name in header:
        field = SKIP if name == REASON else labels.canonical(name) or NOTE
        is_taken = field in meanings and field not in _MANY
        meanings.append(NOTE if is_taken else field)
    if not _REACHABLE & set(meanings) and (place := _addresses(sample, len(header))) is not None:
        meanings[place] = "email"
    return meanings


def _addresses(sample: Sequence[Sequence[str]], width: int) -> int | None:
    """The first column of whose cells half or more are addresses."""
    for place in range(width):
        cells = [row[place] for row in sample if row[place]]
        if cells and sum("@" in cell for cell in cells) * 2 >= len(cells):
            return place
    return None


def check(header: Sequence[str], meanings: Sequence[str]) -> None:
    """See that rows can be read by these meanings. Raises TwoColumns, NobodyReachable."""
    by_meaning: dict[str, str] = {}
    for place, (name, meaning) in enumerate(zip(header, meanings, strict=True)):
        if meaning in _MANY:
            continue
        if meaning in by_meaning:
            words = MEANINGS[meaning].lower()
            raise TwoColumns(first=by_meaning[meaning], second=name, meaning=words, place=place)
        by_meaning[meaning] = name
    if not _REACHABLE & set(by_meaning):
        raise NobodyReachable


def is_readable(header: Sequence[str], meanings: Sequence[str]) -> bool:
    """Whether `check` finds nothing wrong."""
    try:
        check(header, meanings)
    except HandoffError:
        return False
    return True


def read_row(header: Sequence[str], meanings: Sequence[str], cells: Sequence[str]) -> Inquiry:
    """Who a row is. Its id is the hash of what it says, so a second import adds nothing.

    Raises Unreadable, naming each field that does not fit.
    """
    said = [
        (name, None if meaning == NOTE else meaning, rearmed(cell))
        for name, meaning, cell in zip(header, meanings, cells, strict=True)
        if meaning != SKIP
    ]
    found = labels.gather(said)
    if not found:
        raise Unreadable({"row": "is empty"})
    inquiry = read(found)
    inquiry.external_id = hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()
    return inquiry
