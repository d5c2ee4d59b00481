"""What a database error may say: what went wrong, and nothing of what is stored.

PostgreSQL repeats values in its details ("Key (email)=(…) already exists", "Failing row contains"),
in its context (the line of a COPY), and in the message itself where it cannot read one. SQLAlchemy
repeats the parameters. All of that would end in a log, with the traceback.
"""

from collections.abc import Iterator

import psycopg
from psycopg.errors import SyntaxError as BadSyntax
from sqlalchemy.exc import StatementError

# PostgreSQL, Appendix A: class 22, and what cannot be parsed; their messages repeat what was sent.
_QUOTES_VALUES = (psycopg.DataError, BadSyntax)


def redact(error: BaseException) -> None:
    """Take the values out of an error of the database, and out of those that led to it."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, psycopg.Error):
            each.args = (_words(each),)
    for each in chain:  # their words repeat those of the errors above
        if isinstance(each, StatementError):
            each.hide_parameters = True
            each.args = (_statement_words(each),)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and every one that it came of or was raised beside."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        each = rest.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        rest += [each.__cause__, each.__context__, getattr(each, "orig", None)]


def _words(error: psycopg.Error) -> str:
    """The message without its details; where it may quote a value, only its kind and place."""
    diag = error.diag
    if not isinstance(error, _QUOTES_VALUES):
        # What did not come from the server, as a lost connection, has its words in `args` alone.
        return diag.message_primary or (str(error) if error.sqlstate is None else error.sqlstate)
    place = (diag.table_name, diag.column_name, diag.constraint_name, diag.datatype_name)
    names = ", ".join(filter(None, place))
    return f"{type(error).__name__} ({error.sqlstate or 'before it was sent'}) {names}".rstrip()


def _statement_words(error: StatementError) -> str:
    origin = error.orig
    kind = f"({type(origin).__module__}.{type(origin).__name__})"
    return f"{kind} {origin}" if isinstance(origin, psycopg.Error) else kind
