"""How a text file is encoded: nobody says so, and short lists of names must come out right."""

import codecs
from collections.abc import Mapping
from typing import IO

from bot.errors import HandoffError

ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "koi8-r": "KOI8-R (Russian)",
    "cp866": "DOS 866 (Cyrillic)",
    "cp850": "DOS 850 (Western Europe)",
    "mac-roman": "Macintosh (Western Europe)",
    "cp932": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5hkscs": "Big5 (Chinese)",
    "cp949": "Windows-949 (Korean)",
}
"""What a list may be written in, in words."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_OTHERS = {
    b"PK\x03\x04": "it is a workbook of Excel or another archive; save it as CSV first",
    b"\xd0\xcf\x11\xe0": "it is a workbook of an old Excel; save it as CSV first",
    b"%PDF": "it is a PDF; export the list as CSV",
}
# The detector takes short texts of the West and of Central Europe for Baltic ones.
_NOT_GUESSED = ("cp1257",)
_MOST_DETECTED = 64 * 1024
_CHUNK = 256 * 1024

MARK = "\ufeff"
"""What Windows writes at the beginning; it is no letter of the first column's name."""


class NotAList(HandoffError):
    """This file cannot be read as a list: {why}."""


LENIENT = "handoff.lenient"
"""How letters that are none in their encoding are read: an error handler for codecs."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What is no UTF-8, as Windows writes it in the West; what is nothing else, as a mark."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    is_mixed = error.encoding.startswith("utf-8")
    return wrong.decode("cp1252", "replace") if is_mixed else "\ufffd", error.end


codecs.register_error(LENIENT, _as_windows)


def find(file: IO[bytes], start: bytes) -> tuple[str, int]:
    """The encoding of a file that begins so: by its mark; UTF-8 where most lines are; else as the
    detector says. And how many lines of UTF-8 are none. Raises NotAList."""
    for magic, why in _OTHERS.items():
        if start.startswith(magic):
            raise NotAList(why=why)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding, 0
    if start.count(0) > len(start) // 100:
        return _of_two_bytes(start), 0
    return ("utf-8", 0) if _is_utf_8(file) else _line_by_line(file)


def _of_two_bytes(start: bytes) -> str:
    """UTF-16 that has lost its mark: of most letters, the same of two bytes is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd):
        raise NotAList(why="it holds no text; save it as “CSV UTF-8”")
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf_8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _line_by_line(file: IO[bytes]) -> tuple[str, int]:
    """One line that was pasted into a UTF-8 file does not make the others something else."""
    good, odd, sample = 0, 0, bytearray()
    file.seek(0)
    while line := file.readline(_CHUNK):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            odd += 1
            if len(sample) < _MOST_DETECTED:
                sample += line
        else:
            good += 1
    return ("utf-8", odd) if good >= odd else (_detected(bytes(sample)), 0)


def _detected(sample: bytes) -> str:
    import chardet  # noqa: PLC0415 - some 10 MB, for the few lists that are no UTF-8

    encoding = chardet.detect(
        sample, prefer_superset=True, compat_names=False, exclude_encodings=_NOT_GUESSED
    )["encoding"]
    if encoding is None or encoding not in ENCODINGS or encoding.startswith("utf"):
        return "cp1252"
    return encoding
