"""`handoff spend import FILE`: an ad platform's export from the command line."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from bot.cli.leads import installed
from bot.cli.lists import NoSuchFile, campaign_of, meanings_of
from bot.money import Money
from bot.sheet import read_sheet, refused_file, refused_name
from bot.slack.text import clean
from bot.spend import exports, importing, messages
from bot.spend.exports import MEANINGS, PlatformMissing, kind_of, label_of
from bot.spend.models import SpendImport
from bot.spend.rows import TWO_AMOUNTS, TWO_DAYS
from bot.store import Store


def import_spend(
    store: Store,
    path: Path,
    campaign: str | None,
    assignments: Sequence[str],
    agree: Callable[[], bool],
    *,
    platform: str = "",
) -> Iterator[str]:
    """Show what would come of an export, and import it if `agree()` says so.

    `platform` is the name of the one that it is from, where its columns do not tell.

    Raises a HandoffError for what cannot be read, before anything is imported.
    """
    with store.transaction() as session:
        staged = _prepare(session, path, campaign, assignments, platform)
    yield from _preview(staged)
    exports.check(staged.header, staged.meanings, one_campaign=staged.campaign_id is not None)
    if not staged.platform:
        raise PlatformMissing
    with store.transaction() as session:
        staged = session.get_one(SpendImport, staged.id)
        if not agree():
            importing.cancel(session, staged)
            yield "Nothing was imported."
            return
        importing.book(session, staged)
        refused = [(cells, why) for cells, why in staged.rows]
        staged.rows = []
    yield "Imported."
    if refused:
        beside = path.with_name(refused_name(staged.name))
        beside.write_bytes(refused_file(staged.header, refused))
        yield f"The refused rows are in {beside}, with the reasons"


def _prepare(
    session: Session, path: Path, campaign: str | None, assignments: Sequence[str], platform: str
) -> SpendImport:
    workspace = installed(session)
    campaign_id = campaign_of(session, workspace.id, campaign)
    try:
        with path.open("rb") as file:
            sheet = read_sheet(file, exports.is_known)
            staged = importing.stage(
                session, None, workspace.id, path.stem, sheet.header, sheet.rows
            )
    except OSError as error:
        raise NoSuchFile(path=path, why=error.strerror or type(error).__name__) from error
    if assignments or campaign_id is not None or platform:
        meanings = meanings_of(staged.header, staged.meanings, assignments, MEANINGS)
        importing.change(session, staged, meanings, campaign_id, {}, platform)
    return staged


def _preview(staged: SpendImport) -> Iterator[str]:
    of = (
        label_of(staged.platform) if staged.platform else "an unknown platform: add --platform NAME"
    )
    yield f"{staged.name}: {len(staged.rows):,} rows from {clean(of, 80)}"
    for name, meaning in zip(staged.header, staged.meanings, strict=True):
        yield f"  {clean(name, 60)} -> {MEANINGS[meaning]}"
    if not staged.outcome:
        return
    seen = staged.outcome
    for currency, minor in seen["amounts"].items():
        yield f"  {Money(minor, currency)}"
    yield (
        f"  {seen['new']:,} new, {seen['restated']:,} restated, {seen['known']:,} here already, "
        f"{seen['refused']:,} rows refused"
    )
    for why, count in seen["reasons"]:
        yield f"    {count:,} x {clean(why, 200)}"
        yield from _hint(staged, why)
    yield from (f"  {clean(each, 400)}" for each in messages.remarks(staged))


def _hint(staged: SpendImport, why: str) -> Iterator[str]:
    """How to answer on the command line what can be read in two ways."""
    for reason, kind, choices in (
        (TWO_AMOUNTS, "amount", ("decimal_point", "decimal_comma")),
        (TWO_DAYS, "day", ("day_first", "month_first")),
    ):
        if why == reason:
            column = staged.header[[kind_of(each) for each in staged.meanings].index(kind)]
            yield "      " + " or ".join(f'--map "{column}={each}"' for each in choices)
