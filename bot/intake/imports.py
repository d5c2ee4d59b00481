"""Importing a list: its rows are written down, what would come of them is shown, and they are taken
in batch by batch, each in a transaction with the rows that it took.

Fetching the file and returning what was refused is not done in one transaction, and nothing in a
transaction waits for Slack.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import PurePath
from typing import IO

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.contacts.identity import holders_of, recognise
from bot.encoding import NotAList
from bot.errors import HandoffError, NotAllowed, NotFound
from bot.intake import import_rows
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext, candidate
from bot.intake.lookups import leads_of
from bot.intake.models import Import, ImportState
from bot.leads.events import CALL_LIST
from bot.leads.home_tabs import refresh_home_tabs
from bot.leads.models import CallList
from bot.leads.queries import contacts_with_open_lead
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.sheet import MOST_BYTES, read_sheet, refused_file, refused_name
from bot.slack import Slack
from bot.slack import place as place_of
from bot.slack.errors import SlackRefused, TooLarge
from bot.sources import columns
from bot.sources.csv import SAMPLE, SLUG
from bot.sources.labels import is_known
from bot.sources.lead_payload import LeadPayload
from bot.spend import exports
from bot.spend import importing as spend
from bot.store import Store, table
from bot.tasks import enqueue

IMPORT = "intake.import"
"""The card that follows an import."""

READ = "intake.read_list"
PREVIEW = "intake.preview_import"
TAKE_BATCH = "intake.import_batch"
RETURN = "intake.return_refused"

# Rows that a preview looks at: a second's work.
_LOOKED_AT = 10_000
_FIRST_SHOWN = 5
_REASONS_SHOWN = 5

# The contacts and leads of people who are known are locked until a batch ends.
BATCH = 500


class NotInPreview(HandoffError):
    """This import is already {state}. Nothing was changed."""


def drop_file(session: Session, by: Person, file_id: str, name: str) -> Import | None:
    """Somebody dropped a file into their messages with us; None where Slack told us before.

    Raises NotAllowed.
    """
    people.require(session, by, "import leads", Role.SALESPERSON, Role.MARKETER)
    facts = {
        "workspace_id": by.workspace_id,
        "by_id": by.id,
        "name": PurePath(name).stem,
        "file_id": file_id,
        "created_at": clock.now(),
    }
    once = insert(table(Import)).on_conflict_do_nothing().returning(table(Import).c.id)
    import_id = session.scalar(once, facts)
    if import_id is None:
        return None
    enqueue(session, READ, import_id=import_id)
    slack.show(session, by.workspace_id, IMPORT, import_id, by.slack_id)
    return session.get_one(Import, import_id)


def open_file(
    session: Session, workspace: Workspace, name: str, encoding: str | None = None
) -> Import:
    """An import from the command line; `encoding` is one of ENCODINGS, or is found out."""
    imported = Import(
        workspace_id=workspace.id, name=name, encoding=encoding, created_at=clock.now()
    )
    session.add(imported)
    session.flush()
    return imported


def fetch_file(store: Store, slack: Slack, import_id: int) -> None:
    """Fetch a file that somebody dropped, and write down its rows."""
    with store.transaction() as session:
        file_id = session.get_one(Import, import_id).file_id
    assert file_id is not None
    with tempfile.TemporaryFile() as file:
        try:
            slack.download(file_id, file, MOST_BYTES)
            file.seek(0)
            with store.transaction() as session:
                read_file(session, import_id, file)
        except (NotAList, SlackRefused) as error:
            with store.transaction() as session:
                cannot_read(session, import_id, _why(error))


def _why(error: NotAList | SlackRefused) -> str:
    if isinstance(error, TooLarge):
        return f"it is larger than {MOST_BYTES // 2**20} MB; split it in two"
    if isinstance(error, SlackRefused):
        return f"Slack doesn't let me download it ({error.code})"
    return str(error.facts["why"])


def read_file(session: Session, import_id: int, file: IO[bytes]) -> Import:
    """Read a list into rows that wait, say what its columns mean, and look ahead.

    A report of spend that somebody dropped is handed on; an import that is read already is left as
    it is. Raises NotAList.
    """
    imported = import_rows.locked(session, import_id)
    if imported.state != ImportState.READING:
        return imported
    sheet = read_sheet(file, _is_known, imported.encoding)
    imported.encoding = sheet.encoding
    rows, state = iter(sheet.rows), ImportState.PREVIEW
    if imported.by_id is not None and exports.recognise(sheet.header):
        report = list(rows)
        rows = iter(report)
        try:
            pass_to_spend(session, imported, sheet.header, report)
        except (NotAllowed, spend.TooManyRows) as error:
            imported.problem, state = error.message, ImportState.SPEND
        else:
            return imported
    first = list(islice(rows, SAMPLE))
    imported.total = import_rows.write(session, import_id, chain(first, rows))
    imported.header, imported.meanings = sheet.header, columns.guess(sheet.header, first)
    imported.state, imported.preview = state, {"odd_lines": sheet.odd_lines}
    preview(session, imported)
    slack.redraw(session, IMPORT, imported.id)
    return imported


def _is_known(name: str) -> bool:
    """Whether a cell names a column, of a list or of a report of spend."""
    return is_known(name) or exports.is_known(name)


def pass_to_spend(
    session: Session, imported: Import, header: Sequence[str], rows: Iterable[list[str]]
) -> None:
    """Hand a file on to spend: it is no list but a report of what was spent.

    Raises NotAllowed, TooManyRows.
    """
    by = session.get_one(Person, imported.by_id)
    spend.stage(session, by, imported.workspace_id, imported.name, header, rows)
    imported.state, imported.preview = ImportState.SPEND, {}
    import_rows.delete_rows(session, imported.id)
    slack.redraw(session, IMPORT, imported.id)


def take_as_list(session: Session, person: Person, import_id: int) -> None:
    """Go on with a file as a list, though it looked like a report of spend.

    Raises NotFound, NotInPreview.
    """
    imported = _own_import(session, person, import_id)
    if imported.state != ImportState.SPEND or not imported.problem:
        raise NotInPreview(state=imported.state)
    imported.state, imported.problem = ImportState.PREVIEW, None
    preview(session, imported)


def cannot_read(session: Session, import_id: int, why: str) -> None:
    """Give up on a file that is no list, or was taken away; `why` is shown to who dropped it."""
    imported = import_rows.locked(session, import_id)
    imported.state, imported.problem = ImportState.FAILED, why
    slack.redraw(session, IMPORT, import_id)


def change_import(
    session: Session, imported: Import, meanings: Sequence[str], campaign_id: int | None
) -> None:
    """Set what the columns mean and which campaign the list is of, and look ahead anew.

    Raises NobodyReachable.
    """
    columns.check(meanings)
    imported.meanings, imported.campaign_id = list(meanings), campaign_id
    enqueue(session, PREVIEW, import_id=imported.id)


def map_columns(session: Session, imported: Import, meanings: Sequence[str]) -> None:
    """Keep what some columns mean while somebody still goes through the others."""
    imported.meanings = list(meanings)
    enqueue(session, PREVIEW, import_id=imported.id)


def read_as(session: Session, imported: Import, encoding: str) -> None:
    """Read the file anew, in this one of ENCODINGS."""
    imported.encoding, imported.state, imported.preview = encoding, ImportState.READING, {}
    import_rows.delete_rows(session, imported.id)
    enqueue(session, READ, import_id=imported.id)
    slack.redraw(session, IMPORT, imported.id)


def preview(session: Session, imported: Import) -> None:
    """Work out what would come of the first rows, without doing it."""
    if imported.state != ImportState.PREVIEW:
        return
    rows = import_rows.waiting(session, imported.id, _LOOKED_AT)
    payloads, refused = import_rows.read(imported, rows, with_answers=False)
    reasons = Counter(reason for _, reason in refused).most_common(_REASONS_SHOWN)
    imported.preview = {
        "looked_at": len(rows),
        **_forecast(session, imported, payloads.values()),
        "refused": len(refused),
        "reasons": [list(reason) for reason in reasons],
        "first": [_shown(each) for each in islice(payloads.values(), _FIRST_SHOWN)],
        "odd_lines": imported.preview.get("odd_lines", 0),
    }
    slack.redraw(session, IMPORT, imported.id)


def _forecast(
    session: Session, imported: Import, payloads: Iterable[LeadPayload]
) -> dict[str, int]:
    """How many of these would be new leads, join one that is open, and are here already."""
    import_rows.plan_anew(session)
    workspace = session.get_one(Workspace, imported.workspace_id)
    candidates = [candidate(each, workspace, clock.now()) for each in payloads]
    people = [each.contact_keys for each in candidates]
    holders = holders_of(session, workspace.id, {key for keys in people for key in keys})
    identities, _ = recognise(people, holders)
    seen = set(leads_of(session, workspace.id, IntakeContext(SLUG), [c.key for c in candidates]))
    with_lead = contacts_with_open_lead(session, set(holders.values()))
    counts = {"new": 0, "joined": 0, "known": 0}
    for each, (contact_id, _) in zip(candidates, identities, strict=True):
        outcome = "known" if each.key in seen else "joined" if contact_id in with_lead else "new"
        counts[outcome] += 1
        seen.add(each.key)
        with_lead.add(contact_id)
    return counts


def _shown(payload: LeadPayload) -> list[str]:
    """What a preview shows of a person: name, company, ways to reach them."""
    name = " ".join(filter(None, [payload.first_name, payload.last_name]))
    reach = ", ".join(filter(None, [payload.email, payload.phone]))
    return [name, payload.company or "", reach]


def cancel_import(session: Session, imported: Import) -> None:
    """Forget the rows of an import that nobody wants."""
    imported.state, imported.preview = ImportState.CANCELLED, {}
    import_rows.delete_rows(session, imported.id)
    slack.redraw(session, IMPORT, imported.id)


def in_preview(session: Session, person: Person, import_id: int) -> Import:
    """The import, locked, if it is this person's and waits for their word.

    Raises NotFound, NotInPreview.
    """
    imported = _own_import(session, person, import_id)
    if imported.state != ImportState.PREVIEW:
        raise NotInPreview(state=imported.state)
    return imported


def may_cancel(session: Session, person: Person, import_id: int) -> Import:
    """The import, locked, if this person can still do without it. Raises NotFound, NotInPreview."""
    imported = _own_import(session, person, import_id)
    if imported.state != ImportState.SPEND or not imported.problem:
        return in_preview(session, person, import_id)
    return imported


def _own_import(session: Session, person: Person, import_id: int) -> Import:
    imported = session.get(Import, import_id)
    if imported is None or imported.by_id != person.id:
        raise NotFound(what="this import")
    return import_rows.locked(session, import_id)


def start_import(session: Session, imported: Import) -> None:
    """Let the rows be imported, as a call list with the file's name.

    Raises NobodyReachable.
    """
    columns.check(imported.meanings)
    listed = CallList(
        workspace_id=imported.workspace_id, name=imported.name, campaign_id=imported.campaign_id,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(listed)
    session.flush()
    imported.call_list_id, imported.state = listed.id, ImportState.RUNNING
    _continue(session, imported)


def take_batch(session: Session, import_id: int) -> bool:
    """Take in the next rows; False where there were none."""
    imported = import_rows.locked(session, import_id)
    if imported.state != ImportState.RUNNING:
        return False
    rows = import_rows.waiting(session, import_id, BATCH)
    if not rows:
        _finish(session, imported)
        return False
    import_rows.plan_anew(session)
    payloads, refused = import_rows.read(imported, rows)
    workspace = session.get_one(Workspace, imported.workspace_id)
    context = IntakeContext(
        SLUG, clock.now(), imported.by_id, imported.campaign_id, imported.call_list_id
    )
    results = create_or_merge(session, workspace, list(payloads.values()), context)
    import_rows.refuse(session, import_id, refused)
    import_rows.delete_rows(session, import_id, list(payloads))
    imported.known += sum(not each.is_new for each in results)
    imported.joined += sum(each.has_joined for each in results)
    imported.added += sum(each.is_new and not each.has_joined for each in results)
    imported.refused += len(refused)
    _continue(session, imported)
    return True


def take_next_batch(store: Store, import_id: int) -> bool:
    """Take in the next batch in a transaction of its own; False once there is none."""
    with store.transaction() as session:
        return take_batch(session, import_id)


def _finish(session: Session, imported: Import) -> None:
    imported.state, imported.finished_at, imported.preview = ImportState.DONE, clock.now(), {}
    slack.redraw(session, IMPORT, imported.id)
    if imported.refused and imported.by_id is not None:
        enqueue(session, RETURN, import_id=imported.id)
    if imported.added:
        assert imported.call_list_id is not None
        workspace = session.get_one(Workspace, imported.workspace_id)
        slack.show(session, workspace.id, CALL_LIST, imported.call_list_id, workspace.channel)
        refresh_home_tabs(session, workspace.id, clock.now(), is_listed=True)


def _continue(session: Session, imported: Import) -> None:
    """The next batch is durable work; what is under way shows on the card."""
    slack.redraw(session, IMPORT, imported.id)
    enqueue(session, TAKE_BATCH, lane=f"import:{imported.id}", import_id=imported.id)


def return_refused(store: Store, slack: Slack, import_id: int) -> None:
    """Send the refused rows to whoever dropped the file, each with its reason; then forget them."""
    with store.transaction() as session:
        imported = session.get_one(Import, import_id)
        content = refused_file(imported.header, import_rows.refused(session, import_id))
        place = place_of(session, IMPORT, import_id)
    if place is None:
        return
    text = (
        "These rows were refused; the last column says why. Fix them and drop the file again. "
        "Nothing is imported twice."
    )
    slack.upload(place[0], refused_name(imported.name), content, text)
    with store.transaction() as session:
        import_rows.delete_rows(session, import_id)
