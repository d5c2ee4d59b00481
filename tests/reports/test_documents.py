"""The documents name every column; a name that is there never changes."""

from pathlib import Path

from bot.reports.sheets import SHEETS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reports.md").read_text()


def test_every_column_is_documented() -> None:
    for sheet in SHEETS.values():
        for column in sheet.columns:
            assert f"| `{column.name}` |" in DOCUMENT, (sheet.name, column.name)


def test_columns_have_names_of_their_own_and_a_meaning() -> None:
    for sheet in SHEETS.values():
        names = [column.name for column in sheet.columns]
        assert len(set(names)) == len(names)
        assert all(column.meaning for column in sheet.columns)
