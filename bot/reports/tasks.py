"""The durable work of reports: files for ad platforms are sent, files on a schedule are written
when they are due."""

import tempfile
from pathlib import Path

from bot.capability import Services
from bot.people.models import Workspace
from bot.reports import capability, exports, messages
from bot.reports.columns import Wanted, visible
from bot.reports.conversions import messages as conversion_messages
from bot.reports.conversions import service as conversions
from bot.reports.conversions.models import ConversionFile, Part, Platform
from bot.reports.exports import Due
from bot.reports.files import FileKind, as_csv, as_json, write_xlsx
from bot.reports.permissions import Permissions
from bot.reports.sheets import Sheet
from bot.slack import Message, Slack

capability.installation(exports.install)


@capability.task(conversions.SEND)
def send_conversions(services: Services, file_id: int, target: str) -> None:
    """Send a file to a channel, or to a person by their ID."""
    with services.store.transaction() as session:
        file = session.get_one(ConversionFile, file_id)
        content = conversions.content(session, [file], Platform(file.platform), Part(file.part))
        name, comment = file.name, conversion_messages.comment(file)
    services.slack.upload(_channel(services.slack, target), name, content, comment)


def _channel(slack: Slack, target: str) -> str:
    """A channel as it is; of a person, the direct messages."""
    if target.startswith(("C", "G", "D")):
        return target
    return str(slack.call("conversations.open", users=target)["channel"]["id"])


@capability.task(exports.SEND)
def send_export(services: Services, export_id: int, slot: str) -> None:
    """Send a file that is due at `slot` (ISO 8601).

    The slot and not the clock says which days: a retry at night is about the same ones.
    """
    with services.store.transaction() as session:
        due = exports.due(session, export_id, slot)
    if due is None:
        return
    permissions = _permissions(services, due.workspace, due.export.channel)
    is_useful = due.is_for(permissions)
    if not is_useful:
        message = Message(messages.useless(due.export))
        services.slack.post(due.export.person.slack_id, message)
    elif due.sheet is not None:
        _share(services, due, due.sheet, permissions)
    with services.store.transaction() as session:
        if exports.sent(session, export_id, slot) and is_useful:
            exports.send_conversions(session, due)


def _permissions(services: Services, workspace: Workspace, channel: str) -> Permissions:
    """What everyone in the channel may see, at this moment."""
    members = services.slack.members(channel)
    with services.store.transaction() as session:
        return exports.permissions_of_members(session, workspace, members)


def _share(services: Services, due: Due, sheet: Sheet, permissions: Permissions) -> None:
    """Write the file to the disk, row by row, and hand it to Slack."""
    kind = FileKind(due.export.kind)
    header = sheet.header(permissions)
    rows = sheet.rows(services.store, due.workspace, Wanted(due.period), permissions)
    name = f"{sheet.name}_{due.period.first}_{due.period.last}.{kind}"
    hidden = len(sheet.columns) - len(visible(sheet.columns, permissions))
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
        comment = messages.comment(sheet, due.period, hidden)
        services.slack.upload(due.export.channel, name, path.read_bytes(), comment)
