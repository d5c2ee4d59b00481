"""`handoff leads import FILE`: a list from the command line; what happens is told in lines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from bot.campaigns import queries as campaigns
from bot.cli.leads import installed
from bot.encoding import ENCODINGS
from bot.errors import HandoffError
from bot.intake import import_rows
from bot.intake import imports as lead_imports
from bot.intake.models import Import
from bot.sheet import refused_file, refused_name
from bot.slack.text import clean
from bot.sources.columns import MEANINGS
from bot.store import Store

# How many rows there are between two lines of progress.
_STEP = 10_000


class NoSuchFile(HandoffError):
    """I can't open {path}: {why}."""


class NoSuchCampaign(HandoffError):
    """No campaign has the UTM code {code}. `/campaign list` in Slack shows those that run."""


class NoSuchColumn(HandoffError):
    """The list has no column “{column}”. It has: {columns}."""


class NoSuchMeaning(HandoffError):
    """“{assignment}” should read COLUMN=MEANING, where the meaning is one of {meanings}."""


class NoSuchEncoding(HandoffError):
    """I can't read “{encoding}”. Choose one of {encodings}."""


def import_list(
    store: Store,
    path: Path,
    campaign: str | None,
    assignments: Sequence[str],
    agree: Callable[[], bool],
    *,
    encoding: str | None = None,
) -> Iterator[str]:
    """Show what would come of a list, and import it if `agree()` says so.

    The work is durable: should this end, a worker goes on with it. Raises a HandoffError for what
    cannot be read, before anything is imported.
    """
    if encoding not in (None, *ENCODINGS):
        raise NoSuchEncoding(encoding=encoding, encodings=", ".join(ENCODINGS))
    with store.transaction() as session:
        import_id = _prepare(session, path, campaign, assignments, encoding)
        imported = session.get_one(Import, import_id)
    yield from _preview(imported)
    with store.transaction() as session:
        imported = session.get_one(Import, import_id)
        if not agree():
            lead_imports.cancel_import(session, imported)
            yield "Nothing was imported."
            return
        lead_imports.start_import(session, imported)
    yield from _go_on(store, import_id)
    yield from _end(store, import_id, path)


def _prepare(
    session: Session,
    path: Path,
    campaign: str | None,
    assignments: Sequence[str],
    encoding: str | None,
) -> int:
    workspace = installed(session)
    campaign_id = campaign_of(session, workspace.id, campaign)
    imported = lead_imports.open_file(session, workspace, path.stem, encoding)
    try:
        with path.open("rb") as file:
            lead_imports.read_file(session, imported.id, file)
    except OSError as error:
        raise NoSuchFile(path=path, why=error.strerror or type(error).__name__) from error
    if assignments or campaign_id is not None:
        meanings = meanings_of(imported.header, imported.meanings, assignments, MEANINGS)
        lead_imports.change_import(session, imported, meanings, campaign_id)
        lead_imports.preview(session, imported)
    return imported.id


def campaign_of(session: Session, workspace_id: int, code: str | None) -> int | None:
    """The campaign of a UTM code; None for none. Raises NoSuchCampaign."""
    if code is None:
        return None
    campaign_id = campaigns.by_utm(session, workspace_id, code)
    if campaign_id is None:
        raise NoSuchCampaign(code=code)
    return campaign_id


def meanings_of(
    header: Sequence[str], guessed: Sequence[str], assignments: Sequence[str], known: Iterable[str]
) -> list[str]:
    """What the columns mean: as guessed, or as an assignment `COLUMN=MEANING` says.

    Raises NoSuchMeaning, NoSuchColumn.
    """
    meanings = list(guessed)
    for assignment in assignments:
        column, _, meaning = assignment.rpartition("=")
        if meaning not in known:
            raise NoSuchMeaning(assignment=assignment, meanings=", ".join(known))
        if column not in header:
            raise NoSuchColumn(column=column, columns=", ".join(header))
        meanings[header.index(column)] = meaning
    return meanings


def _preview(imported: Import) -> Iterator[str]:
    seen = imported.preview
    yield f"{imported.name}: {imported.total:,} rows, {ENCODINGS[imported.encoding or 'utf-8']}"
    if odd := seen.get("odd_lines"):
        yield f"  {odd:,} lines are not UTF-8 and were read as Windows-1252"
    for name, meaning in zip(imported.header, imported.meanings, strict=True):
        yield f"  {clean(name, 60)} -> {MEANINGS[meaning]}"
    if seen["looked_at"] < imported.total:
        yield f"Of the first {seen['looked_at']:,} rows:"
    yield from _counts(seen["new"], seen["joined"], seen["known"], seen["refused"])
    for why, count in seen["reasons"]:
        yield f"    {count:,} x {why}"


def _counts(new: int, joined: int, known: int, refused: int) -> Iterator[str]:
    yield (
        f"  {new:,} new, {joined:,} join a lead that is open, {known:,} here already, "
        f"{refused:,} refused"
    )


def _go_on(store: Store, import_id: int) -> Iterator[str]:
    """Take it in here and now; a worker that runs elsewhere helps."""
    reported = 0
    while lead_imports.take_next_batch(store, import_id):
        with store.transaction() as session:
            imported = session.get_one(Import, import_id)
        if imported.done // _STEP > reported:
            reported = imported.done // _STEP
            yield f"{imported.done:,} of {imported.total:,} rows"


def _end(store: Store, import_id: int, path: Path) -> Iterator[str]:
    with store.transaction() as session:
        imported = session.get_one(Import, import_id)
        content = refused_file(imported.header, import_rows.refused(session, import_id))
    yield "Imported."
    yield from _counts(imported.added, imported.joined, imported.known, imported.refused)
    if imported.refused:
        beside = path.with_name(refused_name(imported.name))
        beside.write_bytes(content)
        yield f"The refused rows are in {beside}, with the reasons"
        with store.transaction() as session:
            import_rows.delete_rows(session, import_id)
