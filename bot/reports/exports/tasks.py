"""What the clock brings in for files on a schedule: one that is due is written and shared."""

import tempfile
from pathlib import Path

from bot.people.models import Workspace
from bot.reports.columns import Wanted, visible
from bot.reports.exports import messages, service
from bot.reports.exports.service import Due
from bot.reports.files import FileKind, as_csv, as_json, write_xlsx
from bot.reports.policy import Sight
from bot.reports.service.sheets import Sheet
from bot.slack import Message, Slack
from bot.store import Store
from bot.tasks import Tasks


def register(tasks: Tasks, store: Store, slack: Slack) -> None:
    """Add the task."""

    def send(export_id: int, slot: str) -> None:
        # The slot and not the clock says which days: a retry at night is about the same ones.
        with store.transaction() as session:
            due = service.due(session, export_id, slot)
        if due is None:
            return
        sight = _sight(store, slack, due.workspace, due.export.channel)
        is_useful = due.is_for(sight)
        if not is_useful:
            slack.post(due.export.person.slack_id, Message(messages.useless(due.export)))
        elif due.sheet is not None:
            _share(store, slack, due, due.sheet, sight)
        with store.transaction() as session:
            if service.sent(session, export_id, slot) and is_useful:
                service.send_conversions(session, due)

    tasks.add(service.SEND, send)


def _sight(store: Store, slack: Slack, workspace: Workspace, channel: str) -> Sight:
    """What everyone in the channel may see, at this moment."""
    members = slack.members(channel)
    with store.transaction() as session:
        return service.sight_of_members(session, workspace, members)


def _share(store: Store, slack: Slack, due: Due, sheet: Sheet, sight: Sight) -> None:
    """Write the file to the disk, row by row, and hand it to Slack."""
    kind = FileKind(due.export.kind)
    header = sheet.header(sight)
    rows = sheet.rows(store, due.workspace, Wanted(due.period), sight)
    name = f"{sheet.name}_{due.period.first}_{due.period.last}.{kind}"
    hidden = len(sheet.columns) - len(visible(sheet.columns, sight))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if kind is FileKind.XLSX:
            write_xlsx(path, sheet.name, header, rows)
        else:
            with path.open("wb") as sink:
                sink.writelines(
                    as_csv(header, rows, for_excel=True)
                    if kind is FileKind.CSV
                    else as_json(header, rows)
                )
        said = messages.comment(sheet, due.period, hidden)
        slack.upload(due.export.channel, name, path.read_bytes(), said)
