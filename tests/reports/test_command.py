"""`handoff report`: files from the command line."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from bot.reports.sheets import SHEETS
from tests.reports.house import House
from tests.reports.test_policy import secret_lead
from tests.terminal import handoff

DAYS = ("--from", "2026-11-16", "--to", "2026-11-22")


@pytest.fixture
def house(house: House) -> House:
    with house.store.transaction() as session:
        house.leads(session, secret_lead(None), {"first_name": "=1+1"})
    return house


def test_csv_to_the_terminal_holds_everything_and_no_formula(house: House) -> None:
    ended = handoff("report", "leads", *DAYS, DATABASE_URL=house.database_url)
    assert ended.returncode == 0, ended.stderr
    one, other = csv.DictReader(io.StringIO(ended.stdout))
    assert one["email"] == "adelheid@zwoelfer.example"
    assert one["won_amount"] == "76543.21"
    assert other["first_name"] == "'=1+1"


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_every_sheet_in_every_kind(house: House, tmp_path: Path, sheet: str, kind: str) -> None:
    place = tmp_path / f"out.{kind}"
    ended = handoff("report", sheet, *DAYS, "--format", kind, "--output", str(place),
                    DATABASE_URL=house.database_url)  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    names = [column.name for column in SHEETS[sheet].columns]
    if kind == "csv":
        assert next(csv.reader(io.StringIO(place.read_text()))) == names
    elif kind == "xlsx":
        rows = openpyxl.load_workbook(place).worksheets[0].values
        assert list(next(rows)) == names
    else:
        records = json.loads(place.read_text())
        assert all(list(record) == names for record in records)
        assert len(records) == {
            "leads": 2, "campaigns": 1, "weeks": 1, "spend": 0, "pipeline": 0,
        }[sheet]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        (("--format", "xlsx"), "--output report.xlsx"),
        (("--output", "/nowhere/x.csv"), "I can't write /nowhere/x.csv"),
        (("--from", "tomorrow"), "I can't read this day"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(
    house: House, more: tuple[str, ...], hint: str
) -> None:
    ended = handoff("report", "leads", *more, DATABASE_URL=house.database_url)
    assert ended.returncode == 1
    assert hint in ended.stderr
    assert "Traceback" not in ended.stderr
