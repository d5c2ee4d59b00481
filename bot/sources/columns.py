"""The columns of a list: what each means, recognised or told, and how a row is read by that."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence

from bot.errors import HandoffError
from bot.sheet import REASON, rearmed
from bot.sources import labels, values
from bot.sources.lead_payload import LeadPayload, Unreadable, read

NOTE = "note"
"""Kept as a question with its answer: the column's name, and what stands in the cell."""
SKIP = "skip"
"""Left out."""

MEANINGS: Mapping[str, str] = {
    NOTE: "Keep as is",
    SKIP: "Leave out",
    "email": "Email",
    "phone": "Phone",
    labels.FULL_NAME: "Full name",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "country": "Country",
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

_REACHABLE = {"email", "phone"}

_BESIDE = 40
"""So many characters beside the addresses of a cell are a name and commas."""

# What Meta's exports put before their ids, such as `f:7000000000000001`.
_META = re.compile(r"(?:l|ag|as|c|f):(?=\d{5,}$)")


class NobodyReachable(HandoffError):
    """No column holds an email address or a phone number. Say which one does."""


def guess(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """What each column means: by its name, and for addresses and numbers by what stands in it too.

    Several columns may mean the same; of a row, the first that is filled counts.
    """
    meanings = [SKIP if name == REASON else labels.canonical(name) or NOTE for name in header]
    columns = [[row[place] for row in sample if row[place]] for place in range(len(header))]
    _find_addresses(meanings, columns)
    _find_numbers(meanings, columns)
    return meanings


def _find_addresses(meanings: list[str], columns: Sequence[Sequence[str]]) -> None:
    """The columns of addresses: those that are called so, or the first; never our own people's."""
    full = [place for place, cells in enumerate(columns) if _are(_is_addresses, cells)]
    own = [place for place in full if not _is_of_all(columns[place])] or full
    for place in full:
        if meanings[place] != SKIP and (place not in own or meanings[place] != "email"):
            meanings[place] = NOTE
    if own and "email" not in [meanings[place] for place in own]:
        meanings[own[0]] = "email"


def _find_numbers(meanings: list[str], columns: Sequence[Sequence[str]]) -> None:
    """A column of phone numbers, where none is called so."""
    if "phone" in meanings:
        return
    is_number = values.is_surely_a_number if "email" in meanings else values.is_likely_a_number
    for place, cells in enumerate(columns):
        if meanings[place] == NOTE and _are(is_number, cells):
            meanings[place] = "phone"
            return


def _are(is_one: Callable[[str], bool], cells: Sequence[str]) -> bool:
    """Whether half or more of the cells of a column are of a kind."""
    return bool(cells) and sum(map(is_one, cells)) * 2 >= len(cells)


def _is_addresses(cell: str) -> bool:
    """Whether a cell holds addresses, and not much else."""
    if "@" not in cell:
        return False
    addresses = list(values.addresses(cell))
    return bool(addresses) and len(cell) - len("".join(addresses)) <= _BESIDE


def _is_of_all(cells: Sequence[str]) -> bool:
    """Whether one address stands in every row: it is nobody's own, but ours."""
    return len(cells) > 1 and len(set(map(str.casefold, cells))) == 1


def reach_somebody(meanings: Sequence[str]) -> bool:
    """Whether a column holds a way to reach people."""
    return bool(_REACHABLE.intersection(meanings))


def check(meanings: Sequence[str]) -> None:
    """See that rows can be read by these meanings. Raises NobodyReachable."""
    if not reach_somebody(meanings):
        raise NobodyReachable


def read_row(header: Sequence[str], meanings: Sequence[str], cells: Sequence[str]) -> LeadPayload:
    """Who a row is. Its id is the hash of what it says, so a second import adds nothing.

    Raises Unreadable, naming each field that does not fit.
    """
    answers = [
        (name, None if meaning == NOTE else meaning, _plain(cell))
        for name, meaning, cell in zip(header, meanings, cells, strict=True)
        if meaning != SKIP and not values.is_nothing(cell)
    ]
    if not answers:
        raise Unreadable({"row": "is empty"})
    payload = read(labels.gather(answers, recognise=False))
    payload.external_id = _identity(answers)
    return payload


def _plain(cell: str) -> str:
    """What somebody would read in a cell."""
    return _META.sub("", rearmed(cell)) if ":" in cell or "'" in cell else cell


def _identity(answers: Sequence[tuple[str, str | None, str]]) -> str:
    """The same for the same row, whatever the order of its columns."""
    pairs = sorted((field or name, cell) for name, field, cell in answers)
    return hashlib.sha256(repr(pairs).encode()).hexdigest()
