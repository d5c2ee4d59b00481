"""Conversions for ad platforms: their formats, each told once, corrections, and the three ways."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot import clock
from bot.contacts.models import Consent
from bot.errors import NotAllowed
from bot.leads.models import Lead, Touch
from bot.people import service as people
from bot.reports.conversions import messages, service
from bot.reports.conversions.models import Conversion, ConversionFile, Part, Platform
from bot.reports.conversions.service import NoSuchFile
from playground.state import File
from tests.reports.house import MONDAY, NOW, House, open_house
from tests.reports.test_exports import channel, files, let_it_be_monday, set_up
from tests.terminal import handoff
from tests.threads import at_once

GOOGLE, META, LINKEDIN = Platform
CONVERSIONS, CORRECTIONS = Part
KEY = "the-key-of-the-warehouse"
QUALIFIED_AT = datetime(2026, 11, 18, 9, 30, 15, 250_000, tzinfo=UTC)
WON_AT = datetime(2026, 11, 20, 14, 0, 5, tzinfo=UTC)
CLICKS = {"gclid": "Cj0KCQiA-x_1", "fbclid": "IwAR2F4-dbP0l7", "li_fat_id": "5f2c1d9e-aa01"}
QUALIFIED = CLICKS | {
    "email": "Ada@Example.com", "phone_e164": "+493023125125", "status": "qualified",
    "qualified_at": QUALIFIED_AT,
}  # fmt: skip
WON = QUALIFIED | {
    "status": "won", "closed_at": WON_AT, "won_minor": 1_250_000, "won_currency": "EUR",
}  # fmt: skip


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def add(house: House, *rows: dict[str, Any]) -> list[int]:
    with house.store.transaction() as session:
        return house.leads(session, *rows)


def change(house: House, lead_id: int, **facts: Any) -> None:
    with house.store.transaction() as session:
        session.execute(update(Lead).where(Lead.id == lead_id).values(**facts))


def next_file(house: House, platform: Platform, part: Part = CONVERSIONS) -> str | None:
    """What the next file of the platform holds; None where there is none."""
    with house.store.transaction() as session:
        made = service.make(session, house.workspace.id, platform, part)
        return service.content(session, [made], platform, part).decode() if made else None


def again(house: House, platform: Platform, number: int) -> str:
    with house.store.transaction() as session:
        found = service.file(session, house.workspace.id, platform, number)
        return service.content(session, [found], platform, Part(found.part)).decode()


def rows(text: str | None) -> list[list[str]]:
    """The rows below the header."""
    assert text is not None
    found = list(csv.reader(io.StringIO(text)))
    return found[2:] if found[0][0].startswith("Parameters") else found[1:]


# ---- the formats ------------------------------------------------------------------------------


def test_a_file_for_google_ads(house: House) -> None:
    [lead_id] = add(house, WON)
    assert next_file(house, GOOGLE) == (
        "Parameters:TimeZone=+0000\r\n"
        "Google Click ID,Conversion Name,Conversion Time,Conversion Value,Conversion Currency,"
        "Order ID\r\n"
        f"Cj0KCQiA-x_1,Qualified lead,2026-11-18 09:30:15,,,lead-{lead_id}-qualified\r\n"
        f"Cj0KCQiA-x_1,Converted lead,2026-11-20 14:00:05,12500.00,EUR,lead-{lead_id}-won\r\n"
    )


def test_corrections_for_google_ads(house: House) -> None:
    [one, other] = add(house, WON, WON | {"gclid": "other"})
    next_file(house, GOOGLE)
    change(house, one, won_minor=990_000, won_currency="USD")
    change(house, other, status="qualified", closed_at=None, won_minor=None, won_currency=None)
    assert next_file(house, GOOGLE, CORRECTIONS) == (
        "Parameters:TimeZone=+0000\r\n"
        "Order ID,Conversion Name,Adjustment Time,Adjustment Type,Adjusted Value,"
        "Adjusted Value Currency\r\n"
        f"lead-{one}-won,Converted lead,2026-11-25 09:00:00,RESTATE,9900.00,USD\r\n"
        f"lead-{other}-won,Converted lead,2026-11-25 09:00:00,RETRACT,,\r\n"
    )


def test_a_file_for_meta(house: House) -> None:
    lead_ad = {"source": "meta", "external_id": "1234567890123456789", "fbclid": None}
    one, other = add(house, WON, QUALIFIED | lead_ad)
    seen = int((MONDAY + timedelta(hours=9)).timestamp() * 1000)
    keys = f"{hashed('ada@example.com')},{hashed('493023125125')}"
    qualified, won = int(QUALIFIED_AT.timestamp()), int(WON_AT.timestamp())
    assert next_file(house, META) == (
        "event_name,event_time,value,currency,order_id,email,phone,lead_id,fbc\r\n"
        f"Lead,{qualified},,,lead-{one}-qualified,{keys},,fb.1.{seen}.IwAR2F4-dbP0l7\r\n"
        f"Purchase,{won},12500.00,EUR,lead-{one}-won,{keys},,fb.1.{seen}.IwAR2F4-dbP0l7\r\n"
        f"Lead,{qualified},,,lead-{other}-qualified,{keys},1234567890123456789,\r\n"
    )


def test_a_file_for_linkedin(house: House) -> None:
    add(house, WON)
    email = hashed("ada@example.com")
    assert next_file(house, LINKEDIN) == (
        "email,timestamp,eventtype,amount,currency\r\n"
        f"{email},{int(QUALIFIED_AT.timestamp()) * 1000},QUALIFIED_LEAD,1,EUR\r\n"
        f"{email},{int(WON_AT.timestamp()) * 1000},PURCHASE,12500.00,EUR\r\n"
    )


@pytest.mark.parametrize(
    ("platform", "qualified", "won"),
    [(META, "Lead", "Purchase"), (LINKEDIN, "QUALIFIED_LEAD", "PURCHASE")],
)
def test_corrections_that_a_platform_does_not_take_are_listed(
    house: House, platform: Platform, qualified: str, won: str
) -> None:
    restated, lost = add(house, WON, QUALIFIED)
    next_file(house, platform)
    change(house, restated, won_minor=1_500)
    change(house, lost, status="lost")
    assert next_file(house, platform, CORRECTIONS) == (
        "lead_id,event,event_time,order_id,correction,value,currency\r\n"
        f"{restated},{won},2026-11-20T14:00:05Z,lead-{restated}-won,restate,15.00,EUR\r\n"
        f"{lost},{qualified},2026-11-18T09:30:15Z,lead-{lost}-qualified,retract,,\r\n"
    )


def test_amounts_have_the_digits_of_their_currency(house: House) -> None:
    add(house, WON | {"won_currency": "JPY"}, WON | {"won_currency": "KWD"})
    assert [row[3] for row in rows(next_file(house, GOOGLE)) if row[3]] == ["1250000", "1250.000"]


# ---- who is told of ---------------------------------------------------------------------------


def test_a_platform_is_told_of_its_own_clicks_only(house: House) -> None:
    add(house, *(QUALIFIED | dict.fromkeys(CLICKS, None) | {name: CLICKS[name]} for name in CLICKS))
    for platform in Platform:
        assert len(rows(next_file(house, platform))) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"gclid": None}, {"gclid": ""}, {"gclid": '=HYPERLINK("https://example.com")'},
        {"gclid": "two words"}, {"status": "new", "qualified_at": None}, {"status": "lost"},
        {"qualified_at": NOW - timedelta(days=91)},
    ],
)  # fmt: skip
def test_what_is_no_conversion_is_not_told(house: House, facts: dict[str, Any]) -> None:
    add(house, QUALIFIED | facts)
    assert next_file(house, GOOGLE) is None


def touch(house: House, lead_id: int, number: int, **facts: Any) -> None:
    """They wrote again, at noon of the nth of November."""
    usual = {
        "workspace_id": house.workspace.id, "lead_id": lead_id, "source": "api", "facts": {},
        "campaign_id": None, "external_id": f"touch-{lead_id}-{number}",
        "at": datetime(2026, 11, number, 12, tzinfo=UTC),
    }  # fmt: skip
    with house.store.transaction() as session:
        session.add(Touch(**usual | facts))


def test_a_later_click_counts_if_it_was_before_the_conversion(house: House) -> None:
    [lead_id] = add(house, WON | {"gclid": None, "fbclid": None})
    for number in (17, 19):
        touch(house, lead_id, number, facts={"gclid": f"of-the-{number}th"})
    touch(house, lead_id, 19, external_id="fb", facts={"fbclid": "IwAR-19"})
    assert [row[0] for row in rows(next_file(house, GOOGLE))] == ["of-the-17th"] * 2
    [won] = rows(next_file(house, META))
    at = int(datetime(2026, 11, 19, 12, tzinfo=UTC).timestamp() * 1000)
    assert (won[0], won[8]) == ("Purchase", f"fb.1.{at}.IwAR-19")


def test_a_later_lead_of_metas_form_counts_by_its_number(house: House) -> None:
    [lead_id] = add(house, QUALIFIED | {"fbclid": None})
    touch(house, lead_id, 17, source="meta", external_id="1234567890123456789")
    [row] = rows(next_file(house, META))
    assert row[7:] == ["1234567890123456789", ""]


def refuse(house: House, *, granted: bool = False) -> None:
    with house.store.transaction() as session:
        contact_id = session.scalar(select(Lead.contact_id).limit(1))
        session.add(Consent(workspace_id=house.workspace.id, contact_id=contact_id, granted=granted,
                            purposes=[], source="api", given_at=clock.now()))  # fmt: skip


def test_who_refuses_consent_goes_without_address_and_number(house: House) -> None:
    add(house, QUALIFIED)
    refuse(house)
    [row] = rows(next_file(house, META))
    assert row[5:8] == ["", "", ""]
    assert row[8].startswith("fb.1.")
    assert next_file(house, LINKEDIN) is None
    refuse(house, granted=True)
    assert rows(next_file(house, LINKEDIN))[0][0] == hashed("ada@example.com")


def test_who_refuses_it_later_is_gone_from_earlier_files(house: House) -> None:
    add(house, QUALIFIED)
    for platform in (META, LINKEDIN):
        assert hashed("ada@example.com") in str(next_file(house, platform))
    refuse(house)
    for platform in (META, LINKEDIN):
        assert hashed("ada@example.com") not in again(house, platform, 1)
    assert next_file(house, LINKEDIN, CORRECTIONS) is None  # it was qualified all the same


def test_nothing_personal_is_in_a_file(house: House) -> None:
    add(house, WON | {"first_name": "Adelheid", "company": "Nordlicht", "phone_raw": "030 23125"})
    for platform in Platform:
        text = str(next_file(house, platform)).lower()
        for secret in ("ada@", "adelheid", "nordlicht", "23125"):
            assert secret not in text.replace("cj0kcqia", "")


def test_another_workspace_is_not_told_of(house: House) -> None:
    add(house, QUALIFIED)
    with house.store.transaction() as session:
        other = people.install(
            session, team_id="TOTHER", name="Other", bot_user_id="UBOT", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        assert service.make(session, other.id, GOOGLE, CONVERSIONS) is None


# ---- once, and corrections --------------------------------------------------------------------


def test_each_is_told_once_and_a_file_can_be_had_again(house: House) -> None:
    add(house, QUALIFIED)
    first = next_file(house, GOOGLE)
    assert next_file(house, GOOGLE) is None
    assert next_file(house, GOOGLE, CORRECTIONS) is None
    add(house, WON)
    second = next_file(house, GOOGLE)
    assert len(rows(second)) == 2
    assert (again(house, GOOGLE, 1), again(house, GOOGLE, 2)) == (first, second)
    assert next_file(house, GOOGLE) is None
    with pytest.raises(NoSuchFile):
        again(house, GOOGLE, 3)


def test_many_who_ask_at_once_get_each_row_once(house: House) -> None:
    add(house, *([WON] * 5))
    found = at_once([partial(next_file, house, GOOGLE)] * 6)
    assert sorted(len(rows(text)) for text in found if text) == [10]
    with house.store.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Conversion)) == 10
        assert list(session.scalars(select(ConversionFile.number))) == [1]


def test_what_was_retracted_is_told_anew_under_another_name_and_time(house: House) -> None:
    [lead_id] = add(house, QUALIFIED)
    next_file(house, GOOGLE)
    change(house, lead_id, status="lost")
    assert rows(next_file(house, GOOGLE, CORRECTIONS))[0][3] == "RETRACT"
    assert next_file(house, GOOGLE, CORRECTIONS) is None
    change(house, lead_id, status="qualified")
    [row] = rows(next_file(house, GOOGLE))
    assert row[2] == "2026-11-18 09:30:16"
    assert row[5] == f"lead-{lead_id}-qualified-2"


def test_what_went_back_and_forth_between_two_files_is_no_correction(house: House) -> None:
    [lead_id] = add(house, WON)
    next_file(house, GOOGLE)
    change(house, lead_id, closed_at=WON_AT + timedelta(days=1))  # reopened, and won again
    assert next_file(house, GOOGLE, CORRECTIONS) is None


def test_another_click_is_another_conversion(house: House) -> None:
    [lead_id] = add(house, QUALIFIED)
    next_file(house, GOOGLE)
    change(house, lead_id, gclid="another")
    assert rows(next_file(house, GOOGLE, CORRECTIONS))[0][0] == f"lead-{lead_id}-qualified"
    assert rows(next_file(house, GOOGLE))[0][0] == "another"


def test_a_lead_that_was_merged_away_counts_in_the_other(house: House) -> None:
    gone, kept = add(house, QUALIFIED, QUALIFIED | {"gclid": "kept"})
    next_file(house, GOOGLE)
    change(house, gone, merged_into=kept)
    assert [row[0] for row in rows(next_file(house, GOOGLE, CORRECTIONS))] == [
        f"lead-{gone}-qualified"
    ]


# ---- by Slack ---------------------------------------------------------------------------------


@pytest.fixture
def busy(own_house: House) -> House:
    """A worker is at work in it, and a lead is won."""
    add(own_house, WON)
    own_house.application.work()
    return own_house


def sent(house: House, count: int) -> list[File]:
    """So many files, once they have come."""

    def come() -> list[File] | None:
        found = files(house)
        return found if len(found) == count else None

    return house.slack.wait_until(come, timeout=30)


def test_marketing_asks_for_a_file_and_has_it_again(busy: House) -> None:
    mara = busy.slack.hand(busy.users["mara"])
    for words, count in (("google", 1), ("google", 1), ("google 1", 2)):
        mara.command("/digest", f"conversions {words}", "leads")
        found = sent(busy, count)
    one, other = found
    assert one.name == other.name == "google_conversions_1.csv"
    assert one.data == other.data
    assert b"Cj0KCQiA-x_1,Converted lead" in one.data
    direct = busy.slack.im(busy.users["mara"])
    assert all(file.channels == [direct.id] for file in found)
    hint = "Upload it in Google Ads under Goals → Conversions → Uploads."
    assert {message.text for message in busy.slack.messages(direct) if message.files} == {
        f"Google Ads, file 1: 2 new conversions. {hint}"
    }


@pytest.mark.parametrize("name", ["sofia", "guest"])
def test_only_marketing_and_managers_may(house: House, name: str) -> None:
    with house.store.transaction() as session:
        with pytest.raises(NotAllowed):
            service.overview(session, house.person(name))
        with pytest.raises(NotAllowed):
            service.request(session, house.person(name), GOOGLE)
        with pytest.raises(NotAllowed):
            service.request_again(session, house.person(name), GOOGLE, 1)


def test_the_answers_say_what_is_new_and_how_to_have_it_again(house: House) -> None:
    lost, _ = add(house, WON, QUALIFIED | {"gclid": None})
    next_file(house, GOOGLE)
    change(house, lost, status="lost", won_minor=None, won_currency=None)
    mara = house.person("mara")
    with house.store.transaction() as session:
        overview = messages.overview(service.overview(session, mara))
        made = service.request(session, mara, GOOGLE)
        standing = service.standing(session, house.workspace.id, GOOGLE)
        sending = messages.made(made, standing)
        nothing = messages.made(service.request(session, mara, GOOGLE), standing)
    when = f"<!date^{int(NOW.timestamp())}^{{date_short_pretty}} {{time}}|2026-11-25 09:00 UTC>"
    assert overview.splitlines()[1:4] == [
        f"• *Google Ads*: 2 corrections; last file: 1, {when}",
        "• *Meta*: 1 new conversion",
        "• *LinkedIn*: 1 new conversion",
    ]
    assert sending == "I'm sending you file 2 (2 corrections) for Google Ads."
    assert nothing == (
        f"Nothing new for Google Ads since file 2, {when}. "
        "`/digest conversions google 2` sends it again."
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("google", "No conversions for Google Ads yet"),
        ("google 3", "There is no file 3 for Google Ads."),
        ("google x", "“x” isn't a file number."),
        ("tiktok", "I don't know the platform “tiktok”. Choose google, meta or linkedin."),
    ],
)
def test_what_cannot_be_had_is_said_in_a_sentence(house: House, words: str, answer: str) -> None:
    mara, place = house.users["mara"], house.slack.channel("leads")
    before = len(house.slack.ephemerals(mara))
    house.slack.hand(mara).command("/digest", f"conversions {words}", place)
    [message] = house.slack.wait_until(lambda: house.slack.ephemerals(mara)[before:] or None,
                                    timeout=30)  # fmt: skip
    assert answer in message.text


# ---- on a schedule ----------------------------------------------------------------------------


def test_they_come_on_a_schedule_and_corrections_with_them(busy: House) -> None:
    [other] = add(busy, QUALIFIED | {"gclid": "lost-since"})
    next_file(busy, GOOGLE)
    change(busy, other, status="lost")
    add(busy, QUALIFIED | {"gclid": "new"})
    place = channel(busy, "clara", "mara")
    set_up(busy, place, sheet="conversions_google", kind="xlsx")
    let_it_be_monday(busy, times=3)
    found = sent(busy, 2)
    assert {file.name for file in found} == {"google_corrections_2.csv", "google_conversions_3.csv"}
    assert all(file.channels == [place.id] for file in found)
    by_name = {file.name: file.data.decode() for file in found}
    assert [row[3] for row in rows(by_name["google_corrections_2.csv"])] == ["RETRACT"]
    assert [row[0] for row in rows(by_name["google_conversions_3.csv"])] == ["new"]


def test_they_do_not_come_where_somebody_may_see_no_amounts(busy: House) -> None:
    set_up(busy, channel(busy, "clara", "sofia"), sheet="conversions_google")
    let_it_be_monday(busy)
    direct = busy.slack.im(busy.users["clara"])
    [message] = busy.slack.wait_until(lambda: busy.slack.messages(direct) or None, timeout=30)
    assert "not everyone there may see amounts, and it needs them" in message.text
    assert next_file(busy, GOOGLE) is not None  # nothing counts as told


# ---- by the API -------------------------------------------------------------------------------


@pytest.fixture
def program(database_url: str) -> Iterator[tuple[House, httpx.Client]]:
    keys = {"warehouse": SecretStr(KEY)}
    with open_house(database_url, report_keys=keys) as house, house.anyone() as web:
        web.headers["Authorization"] = f"Bearer {KEY}"
        yield house, web


def test_a_program_reads_what_is_new_and_misses_nothing(
    program: tuple[House, httpx.Client],
) -> None:
    house, web = program
    [lead_id] = add(house, QUALIFIED)
    path = "/api/v1/conversions/google"
    first = web.get(path)
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == "text/csv; charset=utf-8"
    assert first.headers["handoff-file"] == "1"
    assert first.headers["cache-control"] == "no-store"
    assert len(rows(first.text)) == 1
    nothing = web.get(path)
    assert "handoff-file" not in nothing.headers
    assert rows(nothing.text) == []
    assert web.get(path, params={"after": 0}).text == first.text
    assert web.get(path, params={"file": 1}).text == first.text
    change(house, lead_id, status="lost")
    add(house, QUALIFIED | {"gclid": "second"})
    corrected = web.get(f"{path}/corrections")
    assert (corrected.headers["handoff-file"], len(rows(corrected.text))) == ("2", 1)
    both = web.get(path, params={"after": 0})
    assert (both.headers["handoff-file"], len(rows(both.text))) == ("3", 2)
    assert len(rows(web.get(path, params={"after": 1}).text)) == 1
    for platform in ("meta", "linkedin"):
        assert web.get(f"/api/v1/conversions/{platform}").status_code == 200


def test_what_a_program_may_not_ask(program: tuple[House, httpx.Client]) -> None:
    house, web = program
    add(house, QUALIFIED)
    path = "/api/v1/conversions/google"
    for params, status in (
        ({"file": 9}, 404), ({"file": 0}, 422), ({"after": -1}, 422), ({"after": 2**63}, 422),
        ({"after": "x"}, 422), ({"after": 0, "file": 1}, 422),
    ):  # fmt: skip
        assert web.get(path, params=params).status_code == status, params
    assert web.get("/api/v1/conversions/tiktok").status_code == 422
    web.get(path)
    assert web.get(f"{path}/corrections", params={"file": 1}).status_code == 404
    for key in ("", "Bearer wrong-key-wrong-key", f"Basic {KEY}"):
        for each in (path, f"{path}/corrections"):
            answer = web.get(each, headers={"Authorization": key})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
    assert web.post(path).status_code == 405


# ---- by the command line ----------------------------------------------------------------------


def test_the_command_line_writes_a_file(house: House, tmp_path: Path) -> None:
    [lead_id] = add(house, QUALIFIED)
    place = tmp_path / "google.csv"

    def run(*more: str) -> Any:
        return handoff("conversions", "google", *more, DATABASE_URL=house.database_url)

    refused = run("--output", "/nowhere/x.csv")
    assert (refused.returncode, "I can't write /nowhere/x.csv" in refused.stderr) == (1, True)
    written = run("--output", str(place))
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "File 1, 1 row.\n")
    assert len(rows(place.read_text())) == 1
    nothing = run()
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == "Nothing new for Google Ads.\n"
    assert run("--file", "1").stdout == place.read_text()
    change(house, lead_id, status="lost")
    assert rows(run("--corrections").stdout)[0][3] == "RETRACT"
    missing = run("--file", "7")
    assert (missing.returncode, missing.stderr) == (1, "There is no file 7 for Google Ads.\n")
