"""The platforms' own formats of offline conversions: rows in, CSV out.

Only what a platform needs is in its file. Addresses and numbers are hashed (SHA-256, without salt)
as the platforms ask for it. A click id is plain letters and digits (`comparison.CLICK_ID`), and all
else is made here, so no cell is a formula. The source of a format stands with its function.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.money import Money, exponent
from bot.reports.conversions.models import Action, Kind, Part, Platform


@dataclass(frozen=True)
class Row:
    """A conversion or a correction of one, with what a platform finds the person by."""

    lead_id: int
    kind: Kind
    action: Action
    click_id: str
    order_id: str
    reported_at: datetime
    """When it took place, as the platform was told; a correction says the same."""
    made_at: datetime
    """When the file was made: for a correction, when it was corrected."""
    value: Money | None
    currency: str
    """The workspace's, for a platform that wants a currency in any case."""
    clicked_at: datetime
    """When we first saw the click."""
    is_meta_lead: bool = False
    """Whether the click id is the number of a lead of Meta's own forms."""
    email: str | None = None
    """None also for somebody who refused consent."""
    phone: str | None = None
    """E.164; None also for somebody who refused consent."""


Cells = Callable[[Row], list[str] | None]
"""A row's cells; None where the platform could not tell whose it is."""


@dataclass(frozen=True)
class Format:
    """How a file is written."""

    columns: tuple[str, ...]
    cells: Cells
    above: str | None = None
    """The line above the header, where the platform reads one."""

    def write(self, rows: Iterable[Row]) -> bytes:
        """The file (RFC 4180, UTF-8)."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if self.above is not None:
            writer.writerow([self.above])
        writer.writerow(self.columns)
        writer.writerows(cells for row in rows if (cells := self.cells(row)) is not None)
        return text.getvalue().encode()


def hashed(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _email(row: Row) -> str:
    """Trimmed and in lower case before it is hashed, as Meta and LinkedIn ask for it."""
    return hashed(row.email.strip().lower()) if row.email else ""


def _phone(row: Row) -> str:
    """Digits with the country code before they are hashed, as Meta asks for it."""
    return hashed(row.phone.removeprefix("+")) if row.phone else ""


def _amount(value: Money | None) -> str:
    return f"{value.amount:.{exponent(value.currency)}f}" if value else ""


def _currency(value: Money | None) -> str:
    return value.currency if value else ""


GOOGLE_NAMES = {Kind.QUALIFIED: "Qualified lead", Kind.WON: "Converted lead"}
"""The conversion actions that have to exist in Google Ads, by exactly these names."""
_GOOGLE_ZONE = "Parameters:TimeZone=+0000"


def _google_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _google(row: Row) -> list[str]:
    """Conversions from clicks: https://support.google.com/google-ads/answer/7014069.

    The header names the click id, times are in the zone of the line above it (an offset such as
    +0000 will do), and nothing personal and no column of one's own may be there.
    """
    return [
        row.click_id, GOOGLE_NAMES[row.kind], _google_time(row.reported_at), _amount(row.value),
        _currency(row.value), row.order_id,
    ]  # fmt: skip


def _google_correction(row: Row) -> list[str]:
    """Conversion adjustments: https://support.google.com/google-ads/answer/7686280.

    They find a conversion by its order ID, and may not be in one file with new conversions.
    """
    value = row.value if row.action is Action.RESTATE else None
    return [
        row.order_id, GOOGLE_NAMES[row.kind], _google_time(row.made_at), row.action.upper(),
        _amount(value), _currency(value),
    ]  # fmt: skip


META_EVENTS = {Kind.QUALIFIED: "Lead", Kind.WON: "Purchase"}
"""Meta's standard events."""


def _meta(row: Row) -> list[str]:
    """The parameters of Meta's events, under
    https://developers.facebook.com/docs/marketing-api/conversions-api/parameters: hashing and
    `lead_id` in customer-information-parameters; `fbc`, the click id as Meta's cookie writes it
    with the millisecond in which it was first seen, in fbp-and-fbc.
    """
    seen = int(row.clicked_at.timestamp() * 1000)
    return [
        META_EVENTS[row.kind], str(int(row.reported_at.timestamp())), _amount(row.value),
        _currency(row.value), row.order_id, _email(row), _phone(row),
        row.click_id if row.is_meta_lead else "",
        "" if row.is_meta_lead else f"fb.1.{seen}.{row.click_id}",
    ]  # fmt: skip


LINKEDIN_EVENTS = {Kind.QUALIFIED: "QUALIFIED_LEAD", Kind.WON: "PURCHASE"}
"""Types of LinkedIn's conversion rules."""


def _linkedin(row: Row) -> list[str] | None:
    """The template for uploads by hand: https://www.linkedin.com/help/lms/answer/a530615.

    It finds people by their address and has no column for li_fat_id. An amount is neither blank nor
    zero: 1 where there is none.
    """
    if row.email is None:
        return None
    return [
        _email(row), str(int(row.reported_at.timestamp() * 1000)), LINKEDIN_EVENTS[row.kind],
        _amount(row.value) or "1", row.value.currency if row.value else row.currency,
    ]  # fmt: skip


def _listed(events: Mapping[Kind, str]) -> Cells:
    """Corrections for people to read: neither Meta nor LinkedIn takes them as a file."""

    def cells(row: Row) -> list[str]:
        value = row.value if row.action is Action.RESTATE else None
        return [
            str(row.lead_id), events[row.kind],
            f"{row.reported_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            row.order_id, row.action, _amount(value), _currency(value),
        ]  # fmt: skip

    return cells


_LISTED = ("lead_id", "event", "event_time", "order_id", "correction", "value", "currency")

FORMATS: Mapping[tuple[Platform, Part], Format] = {
    (Platform.GOOGLE, Part.CONVERSIONS): Format(
        ("Google Click ID", "Conversion Name", "Conversion Time", "Conversion Value",
         "Conversion Currency", "Order ID"),
        _google, _GOOGLE_ZONE,
    ),
    (Platform.GOOGLE, Part.CORRECTIONS): Format(
        ("Order ID", "Conversion Name", "Adjustment Time", "Adjustment Type", "Adjusted Value",
         "Adjusted Value Currency"),
        _google_correction, _GOOGLE_ZONE,
    ),
    (Platform.META, Part.CONVERSIONS): Format(
        ("event_name", "event_time", "value", "currency", "order_id", "email", "phone", "lead_id",
         "fbc"),
        _meta,
    ),
    (Platform.META, Part.CORRECTIONS): Format(_LISTED, _listed(META_EVENTS)),
    (Platform.LINKEDIN, Part.CONVERSIONS): Format(
        ("email", "timestamp", "eventtype", "amount", "currency"), _linkedin
    ),
    (Platform.LINKEDIN, Part.CORRECTIONS): Format(_LISTED, _listed(LINKEDIN_EVENTS)),
}  # fmt: skip

TAKES_CORRECTIONS = frozenset({Platform.GOOGLE})
"""The platforms that take corrections as a file; for the others they are listed apart."""
