"""Importing: an export of an ad platform is looked at, mapped, and taken in.

What a file says of a campaign, a day and a line is added up first. A day that is here already with
the same amount is left alone, so a second import adds nothing; with another amount it is corrected,
as platforms restate their last days; one that somebody corrected by hand stays as they left it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.slack.text import clean
from bot.spend import exports
from bot.spend.comparing import (
    Place,
    Reading,
    campaigns_of,
    compare,
    key_of,
    read,
)
from bot.spend.entering import add, may_enter
from bot.spend.exports import Platform, PlatformMissing
from bot.spend.models import ImportState, SpendImport
from bot.tasks import enqueue

CARD = "spend.import"
"""The card of an import."""
RETURN = "spend.return"
"""The task that sends back what was refused."""

MOST_ROWS = 20_000
_REASONS_SHOWN = 5
_SUMS_SHOWN = 5
_PLATFORMS_SHOWN = 30


class TooManyRows(HandoffError):
    """This export has more than 20,000 rows. Export fewer days, or one row a day and campaign."""


class NotInPreview(HandoffError):
    """This import is already {state}. Nothing was changed."""


def stage(
    session: Session,
    person: Person | None,
    workspace_id: int,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
) -> SpendImport:
    """Keep an export until somebody agrees to what would come of it; `who` is shown that.

    None is the command line. Raises NotAllowed, TooManyRows.
    """
    if person is not None:
        may_enter(session, person)
    kept = [list(cells) for cells in rows]
    if len(kept) > MOST_ROWS:
        raise TooManyRows
    platform = exports.recognise(header)
    staged = SpendImport(
        workspace_id=workspace_id, by_id=person.id if person else None, name=clean(name, 120),
        platform=platform or "", header=list(header), meanings=exports.guess(header, platform),
        rows=kept, campaigns={}, created_at=clock.now(),
    )  # fmt: skip
    session.add(staged)
    session.flush()
    preview(session, staged)
    if person is not None:
        slack.show(session, workspace_id, CARD, staged.id, person.slack_id)
    return staged


def change(
    session: Session,
    staged: SpendImport,
    meanings: Sequence[str],
    campaign_id: int | None,
    by_name: Mapping[str, int],
    platform: str = "",
) -> None:
    """Say what the columns mean, which campaigns are meant, and which platform it is from.

    `platform` is a name, or one of `Platform`; empty: as it was. Raises ColumnMissing, TwoColumns,
    PlatformMissing.
    """
    exports.check(staged.header, meanings, one_campaign=campaign_id is not None)
    staged.platform = (
        _as_before(session, staged, exports.platform_named(platform)) or staged.platform
    )
    if not staged.platform:
        raise PlatformMissing
    staged.meanings, staged.campaign_id = list(meanings), campaign_id
    staged.campaigns = {**staged.campaigns, **by_name}
    preview(session, staged)


def _as_before(session: Session, staged: SpendImport, platform: str) -> str:
    """A platform as it was written first: its name is also the line that its spend is of."""
    written = session.scalars(
        select(SpendImport.platform)
        .where(SpendImport.workspace_id == staged.workspace_id)
        .group_by(SpendImport.platform)
        .order_by(func.min(SpendImport.id))
    )
    same = (each for each in written if exports.key_of(each) == exports.key_of(platform))
    return next(same, platform)


def platforms(session: Session, staged: SpendImport) -> Sequence[str]:
    """The platforms that a file can be from: those that we know, and those named before."""
    named = session.scalars(
        select(SpendImport.platform)
        .where(SpendImport.workspace_id == staged.workspace_id, SpendImport.platform != "")
        .group_by(SpendImport.platform)
        .order_by(func.max(SpendImport.id).desc())
        .limit(_PLATFORMS_SHOWN)
    )
    known = [str(each) for each in Platform if each is not Platform.OTHER]
    return list(dict.fromkeys([*known, *named]))


def preview(session: Session, staged: SpendImport) -> None:
    """Note what would come of it."""
    staged.outcome = {}
    if staged.is_readable:
        reading = read(session, staged)
        new, restated, known = compare(session, staged, reading)
        staged.outcome = _outcome(reading, len(new), len(restated), known)
    slack.redraw(session, CARD, staged.id)


def book(session: Session, staged: SpendImport) -> None:
    """Take it in: new days are added, restated ones corrected, refused rows kept with reasons.

    Raises PlatformMissing, since an import corrects only what came from the same platform.
    """
    if not staged.platform:
        raise PlatformMissing
    reading = read(session, staged)
    new, restated, known = compare(session, staged, reading)
    by_campaign: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for place, minor in new.items():
        by_campaign[place.campaign_id].append(
            _row(staged, place, minor, key_of(staged, place), None)
        )
    for place, (standing, minor) in restated.items():
        key = f"{key_of(staged, place)}:{standing.id}"
        by_campaign[place.campaign_id].append(_row(staged, place, minor, key, standing.id))
    campaigns = campaigns_of(session, staged.workspace_id)
    for campaign_id, rows in by_campaign.items():
        currency = campaigns[campaign_id].currency
        for row in rows:
            row["currency"] = currency
        add(session, campaigns[campaign_id], rows)
    staged.outcome = _outcome(reading, len(new), len(restated), known)
    staged.state = ImportState.DONE
    staged.rows = [[cells, why] for cells, why in reading.refused]
    if reading.refused and staged.by_id is not None:
        enqueue(session, RETURN, import_id=staged.id)
    slack.redraw(session, CARD, staged.id)


def cancel(session: Session, staged: SpendImport) -> None:
    """Forget the rows."""
    staged.state, staged.rows, staged.outcome = ImportState.CANCELLED, [], {}
    slack.redraw(session, CARD, staged.id)


def in_preview(session: Session, person: Person, import_id: int) -> SpendImport:
    """The import, locked, if it is this person's and waits for their word.

    Raises NotAllowed, NotFound, NotInPreview.
    """
    may_enter(session, person)
    staged = session.get(SpendImport, import_id, with_for_update=True)
    if staged is None or staged.workspace_id != person.workspace_id or staged.by_id != person.id:
        raise NotFound(what="this import")
    if staged.state != ImportState.PREVIEW:
        raise NotInPreview(state=staged.state)
    return staged


def _outcome(reading: Reading, new: int, restated: int, known: int) -> dict[str, Any]:
    reasons: dict[str, int] = defaultdict(int)
    for _, why in reading.refused:
        reasons[why] += 1
    most = sorted(reasons.items(), key=lambda each: -each[1])[:_REASONS_SHOWN]
    days = [place.day for place in reading.amounts]
    return {
        "new": new,
        "restated": restated,
        "known": known,
        "refused": len(reading.refused),
        "reasons": [list(each) for each in most],
        "unknown": reading.unknown,
        "sums": [list(each) for each in reading.sums[:_SUMS_SHOWN]],
        "all_sums": len(reading.sums),
        "empty": reading.empty,
        "credits": dict(reading.credits),
        "rounded": {currency: str(minor) for currency, minor in reading.rounded.items() if minor},
        "names_no_currency": reading.names_no_currency,
        "amounts": dict(reading.by_currency),
        "campaigns": len({place.campaign_id for place in reading.amounts}),
        "first": str(min(days)) if days else None,
        "last": str(max(days)) if days else None,
    }


def _row(
    staged: SpendImport, place: Place, minor: int, key: str, corrects_id: int | None
) -> dict[str, Any]:
    return {
        "workspace_id": staged.workspace_id,
        "campaign_id": place.campaign_id,
        "day": place.day,
        "line": place.line,
        "minor": minor,
        "note": f"From {staged.name}",
        "entered_by": staged.by_id,
        "entered_at": clock.now(),
        "source": staged.platform,
        "corrects_id": corrects_id,
        "import_key": key,
    }
