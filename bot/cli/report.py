"""`handoff report` and `handoff conversions`: files for operators and their programs.

Whoever may run it holds the database anyway, so it shows everything.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot import clock
from bot.cli.data import data
from bot.cli.leads import installed
from bot.cli.main import Options
from bot.errors import HandoffError
from bot.formats import plural
from bot.metrics import Attribution
from bot.reports.columns import Cell, Wanted
from bot.reports.conversions import service as conversion_files
from bot.reports.conversions.models import Part, Platform
from bot.reports.files import FileKind, as_csv, as_json, write_xlsx
from bot.reports.period import days
from bot.reports.permissions import EVERYTHING
from bot.reports.sheets import SHEETS
from bot.store import Store


class NeedsFile(HandoffError):
    """A workbook cannot be written to a terminal. Say where to: --output report.xlsx."""


class CannotWrite(HandoffError):
    """I can't write {path}: {why}."""


def report(options: Options) -> None:
    """Write a sheet to a file or to the standard output, row by row.

    Raises NotAPeriod, NeedsFile, CannotWrite.
    """
    with data() as store:
        _write_sheet(store, options)


def _write_sheet(store: Store, options: Options) -> None:
    kind, output = FileKind(options.format), options.output
    with store.transaction() as session:
        workspace = installed(session)
    period = days(options.first, options.last, workspace.day_of(clock.now()))
    wanted = Wanted(period, Attribution(options.attribution))
    sheet = SHEETS[options.sheet]
    header = sheet.header(EVERYTHING)
    rows = sheet.rows(store, workspace, wanted, EVERYTHING)
    if kind is FileKind.XLSX:
        if output is None:
            raise NeedsFile
        with _writable(output):
            pass
        write_xlsx(output, sheet.name, header, rows)
    elif output is None:
        _write(sys.stdout.buffer, kind, header, rows)
    else:
        with _writable(output) as sink:
            _write(sink, kind, header, rows)


def conversions(options: Options) -> None:
    """Write what is new for an ad platform, or a file of earlier, to a file or the terminal.

    What cannot be written does not count as told. Raises NoSuchFile, CannotWrite.
    """
    platform = Platform(options.platform)
    part = Part.CORRECTIONS if options.corrections else Part.CONVERSIONS
    with data() as store, store.transaction() as session:
        workspace_id = installed(session).id
        if options.number is None:
            file = conversion_files.make(session, workspace_id, platform, part)
        else:
            file = conversion_files.file(session, workspace_id, platform, options.number, part)
        if file is None:
            print(f"Nothing new for {platform.label}.", file=sys.stderr)
            return
        content = conversion_files.content(session, [file], platform, part)
        if options.output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            with _writable(options.output) as sink:
                sink.write(content)
        print(f"File {file.number}, {plural(file.rows, 'row')}.", file=sys.stderr)


def _write(sink: BinaryIO, kind: FileKind, header: list[str], rows: Iterator[list[Cell]]) -> None:
    pieces = as_csv(header, rows) if kind is FileKind.CSV else as_json(header, rows)
    sink.writelines(pieces)
    sink.flush()


def _writable(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror) from error
