"""A list as programs export it, read without trust: its encoding, its delimiter, its header; and
rows as a spreadsheet may open them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from bot.encoding import LENIENT, MARK, NotAList
from bot.encoding import find as find_encoding

MOST_BYTES = 100 * 1024 * 1024
MOST_COLUMNS = 500
# The longest cell: far above what a field may hold, and low enough to notice a quote that is never
# closed before it swallows the file.
_LONGEST_CELL = 131_072
_DELIMITERS = (",", ";", "\t", "|")
# A webinar's report tells of the webinar before it comes to the registrants.
_FIRST_ROWS = 40
_SAMPLE = 256 * 1024

# What stands in the row of a person, and never in a header.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w")
_NUMBER = re.compile(r"(?:p:|tel:)?[+(0][\d\s()./-]{6,}")


REASON = "Why it was refused"
"""The column that we add to the rows that we give back."""


@dataclass(frozen=True)
class Sheet:
    """The columns of a list, and its rows as they come: as many cells as there are columns."""

    header: list[str]
    rows: Iterator[list[str]]
    encoding: str
    """One of ENCODINGS."""
    odd_lines: int = 0
    """Lines of a UTF-8 file that are none; they are read as Windows-1252."""


Knows = Callable[[str], bool]
"""Whether a cell is the usual name of a column."""


def read_sheet(file: IO[bytes], knows: Knows, encoding: str | None = None) -> Sheet:
    """Find out how a file is written; its rows are read while they are asked for.

    `file` is at its beginning and can seek; `encoding` is one of ENCODINGS, or None to be found
    out. Its header stands above the people. Empty rows are left out. Raises NotAList, at once or
    with a later row.
    """
    start = file.read(_SAMPLE)
    read_as, odd_lines = (encoding, 0) if encoding else find_encoding(file, start)
    sample = _whole_lines(start.decode(read_as, LENIENT).lstrip(MARK), cut=len(start) == _SAMPLE)
    delimiter = _delimiter(sample)
    first = list(islice(_rows(sample, delimiter), _FIRST_ROWS))
    if not first:
        raise NotAList(why="it is empty")
    place = _header_place(first, knows)
    header = _columns(first, place)
    if len(header) > MOST_COLUMNS:
        raise NotAList(why=f"it has {len(header):,} columns, and {MOST_COLUMNS} is the limit")
    return Sheet(header, _body(file, read_as, delimiter, len(header), place), read_as, odd_lines)


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
            cells = [_plain(cell) for cell in row]
            if any(cells):
                yield cells
    except csv.Error:
        raise NotAList(
            why=f"a cell near line {reader.line_num:,} does not end; is a quote missing there?"
        ) from None


def _plain(cell: str) -> str:
    """What a spreadsheet shows: `="00123"` keeps the zeros of a number, and is no formula."""
    bare = cell.replace("\x00", "").lstrip(MARK).strip()
    if bare.startswith('="') and bare.endswith('"') and len(bare) > 2:
        return bare[2:-1].replace('""', '"').strip()
    return bare


def _header_place(first: list[list[str]], knows: Knows) -> int | None:
    """Which of the first rows names the columns; None where the first is somebody already.

    It stands above the people. Of several rows there, it is the one with most of the usual names,
    if that has two of them; else the first of the widest.
    """
    people = _people(first, knows)
    above = first[: people[0]] if people else first
    if not above:
        return None
    known = [sum(map(knows, set(row))) for row in above]
    if max(known) >= (2 if people else 1):
        return known.index(max(known))
    if people:
        widths = list(map(_width, above))
        return widths.index(max(widths))
    usual = Counter(map(len, first)).most_common(1)[0][0]
    return next(place for place, row in enumerate(first) if len(row) == usual)


def _people(first: list[list[str]], knows: Knows) -> list[int]:
    """The places of the rows in which an address stands, or a number where none has an address."""

    def holding(pattern: re.Pattern[str], *, whole: bool) -> list[int]:
        fits = pattern.fullmatch if whole else pattern.search
        return [
            place
            for place, row in enumerate(first)
            if any(fits(cell) and not knows(cell) for cell in row)
        ]

    places = holding(_ADDRESS, whole=False) or holding(_NUMBER, whole=True)
    if not places:
        return []
    # Above its table, a report may say whom to ask.
    width = Counter(_width(first[place]) for place in places).most_common(1)[0][0]
    return [place for place in places if _width(first[place]) * 4 >= width * 3]


def _width(row: list[str]) -> int:
    """How far a row is filled."""
    return max((place for place, cell in enumerate(row, start=1) if cell), default=0)


def _columns(first: list[list[str]], place: int | None) -> list[str]:
    """The names of the columns, as many as most rows are wide."""
    if place is None:
        names, width = [], max(map(len, first))
    else:
        usual = Counter(map(_width, first[place + 1 :])).most_common(1)
        names = first[place]
        width = max([len(names), *(width for width, _times in usual)])
    padded = names + [""] * (width - len(names))
    return [name or f"Column {number}" for number, name in enumerate(padded, start=1)]


def _body(
    file: IO[bytes], encoding: str, delimiter: str, width: int, header_place: int | None
) -> Iterator[list[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors=LENIENT, newline="")
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
