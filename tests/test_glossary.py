"""The glossary: each table has its line, and no name in the schema is a word that it rules out."""

import re
from pathlib import Path

import bot.app  # noqa: F401 - it knows every table
from bot.store import Base

PAGE = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text()


def tables() -> dict[str, set[str]]:
    """The columns of each table."""
    return {table.name: set(table.columns.keys()) for table in Base.metadata.tables.values()}


def test_each_table_has_its_line_in_the_glossary() -> None:
    named = re.findall(r"`([a-z_]+)`(?=[^|\n]*\|\n)", PAGE)
    assert sorted(named) == sorted(tables())


def test_no_name_in_the_schema_is_a_word_that_the_glossary_rules_out() -> None:
    ruled_out = set(re.findall(r"\*([a-z]+)\*", PAGE.partition("Words that we do not use")[2]))
    assert len(ruled_out) > 10
    names = {name for table, columns in tables().items() for name in (table, *columns)}
    assert [name for name in names if ruled_out & set(name.split("_"))] == []
