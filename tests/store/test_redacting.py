"""Errors of the database say what went wrong, and nothing of what is stored."""

import logging
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.store import Store, copy

logger = logging.getLogger(__name__)

SECRET = "ada.lovelace@analytical.example"
TABLE = Table(
    "contact_of_the_test",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("phone", Text, nullable=False),
    Column("more", JSONB),
)


def run(statement: str, **parameters: Any) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement), parameters)


def add(**fields: Any) -> Callable[[Session], object]:
    whole = {"email": "x", "phone": SECRET} | fields
    return lambda session: session.execute(insert(TABLE).values(**whole))


def copied(*row: object) -> Callable[[Session], object]:
    return lambda session: copy(session, TABLE, ["id", "email", "phone"], [row])


def copied_as_text(session: Session) -> None:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    statement = SQL("COPY contact_of_the_test (id, email, phone) FROM STDIN")
    with connection.cursor() as cursor, cursor.copy(statement) as sink:
        sink.write(f"1\t{SECRET}\n")


def in_a_handler(session: Session) -> None:
    """One error beside another."""
    try:
        add(email=SECRET)(session)
    except Exception:
        raise RuntimeError("while it was handled")  # noqa: B904 - as somebody may forget


def after_it_failed(session: Session) -> None:
    with pytest.raises(Exception, match="duplicate key"):
        add(email=SECRET)(session)
    session.execute(text("SELECT 1"))


BROKEN: dict[str, tuple[Callable[[Session], object], str]] = {
    "a key that is there": (add(email=SECRET), 'unique constraint "uq_email"'),
    "nothing where something must be": (add(phone=None, email=SECRET + "2"), '"phone"'),
    "a rule that is broken": (add(email="", phone=SECRET), 'check constraint "ck_email"'),
    "a reference to nobody": (
        run("INSERT INTO reference_of_the_test VALUES (:value)", value=SECRET + "3"),
        "foreign key",
    ),
    "a word for a number": (run("SELECT CAST(:value AS bigint)", value=SECRET), "22P02"),
    "a word for a day": (run("SELECT CAST(:value AS date)", value=SECRET), "22007"),
    "a day that is none": (run("SELECT CAST(:value AS date)", value="1815-99-99"), "22008"),
    "JSON that is none": (run("SELECT CAST(:value AS jsonb)", value=f'{{"{SECRET}'), "22P02"),
    "JSON with a NUL": (add(email="y", more={"a": f"{SECRET}\0"}), "UntranslatableCharacter"),
    "a NUL": (add(email=f"{SECRET}\0"), "before it was sent"),
    "a pattern that is none": (run("SELECT '' ~ :value", value=f"({SECRET}"), "2201B"),
    "a search that is none": (run("SELECT to_tsquery(:value)", value=f"{SECRET} &"), "42601"),
    "no parameter": (run("SELECT :one, :value", value=SECRET), "'one'"),
    "a value of no type": (run("SELECT :value", value={SECRET: object()}), "cannot adapt"),
    "a row of a copy": (copied(1, SECRET, SECRET), 'unique constraint "uq_email"'),
    "a word in a copy": (copied(SECRET, "z", SECRET), "22P02"),
    "half a row of a copy": (copied_as_text, "22P04"),
    "one error beside another": (in_a_handler, "while it was handled"),
    "one error after another": (after_it_failed, "InFailedSqlTransaction"),
    "a function that complains": (
        run("SELECT count(*) FROM generate_series(1, CAST(:value AS bigint))", value=SECRET),
        "22P02",
    ),
}


@pytest.fixture
def table(store: Store) -> None:
    with store.transaction() as session:
        session.execute(
            text(
                "CREATE TABLE contact_of_the_test ("
                " id int, email text NOT NULL CONSTRAINT uq_email UNIQUE"
                " CONSTRAINT ck_email CHECK (email <> ''), phone text NOT NULL, more jsonb)"
            )
        )
        session.execute(
            text("CREATE TABLE reference_of_the_test (email text REFERENCES contact_of_the_test"
                 " (email))")
        )  # fmt: skip
        session.execute(insert(TABLE).values(id=1, email=SECRET, phone="1"))


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(("act", "says"), BROKEN.values(), ids=BROKEN)
def test_a_statement_that_breaks_tells_what_and_not_whose(
    store: Store, act: Callable[[Session], object], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception) as caught, store.transaction() as session:  # noqa: PT011
        act(session)
    logger.error("%r", caught.value, exc_info=caught.value)
    assert SECRET not in caplog.text
    assert "1815-99" not in caplog.text
    assert says in caplog.text


@pytest.mark.usefixtures("table")
def test_what_a_program_reads_of_an_error_stays(store: Store) -> None:
    with pytest.raises(Exception) as caught, store.transaction() as session:  # noqa: PT011
        add(email=SECRET)(session)
    origin = getattr(caught.value, "orig", None)
    assert isinstance(origin, psycopg.errors.UniqueViolation)
    assert origin.diag.constraint_name == "uq_email"
