"""Files: CSV, XLSX and JSON, written row by row, and safe to open in a spreadsheet.

Text that a spreadsheet would run gets an apostrophe in front (`bot.sheet.disarmed`), in CSV and in
XLSX alike; numbers stay numbers.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.reports.columns import Cell
from bot.sheet import disarmed
from bot.slack.text import clean

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

# Excel's limits: characters in a cell, rows on a sheet.
_LONGEST_CELL = 32_000
_MOST_ROWS = 1_048_576
# Excel reads a CSV file as UTF-8 only where this mark stands first.
_BYTE_ORDER_MARK = "\ufeff"
_CHUNK = 64 * 1024

Rows = Iterable[Sequence[Cell]]


class FileKind(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.JSON: "application/json",
}


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return disarmed(clean(text, _LONGEST_CELL))


def as_csv(header: Sequence[str], rows: Rows, *, for_excel: bool = False) -> Iterator[bytes]:
    """The file in pieces (RFC 4180, UTF-8); text is quoted, numbers are not."""
    buffer = io.StringIO(_BYTE_ORDER_MARK if for_excel else "", newline="")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_in_csv(cell) for cell in row])
        if buffer.tell() > _CHUNK:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def _in_csv(cell: Cell) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str):
        return harmless(cell)
    return cell if isinstance(cell, Decimal) else plain(cell)


def as_json(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """An array of objects, in pieces. Amounts and shares are strings, lest somebody rounds them."""
    yield b"["
    for number, row in enumerate(rows):
        record = dict(zip(header, map(plain, row), strict=True))
        yield (b",\n" if number else b"\n") + json.dumps(record, ensure_ascii=False).encode()
    yield b"\n]\n"


def plain(cell: Cell) -> str | int | None:
    """A cell as JSON says it: days and moments in ISO 8601, moments in UTC."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


def write_xlsx(path: Path, name: str, header: Sequence[str], rows: Rows) -> None:
    """The file at `path`; one row at a time is held in memory. More than a sheet holds goes on
    another sheet."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    import xlsxwriter  # noqa: PLC0415 - it would make each start longer

    with xlsxwriter.Workbook(path, options) as book:
        paper = _Paper(book, name, header)
        for row in rows:
            paper.write(row)


class _Paper:
    """Sheets of one workbook, a new one where the last is full."""

    def __init__(self, book: "xlsxwriter.Workbook", name: str, header: Sequence[str]) -> None:
        self._book = book
        self._name = name
        self._header = header
        self._bold = book.add_format({"bold": True})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._turn()

    def _turn(self) -> None:
        count = len(self._book.worksheets())
        self._sheet: Worksheet = self._book.add_worksheet(
            f"{self._name} {count + 1}" if count else self._name
        )
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._header) - 1, 18)
        for column, title in enumerate(self._header):
            self._sheet.write_string(0, column, title, self._bold)
        self._next = 1

    def write(self, row: Sequence[Cell]) -> None:
        """Add a row below the last."""
        if self._next == _MOST_ROWS:
            self._turn()
        for column, cell in enumerate(row):
            self._put(column, cell)
        self._next += 1

    def _put(self, column: int, cell: Cell) -> None:
        place = (self._next, column)
        if isinstance(cell, str):
            self._sheet.write_string(*place, harmless(cell))
        elif isinstance(cell, bool):
            self._sheet.write_boolean(*place, cell)
        elif isinstance(cell, int | Decimal):
            self._sheet.write_number(*place, cell)
        elif isinstance(cell, date):
            self._put_time(place, cell)

    def _put_time(self, place: tuple[int, int], cell: date) -> None:
        """Excel's moments have no zone: these are UTC, as everywhere."""
        if isinstance(cell, datetime):
            moment = cell.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(*place, moment, self._moment)
        else:
            self._sheet.write_datetime(*place, cell, self._day)
