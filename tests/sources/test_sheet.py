"""Lists as programs write them: encodings, delimiters, headers, and what is no list."""

import csv
from contextlib import suppress
from io import BytesIO, StringIO
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.encoding import ENCODINGS, NotAList
from bot.sheet import MOST_COLUMNS, REASON, disarmed, read_sheet, rearmed
from bot.sources.columns import NOTE, SKIP, NobodyReachable, check, guess, read_row
from bot.sources.labels import is_known
from bot.sources.lead_payload import LeadPayload, Unreadable

TEXT = "First name,E-mail,City\nAda,ada@example.com,Köln\nJosé,jose@example.com,São Paulo\n"
ROWS = [["Ada", "ada@example.com", "Köln"], ["José", "jose@example.com", "São Paulo"]]


def shown(payload: LeadPayload) -> list[tuple[str, str]]:
    """What no field says, under its question."""
    return [(each["question"], each["answer"]) for each in payload.unplaced]


def read(content: bytes | str) -> tuple[list[str], list[list[str]]]:
    body = content.encode() if isinstance(content, str) else content
    sheet = read_sheet(BytesIO(body), is_known)
    return sheet.header, list(sheet.rows)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_the_usual_encodings(encoding: str) -> None:
    assert read(TEXT.encode(encoding)) == (["First name", "E-mail", "City"], ROWS)


@pytest.mark.parametrize(
    ("encoding", "row"),
    [
        ("cp1250", ["Grażyna", "Pająk-Ćwik", "g@example.org"]),
        ("cp1251", ["Мария", "Кузнецова", "m@example.org"]),
        ("cp1252", ["Françoise", "Lefèvre", "f@example.org"]),
        ("cp1252", ["Jürgen", "Groß", "j@example.org"]),
        ("cp1253", ["Ελένη", "Παπαδοπούλου", "e@example.org"]),
    ],
)
def test_a_short_list_of_an_old_spreadsheet_is_read_as_it_was_written(
    encoding: str, row: list[str]
) -> None:
    body = f"First name;Last name;Email\n{';'.join(row)}\n".encode(encoding)
    sheet = read_sheet(BytesIO(body), is_known)
    assert (sheet.encoding, list(sheet.rows)) == (encoding, [row])


def test_one_odd_line_makes_the_others_no_worse() -> None:
    body = "Name,Email\nZoë,z@example.org\n".encode() + "René,r@example.org\n".encode("cp1252")
    sheet = read_sheet(BytesIO(body), is_known)
    assert (sheet.encoding, sheet.odd_lines) == ("utf-8", 1)
    assert [row[0] for row in sheet.rows] == ["Zoë", "René"]


def test_an_encoding_that_somebody_chose_is_used() -> None:
    body = "Name,Email\nÅsa,a@example.org\n".encode("mac-roman")
    sheet = read_sheet(BytesIO(body), is_known, "mac-roman")
    assert (sheet.encoding, next(sheet.rows)[0]) == ("mac-roman", "Åsa")


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(content=st.binary(max_size=60))
def test_any_bytes_can_be_read_in_any_encoding(encoding: str, content: bytes) -> None:
    with suppress(NotAList):
        list(read_sheet(BytesIO(content), is_known, encoding).rows)


@pytest.mark.parametrize(
    "text",
    [
        # A cell of a person is the name of a column; the header is of no language that we know.
        "Etunimi;Sukunimi;Osoite\nIda;Igel;i@example.org\nJil;Business;j@example.org\n",
        "Etunimi;Sukunimi;Numero\nIda;Igel;+49 30 23125001\nJil;Business;+49 30 23125002\n",
        # Who has no address stands among the people nevertheless.
        "Vorname;Nachname;Mail\nIda;Business;\nJil;Jung;j@example.org\n",
        # The report says whom to ask.
        "Report\nHost;h@example.org\n\nEtunimi;Osoite;Maa\nIda;i@example.org;D\nJil;j@example.org;D\n",
    ],
)
def test_the_header_stands_above_the_people_and_is_none_of_them(text: str) -> None:
    header, rows = read(text)
    assert header[0] in ("Etunimi", "Vorname")
    assert [row[0] for row in rows] == ["Ida", "Jil"]


