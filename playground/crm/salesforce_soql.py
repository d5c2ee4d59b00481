"""The part of SOQL that integrations use, over rows in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Protocol

Row = dict[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>!=|<>|>=|<=|[=<>(),]))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Malformed(Exception):
    """A query that Salesforce does not read; `code` is the error's."""

    def __init__(self, message: str, code: str = "MALFORMED_QUERY") -> None:
        super().__init__(message)
        self.code = code


class Tables(Protocol):
    """What is queried."""

    def kind(self, table: str, path: str) -> str:
        """The kind of a field, by its path. Raises Malformed for one that cannot be seen."""
        ...

    def value(self, table: str, row: Row, path: str) -> Any:
        """The value at a path; None behind an empty reference."""
        ...


@dataclass
class Query:
    """A query that was read."""

    names: list[str]
    table: str
    test: Test = lambda _row: True
    order: list[tuple[str, bool]] = field(default_factory=list)
    """Paths, and whether they descend."""
    limit: int | None = None


class _Reader:
    """Reads a query's words one after the other."""

    def __init__(self, soql: str) -> None:
        self.words: list[tuple[str, str]] = []
        at, end = 0, len(soql.rstrip())
        while at < end:
            token = _TOKEN.match(soql, at)
            if token is None:
                raise Malformed(f"unexpected token: '{soql[at : at + 1]}'")
            self.words.append((str(token.lastgroup), token[str(token.lastgroup)]))
            at = token.end()
        self.at = 0

    def peek(self) -> str:
        """The next word in capital letters; empty at the end, and for a text."""
        if self.at >= len(self.words) or self.words[self.at][0] == "text":
            return ""
        return self.words[self.at][1].upper()

    def take(self, *kinds: str) -> tuple[str, str]:
        """The next word, which is of one of these kinds."""
        if self.at >= len(self.words) or self.words[self.at][0] not in kinds:
            self.fail()
        self.at += 1
        return self.words[self.at - 1]

    def has(self, *words: str) -> bool:
        """Take these words, if they are next."""
        start = self.at
        for word in words:
            if self.peek() != word:
                self.at = start
                return False
            self.at += 1
        return True

    def need(self, word: str) -> None:
        """Take this word."""
        if not self.has(word):
            self.fail()

    def fail(self) -> NoReturn:
        """Say where reading ends."""
        raise Malformed(f"unexpected token: '{self.peek() or '<EOF>'}'")


def read(soql: str, tables: Tables) -> Query:
    """Read a query. Raises Malformed."""
    words = _Reader(soql)
    words.need("SELECT")
    names = [words.take("name")[1]]
    while words.has(","):
        names.append(words.take("name")[1])
    words.need("FROM")
    query = Query(names, words.take("name")[1])
    for name in names:
        tables.kind(query.table, name)
    if words.has("WHERE"):
        query.test = _either(words, query.table, tables)
    if words.has("ORDER", "BY"):
        query.order = _order(words, query.table, tables)
    if words.has("LIMIT"):
        query.limit = int(words.take("number")[1])
    if words.at < len(words.words):
        words.fail()
    return query


def _order(words: _Reader, table: str, tables: Tables) -> list[tuple[str, bool]]:
    order = []
    while True:
        path = words.take("name")[1]
        if tables.kind(table, path) == "longtext":
            raise Malformed(f"field '{path}' can not be sorted in a query call", "INVALID_FIELD")
        order.append((path, words.has("DESC") or (words.has("ASC") and False)))
        if not words.has(","):
            return order


def _either(words: _Reader, table: str, tables: Tables) -> Test:
    tests, joint = [_one(words, table, tables)], ""
    while words.peek() in {"AND", "OR"}:
        if joint not in {"", words.peek()}:
            words.fail()  # AND beside OR needs brackets
        joint = words.peek()
        words.need(joint)
        tests.append(_one(words, table, tables))
    every = any if joint == "OR" else all
    return lambda row: every(test(row) for test in tests)


def _one(words: _Reader, table: str, tables: Tables) -> Test:
    if words.has("NOT"):
        test = _one(words, table, tables)
        return lambda row: not test(row)
    if words.has("("):
        test = _either(words, table, tables)
        words.need(")")
        return test
    path = words.take("name")[1]
    kind = tables.kind(table, path)
    if kind == "longtext":
        message = f"field '{path}' can not be filtered in a query call"
        raise Malformed(message, "INVALID_FIELD")
    compare = _comparison(words, path, kind)
    return lambda row: compare(tables.value(table, row, path))


def _comparison(words: _Reader, path: str, kind: str) -> Callable[[Any], bool]:
    if words.has("IN") or words.has("NOT", "IN"):
        is_in = words.words[words.at - 2][1].upper() != "NOT"
        words.need("(")
        values = [_literal(words, path, kind)]
        while words.has(","):
            values.append(_literal(words, path, kind))
        words.need(")")
        known = {_fold(each, kind) for each in values}
        return lambda value: (_fold(value, kind) in known) is is_in
    if words.has("LIKE"):
        pattern = _like(words.take("text")[1][1:-1])
        return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))
    sign = words.take("sign")[1]
    wanted = _fold(_literal(words, path, kind), kind)
    signs: Mapping[str, Callable[[Any], bool]] = {
        "=": lambda value: _fold(value, kind) == wanted,
        "!=": lambda value: _fold(value, kind) != wanted,
        "<>": lambda value: _fold(value, kind) != wanted,
        ">": lambda value: value is not None and value > wanted,
        "<": lambda value: value is not None and value < wanted,
        ">=": lambda value: value is not None and value >= wanted,
        "<=": lambda value: value is not None and value <= wanted,
    }
    if sign not in signs:
        words.fail()
    return signs[sign]


def _literal(words: _Reader, path: str, kind: str) -> Any:
    form, text = words.take("text", "time", "number", "name")
    value: Any
    if form == "name" and text.lower() in {"true", "false", "null"}:
        value = {"true": True, "false": False, "null": None}[text.lower()]
        fits = value is None or kind == "boolean"
    elif form == "text":
        value, fits = _unescaped(text[1:-1]), kind not in {"boolean", "datetime", "double"}
        if kind == "id" and not re.fullmatch(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?", value):
            raise Malformed(f"invalid ID field: {path}", "INVALID_QUERY_FILTER_OPERATOR")
    elif form == "time":
        value, fits = datetime.fromisoformat(text), kind == "datetime"
    elif form == "number":
        value, fits = float(text), kind == "double"
    else:
        words.fail()
    if not fits:
        message = f"value of filter criterion for field '{path}' must be of type {kind}"
        raise Malformed(message, "INVALID_FIELD")
    return value


def _fold(value: Any, kind: str) -> Any:
    """Texts are compared without regard to capitals, ids are not."""
    if isinstance(value, str) and kind != "id":
        return value.casefold()
    return value[:15] if isinstance(value, str) else value


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)


def _like(text: str) -> re.Pattern[str]:
    def part(match: re.Match[str]) -> str:
        if match[1]:
            return re.escape(_ESCAPES.get(match[1], match[1]))
        return {"%": ".*", "_": "."}.get(match[0], re.escape(match[0]))

    return re.compile(re.sub(r"\\(.)|.", part, text, flags=re.DOTALL), re.IGNORECASE | re.DOTALL)
