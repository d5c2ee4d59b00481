"""`handoff report`: leads, campaigns, spend or weeks as a file, for operators and their programs.

Whoever may run it holds the database anyway, so it shows everything.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot import clock
from bot.command_line.leads import installed
from bot.errors import HandoffError
from bot.metrics import Attribution
from bot.reports.columns import Cell, Wanted
from bot.reports.files import FileKind, as_csv, as_json, write_xlsx
from bot.reports.period import days
from bot.reports.policy import EVERYTHING
from bot.reports.service.sheets import SHEETS
from bot.store import Store


class NeedsFile(HandoffError):
    """A workbook cannot be written to a terminal. Say where to: --output report.xlsx."""


class CannotWrite(HandoffError):
    """I cannot write {path}: {why}."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `handoff report` takes."""
    parser.add_argument("sheet", choices=list(SHEETS))
    parser.add_argument("--from", dest="first", metavar="DAY", help="first day (30 days ago)")
    parser.add_argument("--to", dest="last", metavar="DAY", help="last day, included (today)")
    parser.add_argument("--format", type=FileKind, choices=list(FileKind), default=FileKind.CSV)
    parser.add_argument(
        "--attribution", type=Attribution, choices=list(Attribution),
        default=Attribution.FIRST_TOUCH, help="the rule that credits campaigns",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: to the terminal")


def write(store: Store, options: argparse.Namespace) -> None:
    """Write a sheet to a file or to the standard output, row by row.

    Raises NotAPeriod, NeedsFile, CannotWrite.
    """
    kind, output = options.format, options.output
    with store.transaction() as session:
        workspace = installed(session)
    period = days(options.first, options.last, workspace.day_of(clock.now()))
    asked = Wanted(period, options.attribution)
    sheet = SHEETS[options.sheet]
    header = sheet.header(EVERYTHING)
    rows = sheet.rows(store, workspace, asked, EVERYTHING)
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


def _write(sink: BinaryIO, kind: FileKind, header: list[str], rows: Iterator[list[Cell]]) -> None:
    pieces = as_csv(header, rows) if kind is FileKind.CSV else as_json(header, rows)
    sink.writelines(pieces)
    sink.flush()


def _writable(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror) from error