def test_columns_without_a_name_are_columns_too() -> None:
    header, rows = read("Email,Name\na@example.org,A,B\nb@example.org,C,D\n")
    assert header == ["Email", "Name", "Column 3"]
    assert rows[0] == ["a@example.org", "A", "B"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_usual_delimiters_and_ends_of_lines(delimiter: str, end: str) -> None:
    assert read(TEXT.replace(",", delimiter).replace("\n", end))[1] == ROWS


def test_a_comma_within_cells_does_not_part_what_semicolons_do() -> None:
    header, rows = read('Email;Budget\na@example.com;1,5\nb@example.com;2,5\n"c;d";"a ""b"""\n')
    assert header == ["Email", "Budget"]
    assert rows == [["a@example.com", "1,5"], ["b@example.com", "2,5"], ["c;d", 'a "b"']]


def test_a_cell_may_have_lines_and_a_row_may_be_short_long_or_empty() -> None:
    text = (
        'Email,Name,Note\na@example.com,A,"one\ntwo"\n\nb@example.com\n,,\nc@example.com,C,D,E,,F\n'
    )
    assert read(text)[1] == [
        ["a@example.com", "A", "one\ntwo"],
        ["b@example.com", "", ""],
        ["c@example.com", "C", "D E F"],
    ]


def test_what_a_report_says_before_its_table_is_passed_over() -> None:
    text = (
        "Attendee Report\nReport Generated:,06/01/2026\nTopic,Webinar ID\nPricing,123 456\n"
        "Attendee Details,\nAttended,User Name (Original Name),Email\nYes,Ada,ada@example.com\n"
    )
    header, rows = read(text)
    assert header == ["Attended", "User Name (Original Name)", "Email"]
    assert rows == [["Yes", "Ada", "ada@example.com"]]


def test_a_list_without_a_header_has_numbered_columns() -> None:
    header, rows = read("Ada,ada@example.com\nBob,bob@example.com\n")
    assert header == ["Column 1", "Column 2"]
    assert guess(header, rows) == [NOTE, "email"]


def test_columns_with_names_of_another_language_are_a_header_too() -> None:
    header, rows = read("Etunimi,Postilaatikko\nAda,ada@example.com\n")
    assert header == ["Etunimi", "Postilaatikko"]
    assert guess(header, rows) == [NOTE, "email"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n , ,\n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n" + b"\x00" * 50, "no text"),
        (b",".join([b"a"] * (MOST_COLUMNS + 1)), "columns"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, why: str) -> None:
    with pytest.raises(NotAList, match=why):
        read(content)


def test_a_quote_that_never_ends_is_named_by_its_line() -> None:
    text = 'Email,Name\na@example.com,A\nb@example.com,"B\n' + "c@example.com,C\n" * 20_000
    with pytest.raises(NotAList, match="quote"):
        read(text)


def test_rows_are_read_while_they_are_asked_for() -> None:
    body = ("Email\n" + "a@example.com\n" * 100_000).encode()
    file = BytesIO(body)
    sheet = read_sheet(file, is_known)
    assert list(islice(sheet.rows, 2)) == [["a@example.com"], ["a@example.com"]]
    assert file.tell() < len(body) / 2


@settings(max_examples=200)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_rows_as_wide_as_the_header_or_no_list(content: bytes) -> None:
    with suppress(NotAList):
        header, rows = read(content)
        assert header
        assert all(header)
        assert {len(row) for row in rows} <= {len(header)}
        for row in rows:
            with suppress(Unreadable):
                read_row(header, guess(header, rows), row)


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), max_size=12
).map(str.strip)  # fmt: skip


@settings(max_examples=100)
@given(table=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_the_csv_module_writes_is_read_back(table: list[list[str]]) -> None:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["Email", "Company", "Note"])
    writer.writerows(table)
    assert read(text.getvalue())[1] == [row for row in table if any(row)]


def test_columns_are_known_by_their_usual_names() -> None:
    header = ["E-Mail", "Work email", "Mobile Number", "Job Title", "Why?", REASON, "Comments"]
    assert guess(header, []) == ["email", "email", "phone", "job_title", NOTE, SKIP, "message"]


def test_without_a_way_to_reach_anybody_nothing_can_be_imported() -> None:
    with pytest.raises(NobodyReachable):
        check([NOTE, "first_name"])
    check([NOTE, "phone", NOTE])


def test_of_several_columns_that_mean_the_same_the_first_that_is_filled_counts() -> None:
    header = ["Email", "Email", "Phone", "Mobile phone"]
    meanings = ["email", "email", "phone", "phone"]
    second = read_row(header, meanings, ["", "hal@example.org", "", "+49 171 3920084"])
    assert (second.email, second.phone, second.unplaced) == (
        "hal@example.org", "+49 171 3920084", [],
    )  # fmt: skip
    both = read_row(header, meanings, ["gil@example.org", "gil@example.net", "", ""])
    assert (both.email, shown(both)) == ("gil@example.org", [("Email", "gil@example.net")])


