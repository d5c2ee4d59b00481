"""Files: harmless in a spreadsheet, numbers stay numbers, and everything survives the way."""

import csv
import io
import json
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports import files
from bot.reports.columns import Cell
from bot.reports.files import as_csv, as_json, harmless, write_xlsx
from tests.reports.house import House

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "＝1+1", "＋1",
            "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://evil.example\")", "\u200e=1", "\ufeff=1",
            "\u00a0=1", "\u202e=1", "\x00=1"]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_begins_like_a_formula_begins_with_an_apostrophe(formula: str) -> None:
    assert harmless(formula).startswith("'")


@pytest.mark.parametrize("text", ["Ada", "a=b", "1-2", "ö+ö", "", "'quoted'", "10%", "(–)"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_no_text_whatever_begins_like_a_formula(text: str) -> None:
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))


ROW: list[Cell] = ["=1+1", -5, Decimal("-12.50"), True, None, date(2026, 11, 16),
                   datetime(2026, 11, 16, 8, 30, tzinfo=UTC)]  # fmt: skip
HEADER = ["text", "whole", "amount", "flag", "nothing", "day", "moment"]


def test_csv_cell_by_cell() -> None:
    text = b"".join(as_csv(HEADER, [ROW])).decode()
    assert text.splitlines()[1] == (
        '"\'=1+1",-5,-12.50,"true","","2026-11-16","2026-11-16T08:30:00Z"'
    )


def test_json_cell_by_cell() -> None:
    [record] = json.loads(b"".join(as_json(HEADER, [ROW])))
    assert record == {
        "text": "=1+1", "whole": -5, "amount": "-12.50", "flag": True, "nothing": None,
        "day": "2026-11-16", "moment": "2026-11-16T08:30:00Z",
    }  # fmt: skip
    assert json.loads(b"".join(as_json(HEADER, []))) == []


def test_xlsx_cell_by_cell(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", "leads", HEADER, [ROW])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert [cell.value for cell in sheet[2]] == [
        "'=1+1",
        -5,
        -12.5,
        True,
        None,
        datetime(2026, 11, 16),  # noqa: DTZ001 - Excel knows no zones
        datetime(2026, 11, 16, 8, 30),  # noqa: DTZ001
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "b", "n", "d", "d"]


def test_what_one_sheet_cannot_hold_goes_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MOST_ROWS", 4)
    write_xlsx(tmp_path / "a.xlsx", "leads", ["n"], ([n] for n in range(7)))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["leads", "leads 2", "leads 3"]
    assert [[row[0] for row in sheet.values] for sheet in book.worksheets] == [
        ["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6],
    ]  # fmt: skip


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_whatever_was_typed_makes_a_file_that_reads(rows: list[list[str]]) -> None:
    text = b"".join(as_csv(["a", "b"], rows)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["a", "b"], *([harmless(cell) for cell in row] for row in rows)]


@given(st.lists(st.text(), max_size=5))
def test_xlsx_takes_whatever_was_typed(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "any.xlsx"
        write_xlsx(place, "leads", ["a"], [[text] for text in texts])
        sheet = openpyxl.load_workbook(place).worksheets[0]
    assert sheet.max_row == len(texts) + 1
    assert all(cell.data_type != "f" for row in sheet.rows for cell in row)


def test_formulas_of_a_stranger_over_http(house: House) -> None:
    fields = ("first_name", "last_name", "company", "message", "job_title", "utm_term")
    with house.store.transaction() as session:
        house.leads(session, *(dict.fromkeys(fields, formula) for formula in FORMULAS
                               if "\x00" not in formula))  # fmt: skip
    with house.browser("clara") as web:
        answer = web.get("/report/files/leads.csv")
        assert answer.headers["content-disposition"].startswith("attachment")
        frame = pandas.read_csv(io.BytesIO(answer.content), dtype=str, keep_default_na=False)
        assert len(frame) == len(FORMULAS) - 1
        for field in fields:
            assert frame[field].str.startswith("'").all(), field
        book = web.get("/report/files/leads.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type != "f"
            assert not str(cell.value or "").startswith(("=", "+", "-", "@")), cell.coordinate


def test_all_leads_come_once_however_many_batches(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.reports.sheets.BATCH", 7)
    with house.store.transaction() as session:
        ids = house.leads(session, *({} for _ in range(50)))  # all of one moment
    with house.browser("clara") as web:
        frame = pandas.read_csv(io.BytesIO(web.get("/report/files/leads.csv").content))
    assert list(frame["lead_id"]) == sorted(ids)
