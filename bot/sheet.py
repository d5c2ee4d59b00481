"""A list as programs export it, read without trust: its encoding, its delimiter, its header; and
rows as a spreadsheet may open them."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from bot.errors import HandoffError

MOST_BYTES = 100 * 1024 * 1024
MOST_COLUMNS = 500
# The longest cell: far above what a field may hold, and low enough to notice a quote that is never
# closed before it swallows the file.
_LONGEST_CELL = 131_072
_DELIMITERS = (",", ";", "\t", "|")
# A webinar's report tells of the webinar before it comes to the registrants.
_FIRST_ROWS = 40
_SAMPLE = 256 * 1024

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OTHERS = {
    b"PK\x03\x04": "it is a workbook of Excel or another archive; save it as CSV first",
    b"\xd0\xcf\x11\xe0": "it is a workbook of an old Excel; save it as CSV first",
    b"%PDF": "it is a PDF; export the list as CSV",
}


REASON = "Why it was refused"
"""The column that we add to the rows that we give back."""


class NotAList(HandoffError):
    """This file cannot be read as a list: {why}."""


@dataclass(frozen=True)
class Sheet:
    """The columns of a list, and its rows as they come: as many cells as there are columns."""

    header: list[str]
    rows: Iterator[list[str]]


Knows = Callable[[str], bool]
"""Whether a cell is the usual name of a column."""


def read_sheet(file: IO[bytes], knows: Knows) -> Sheet:
    """Find out how a file is written; its rows are read while they are asked for.

    `file` is at its beginning and can seek. Its header is the row with most names that are known.
    Empty rows are left out. Raises NotAList, at once or with a later row.
    """
    start = file.read(_SAMPLE)
    encoding = _encoding(file, start)
    sample = _whole_lines(start.decode(encoding, "replace"), cut=len(start) == _SAMPLE)
    delimiter = _delimiter(sample)
    first = list(islice(_rows(sample, delimiter), _FIRST_ROWS))
    if not first:
        raise NotAList(why="it is empty")
    place = _header_place(first, knows)
    header = _columns(first, place)
    if len(header) > MOST_COLUMNS:
        raise NotAList(why=f"it has {len(header):,} columns, and {MOST_COLUMNS} is the limit")
    return Sheet(header, _body(file, encoding, delimiter, len(header), place))


def _encoding(file: IO[bytes], start: bytes) -> str:
    """By its mark; else UTF-8 where all of it is, and what Windows writes in the West where not."""
    for magic, why in _OTHERS.items():
        if start.startswith(magic):
            raise NotAList(why=why)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if start.count(0) > len(start) // 100:
        raise NotAList(why="it holds no text")
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_SAMPLE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _whole_lines(text: str, *, cut: bool) -> list[str]:
    lines = text.splitlines(keepends=True)
    return lines[:-1] if cut and len(lines) > 1 else lines


def _delimiter(sample: list[str]) -> str:
    """What most of the first rows agree on: the same number of cells, and more than one."""

    def agreement(delimiter: str) -> tuple[int, int]:
        first = islice(_rows(sample, delimiter), _FIRST_ROWS)
        widths = Counter(len(row) for row in first if len(row) > 1)
        return max(((times, width) for width, times in widths.items()), default=(0, 0))

    return max(_DELIMITERS, key=agreement)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """The rows that are not empty, up to what cannot be read."""
    try:
        yield from _filled(lines, delimiter)
    except NotAList:
        return


def _filled(lines: Iterator[str] | list[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    # The limit of the module is the same for all its readers, and this is its default.
    assert csv.field_size_limit() == _LONGEST_CELL
    try:
        for row in reader:
            cells = [cell.replace("\x00", "").strip() for cell in row]
            if any(cells):
                yield cells
    except csv.Error:
        raise NotAList(
            why=f"a cell near line {reader.line_num:,} does not end; is a quote missing there?"
        ) from None


def _header_place(first: list[list[str]], knows: Knows) -> int | None:
    """Which of the first rows names the columns: the one with most of the usual names.

    Where none has any, the first that is as wide as most; None where that is somebody already.
    """
    known = [sum(knows(cell) for cell in row) for row in first]
    if max(known) > 0:
        return known.index(max(known))
    usual = Counter(map(len, first)).most_common(1)[0][0]
    place = next(place for place, row in enumerate(first) if len(row) == usual)
    return None if any("@" in cell for cell in first[place]) else place


def _columns(first: list[list[str]], place: int | None) -> list[str]:
    names = first[place] if place is not None else [""] * max(map(len, first))
    return [name or f"Column {number}" for number, name in enumerate(names, start=1)]


def _body(
    file: IO[bytes], encoding: str, delimiter: str, width: int, header_place: int | None
) -> Iterator[list[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        rows = _filled(text, delimiter)
        for row in islice(rows, 0 if header_place is None else header_place + 1, None):
            kept = row[:width] + [""] * (width - len(row))
            over = [cell for cell in row[width:] if cell]
            if over:  # nothing is lost: what stands beside the table is read with its last column
                kept[-1] = " ".join(filter(None, [kept[-1], *over]))
            yield kept
    finally:
        text.detach()  # the file stays its owner's


# What makes a cell a formula, and the full-width forms, which some spreadsheets take for the same.
_FORMULA = "=+-@＝＋－＠"
_ALSO = ("\t", "\r", "\n")


def disarmed(cell: str) -> str:
    """Text for a cell of a file that somebody opens in a spreadsheet.

    A spreadsheet runs what begins like a formula, behind blanks and what it does not show, so such
    text gets an apostrophe in front; telephone numbers too, which would lose their plus as numbers.
    Source: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{cell}" if _is_formula(cell) else cell


def rearmed(cell: str) -> str:
    """A cell as it was before it was disarmed."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(cell: str) -> bool:
    shown = next((each for each in cell if each.isprintable() and not each.isspace()), None)
    return cell.startswith(_ALSO) or (shown is not None and shown in _FORMULA)


def refused_name(name: str) -> str:
    """The name of the file with the refused rows of this one."""
    return f"{name} - refused.csv"


def refused_file(header: Sequence[str], refused: Iterable[tuple[list[str], str]]) -> bytes:
    """Refused rows as CSV for a spreadsheet, formulas disarmed, the reason beside each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(disarmed, header), REASON])
    for cells, why in refused:
        writer.writerow([*map(disarmed, cells), why])
    return text.getvalue().encode("utf-8-sig")  # without the mark, Excel takes it for cp1252