def test_an_address_that_stands_in_every_row_is_nobodys_own() -> None:
    header, rows = read("Wer,Wo\nme@example.com,a@example.org\nme@example.com,b@example.org\n")
    assert guess(header, rows) == [NOTE, "email"]
    header, rows = read("Email,Phone\nme@example.com,03023125001\nme@example.com,03023125002\n")
    assert guess(header, rows) == ["email", "phone"]  # all that there is
    header, rows = read("Contact,Email\nme@example.com,a@example.org\n")
    assert guess(header, rows) == [NOTE, "email"]


def test_an_address_of_a_column_that_is_none_of_theirs_reaches_nobody() -> None:
    with pytest.raises(Unreadable):
        read_row(["Owner", "Email"], [NOTE, "email"], ["mara@example.com", ""])


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [(["+49 30 23125001", "+49 30 23125002"], "phone"), (["030 23125001", "030 23125002"], "phone"),
     (["00123", "00124"], NOTE), (["2026-11-20", "2026-11-21"], NOTE)],
)  # fmt: skip
def test_a_column_of_numbers_is_known_by_what_stands_in_it(cells: list[str], meaning: str) -> None:
    assert guess(["Wo"], [[cell] for cell in cells]) == [meaning]


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ('="tom@example.org"', "tom@example.org"),
        ("mailto:tom@example.org", "tom@example.org"),
        ("Tom Beck <tom@example.org>", "tom@example.org"),
        ("tom@example.org; beck@example.org", "tom@example.org"),
        ("not yet, tom@example.org", "tom@example.org"),
    ],
)
def test_an_address_is_found_in_its_cell(cell: str, address: str) -> None:
    header, rows = read(f"Name,Email\nTom,{quoted(cell)}\n")
    assert read_row(header, guess(header, rows), rows[0]).email == address


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_what_meta_writes_before_ids_and_numbers_is_left_out() -> None:
    header, rows = read("form_id\tphone_number\nf:7000000000001\tp:+493023125001\n")
    found = read_row(header, guess(header, rows), rows[0])
    assert (found.form_id, found.phone) == ("7000000000001", "+493023125001")


def test_a_row_is_read_by_its_meanings_and_nothing_is_lost() -> None:
    header = ["Name", "Mail", "Seats", "When", "Secret"]
    meanings = ["full_name", "email", NOTE, "submitted_at", SKIP]
    found = read_row(header, meanings, ["Ada Lovelace", "ada@example.com", "12", "June 3", "x"])
    assert (found.first_name, found.last_name, found.email) == (
        "Ada", "Lovelace", "ada@example.com",
    )  # fmt: skip
    assert shown(found) == [("Seats", "12"), ("When", "June 3")]
    assert found.submitted_at is None


def test_the_same_row_has_the_same_id_whatever_the_order_of_its_columns() -> None:
    one = read_row(["A", "B"], ["email", "company"], ["a@example.com", "Acme"])
    two = read_row(["B", "A"], ["company", "email"], ["Acme", "a@example.com"])
    other = read_row(["A", "B"], ["email", "company"], ["a@example.com", "Acme Ltd"])
    assert one.external_id == two.external_id != other.external_id


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["", ""], "empty"),
        (["nobody", ""], "is not an email address"),
        (["", "Acme"], "an email or a phone is needed"),
    ],
)
def test_a_row_that_does_not_fit_says_why(cells: list[str], problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        read_row(["A", "B"], ["email", "company"], cells)


@pytest.mark.parametrize(
    "cell",
    ["=cmd()", "+SUM(A1)", "-1+cmd", "@here", "\t=1", " =1", "＝1+1", "\u200b=1", "\ufeff@x", "-5",
     "+49 30 23125001", "\u00a0-2", "\rx"],
)  # fmt: skip
def test_a_formula_is_disarmed_for_spreadsheets_and_comes_back_as_it_was(cell: str) -> None:
    assert disarmed(cell) == f"'{cell}"
    assert rearmed(disarmed(cell)) == cell


@pytest.mark.parametrize("cell", ["a@example.com", "1-2", "'quoted'", "", " "])
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert disarmed(cell) == cell
    assert rearmed(cell) == cell
