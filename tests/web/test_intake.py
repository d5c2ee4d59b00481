"""The intake: who sends is proven first, what is proven is kept, and what is shown is disarmed."""

import http.client
import json
import logging
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr
from sqlalchemy import select, text

from bot import clock
from bot.contacts.models import Consent
from bot.keys import Keys
from bot.people import service as people
from bot.people.models import Workspace
from bot.sources import SOURCES
from bot.sources.lead_payload import LeadPayload
from bot.web import Server, create, leads
from bot.web.body import LARGEST
from bot.web.intake import Intake
from tests.sources.signing import VENDORS
from tests.web.conftest import FORM_KEY, KEY, ORIGIN, OTHER_FORM_KEY, OTHER_KEY, Site

ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
SPOILED = "=cmd|' /C calc'!A0 <!channel> <@U0> & <https://evil.example|here> :tada: \u202egpj.exe"


# ---- what is accepted ---------------------------------------------------------------------------


def test_an_accepted_lead_is_stored_with_its_raw_request(site: Site) -> None:
    body = json.dumps(ADA | {"external_id": "e1", "unknown": [1, 2]}, indent=3).encode()
    answer = site.send(body, **{"Content-Type": "application/json; charset=utf-8"})
    [lead], [raw] = site.leads(), site.submissions()
    assert answer.status_code == 202
    assert answer.json() == {"lead_id": lead.id, "duplicate": False}
    assert (lead.source, lead.external_id, lead.email) == ("api", "e1", "ada@example.com")
    assert (raw.source, raw.sender, raw.lead_id, raw.problem) == ("api", "website", lead.id, None)
    assert (raw.body, raw.content_type) == (body, "application/json; charset=utf-8")
    assert [message.text for message in site.draw()] == [
        "New lead: Ada Lovelace. Nobody has claimed it yet."
    ]


def test_what_an_admin_changes_holds_for_the_next_request(site: Site) -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    clock.use(lambda: noon)
    deals = site.slack.add_channel("deals")
    with site.application.store.transaction() as session:
        workspace = session.scalars(select(Workspace)).one()
        people.change_workspace(session, workspace, channel=deals.id, timezone="Pacific/Kiritimati")
    site.send(ADA)
    assert site.draw() == []
    assert len(site.slack.messages(deals)) == 1
    clock.use(lambda: noon + timedelta(days=2))  # days begin in the new zone from its midnight on
    answer = site.web.get("/api/v1/leads", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.json()["to"] == "2026-06-04"


def test_a_lead_sent_again_is_one_lead_of_its_source(site: Site) -> None:
    again = ADA | {"external_id": "e1"}
    first, second = site.send(again), site.send(again | {"first_name": "Another"})
    assert first.json() | {"duplicate": True} == second.json()
    assert site.fill_in(**again | {"email": "grace@example.com"}).status_code == 200
    assert [(lead.source, lead.first_name) for lead in site.leads()] == [
        ("api", "Ada"), ("form", "Ada"),
    ]  # fmt: skip
    assert len(site.submissions()) == 3
    assert len(site.draw()) == 2


def test_without_an_id_the_same_words_count_once_within_a_minute(site: Site) -> None:
    moment = datetime(2026, 6, 1, 9, 0, 30, tzinfo=UTC)
    clock.use(lambda: moment)
    answers = [site.send(ADA), site.send(ADA | {"email": "Ada@Example.com"})]
    assert [answer.json()["duplicate"] for answer in answers] == [False, True]
    assert not site.send(ADA | {"phone": "+49 30 23125001"}).json()[
        "duplicate"
    ]  # a form's 2nd step
    clock.use(lambda: moment + timedelta(minutes=1))
    assert not site.send(ADA).json()["duplicate"]


def test_json_is_read_whatever_it_is_called(site: Site) -> None:
    body = json.dumps(ADA).encode()
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded", "x" * 1_000):
        assert site.send(body, **{"Content-Type": content_type}).status_code == 202
    assert site.submissions()[-1].content_type == "x" * 200


# ---- who sends ----------------------------------------------------------------------------------


def test_an_unknown_key_gets_401_and_no_hint(site: Site) -> None:
    wrong = ["", "Bearer", "Bearer  x", f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", f"Basic {KEY}",
             f"Bearer {KEY.upper()}", KEY, "Bearer \u00e9", f"Bearer {KEY} {KEY}"]  # fmt: skip
    sent = [{b"Authorization": each.encode("latin-1")} for each in wrong]
    for headers in [{}, *sent]:
        answer = site.web.post("/leads/api", json=ADA, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"detail": "A valid key is needed."})
        assert answer.headers["www-authenticate"] == "Bearer"
    assert not site.submissions()


def test_an_unknown_key_is_told_before_anything_is_read(site: Site) -> None:
    status, _ = announce(site, "/leads/api", LARGEST + 1, key="not-a-key-of-ours")
    assert status == 401


def test_an_unknown_form_gets_404_and_no_hint(site: Site) -> None:
    for key in ("x", FORM_KEY.upper(), FORM_KEY[:-1], FORM_KEY + "%20", "%C3%28", "%00", "\u00e9"):
        answer = site.fill_in(key, **ADA)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."}), key
    assert not site.submissions()


def test_each_sender_is_known_by_the_name_of_its_key(site: Site) -> None:
    site.fill_in(OTHER_FORM_KEY, **ADA)
    site.fill_in(FORM_KEY, **ADA)
    site.send(ADA, Authorization=f"Bearer {OTHER_KEY}")
    site.send(ADA)
    senders = [raw.sender for raw in site.submissions()]
    assert senders == ["fair", "contact", "webinar", "website"]


def test_a_form_key_opens_no_api_and_a_lead_key_opens_no_form(site: Site) -> None:
    for key in (FORM_KEY, OTHER_FORM_KEY):
        assert site.send(ADA, Authorization=f"Bearer {key}").status_code == 401
        figures = site.web.get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"})
        assert figures.status_code == 401
    for key in (KEY, OTHER_KEY):
        assert site.fill_in(key, **ADA).status_code == 404
    assert not site.submissions()


# ---- whose id it is -----------------------------------------------------------------------------

GRACE = {"email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}


def test_an_id_counts_for_its_sender_alone(site: Site) -> None:
    """What the public key of a form brings takes no lead away from anybody else."""
    site.fill_in(FORM_KEY, **ADA, external_id="e1")
    site.fill_in(OTHER_FORM_KEY, **GRACE, external_id="e1")
    edsger = {"email": "edsger@example.com", "external_id": "e1"}
    answer = site.send(edsger, Authorization=f"Bearer {OTHER_KEY}")
    barbara = {"email": "barbara@example.com", "external_id": "e1"}
    assert [answer.json()["duplicate"], site.send(barbara).json()["duplicate"]] == [False] * 2
    assert [(lead.sender, lead.external_id, lead.email) for lead in site.leads()] == [
        ("contact", "e1", ADA["email"]),
        ("fair", "e1", GRACE["email"]),
        ("webinar", "e1", edsger["email"]),
        ("website", "e1", barbara["email"]),
    ]
    assert len(site.draw()) == 4
    assert site.send(barbara).json() == {"lead_id": site.leads()[3].id, "duplicate": True}


def test_an_id_that_names_somebody_else_this_time_is_somebody_else(site: Site) -> None:
    """A form that sends a fixed id must not lose everybody but the first."""
    people = [ADA, GRACE, {"phone": "+49 30 23125001"}, {"phone": "room 12345"}]
    sent = [site.send(each | {"external_id": "form-7"}).json() for each in people]
    assert [each["duplicate"] for each in sent] == [False] * 4
    again = [site.send(each | {"external_id": "form-7"}).json() for each in reversed(people)]
    assert again == [each | {"duplicate": True} for each in reversed(sent)]
    assert [lead.email for lead in site.leads()] == [ADA["email"], GRACE["email"], None, None]
    assert len(site.draw()) == 4


def test_an_id_survives_the_rotation_of_its_key(site: Site) -> None:
    """It belongs to the key's name: the same name with another key is the same sender."""
    first = site.send(ADA | {"external_id": "e1"}).json()
    workspace = site.application.workspace()
    body = json.dumps(ADA | {"external_id": "e1"}).encode()
    web = create(
        leads=leads.router(
            Intake(site.application.store, lambda: workspace),
            Keys({"website": SecretStr("the-next-key-of-the-website")}),
            Keys({}),
            [],
        ),
        hooks=APIRouter(),
        health={},
        slack_events=None,
    )
    server = Server("127.0.0.1", 0)
    server.start(web)
    answer = httpx.post(
        f"http://127.0.0.1:{server.port}/leads/api",
        content=body,
        headers={"Authorization": "Bearer the-next-key-of-the-website"},
    )
    server.stop()
    assert answer.json() == first | {"duplicate": True}


# ---- what is too large --------------------------------------------------------------------------

PATHS = ["/leads/api", f"/leads/form/{FORM_KEY}", "/slack/events"]


def announce(site: Site, path: str, length: int, *, key: str = KEY) -> tuple[int, str]:
    """Say that a body of this length comes, and send none of it; returns status and text."""
    connection = http.client.HTTPConnection(site.web.base_url.host, site.web.base_url.port or 0)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Authorization", f"Bearer {key}")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_body_that_says_it_is_too_large_is_not_waited_for(site: Site) -> None:
    for path in PATHS:
        status, answer = announce(site, path, LARGEST + 1)
        assert (status, json.loads(answer)) == (413, {"detail": "The body is larger than 1 MiB."})


def test_a_body_that_turns_out_too_large_is_refused(site: Site) -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(LARGEST // 65_536))
        yield b" "

    for path in PATHS:
        bearer = {"Authorization": f"Bearer {KEY}"}
        assert site.web.post(path, content=chunks(), headers=bearer).status_code == 413
    assert not site.submissions()


def test_a_body_of_exactly_the_limit_is_taken(site: Site) -> None:
    body = json.dumps(ADA).encode().ljust(LARGEST)
    assert site.send(body).status_code == 202
    assert len(site.submissions()[0].body) == LARGEST


# ---- what does not fit --------------------------------------------------------------------------

SECRET = "do-not-repeat-me"
MISFITS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "body"),
    "no JSON": (b"{'email': 1}", "body"),
    "not UTF-8": (b'{"email": "\xff\xfe"}', "body"),
    "too deep": (b"[" * 200_000, "body"),
    "too deep to be handled": (b'{"email": "ada@example.com", "company": %s1%s}'
                               % (b'{"a":' * 450, b"}" * 450), "body"),
    "a list": (b'[{"email": "ada@example.com"}]', "body"),
    "a word": (b'"ada@example.com"', "body"),
    "a number": (b"NaN", "body"),
    "a long number": (b'{"phone": ' + b"9" * 5_000 + b"}", "body"),
    "nobody to answer": (b'{"first_name": "Ada"}', "body"),
    "blank": (b'{"email": "  ", "phone": "\\u0000"}', "body"),
    "no address": (json.dumps({"email": SECRET}).encode(), "email"),
    "no number": (json.dumps({"phone": SECRET}).encode(), "phone"),
}  # fmt: skip
COST_NOTHING: list[dict[str, Any]] = [
    {"company": {"name": 1}}, {"phone": True}, {"first_name": "x" * 1_001},
    {"message": "x" * 20_001}, {"submitted_at": "2026-06-01T09:00"}, {"submitted_at": ""},
    {"submitted_at": "soon"}, {"submitted_at": "0001-01-01T00:00+14:00"}, {"email": "ada@gmail"},
    {"Email": "second@example.com"}, {"Budget": "10k"}, {"external_id": "x" * 1_001},
    {"consent": {"granted": True, "at": "0001-01-01T00:00+14:00"}},
]  # fmt: skip


def test_what_does_not_fit_costs_nothing_where_somebody_can_be_reached(site: Site) -> None:
    person = {"email": "ada@example.com", "phone": "+49 30 23125001"}
    for number, misfit in enumerate(COST_NOTHING):
        sent = person | {"external_id": f"e{number}"} | misfit
        assert site.send(sent).status_code == 202, misfit
        assert site.send(sent).json()["duplicate"], misfit
    assert len(site.submissions()) == 2 * len(COST_NOTHING)


def test_labels_are_understood_as_zapier_passes_them_on(site: Site) -> None:
    sent = {"Email": "p3@example.org", "First Name": "Zap", "Phone": "+493023125001", "Seats": 12}
    assert site.send(sent).status_code == 202
    [lead] = site.leads()
    assert (lead.email, lead.first_name, lead.phone_e164) == (
        "p3@example.org", "Zap", "+493023125001",
    )  # fmt: skip
    assert lead.unplaced == [{"question": "Seats", "answer": "12"}]


def test_what_does_not_fit_is_named_and_kept_for_replay(site: Site) -> None:
    for what, (body, field) in MISFITS.items():
        answer = site.send(body)
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [field]), what
        assert SECRET not in answer.text, what
        raw = site.submissions()[-1]
        assert (raw.body, raw.lead_id, raw.sender) == (body, None, "website"), what
        assert raw.problem == answer.json()["detail"], what
    assert len(site.submissions()) == len(MISFITS)
    assert not site.leads()


def test_every_field_that_does_not_fit_is_named(site: Site) -> None:
    answer = site.send({"email": "x", "company": {}, "submitted_at": "soon"})
    assert set(answer.json()["problems"]) == {"email", "company", "submitted_at"}


# ---- what is hostile ----------------------------------------------------------------------------


def test_hostile_words_are_stored_whole_and_shown_disarmed(site: Site) -> None:
    message = SPOILED + "\n" + "long " * 2_000
    names = {"first_name": SPOILED, "last_name": "\u200fRTL\u202c", "company": SPOILED,
             "job_title": SPOILED, "country": SPOILED, "utm_campaign": SPOILED,
             "phone": f"+49 30 23125001 {SPOILED}", "message": message}  # fmt: skip
    assert site.send(ADA | names).status_code == 202
    [lead] = site.leads()
    assert (lead.company, lead.message) == (SPOILED, message.strip())
    assert lead.last_name == "\u200fRTL\u202c"
    assert lead.phone_e164 == "+493023125001"

    [card] = site.draw()
    assert not re.search("[\u202a-\u202e\u200e\u200f]", f"{card.text} {card.blocks}")
    for words in [card.text, *texts(card.blocks, "mrkdwn")]:
        assert not re.findall(r"<(?!!date\^|tel:\+\d+\||mailto:[\w.%@-]+\|)", words)  # only ours
    assert any(
        "&lt;!channel&gt; &lt;@U0&gt; &amp;" in words for words in texts(card.blocks, "mrkdwn")
    )
    assert all(not each["emoji"] for each in plain(card.blocks))
    shown = next(text for text in texts(card.blocks, "plain_text") if "long" in text)
    assert shown.startswith(f"“{SPOILED[:20]}")
    assert len(shown) <= 1_200
    assert shown.endswith("…”")


def texts(value: Any, kind: str) -> list[str]:
    return [each["text"] for each in found(value, kind)]


def plain(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The plain texts that a sender's words may stand in: all but the labels of buttons."""
    return found([block for block in blocks if block["type"] != "actions"], "plain_text")


def found(value: Any, kind: str) -> list[dict[str, Any]]:
    """All text objects of this kind, however deep."""
    if isinstance(value, list):
        return [each for item in value for each in found(item, kind)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == kind:
        return [value]
    return [each for item in value.values() for each in found(item, kind)]


def test_text_that_no_database_holds_is_cleaned_and_its_raw_form_kept(site: Site) -> None:
    body = b'{"email": "ada@example.com", "first_name": "A\\u0000da\\ud800", "company": "\\u0000"}'
    assert site.send(body).status_code == 202
    [lead] = site.leads()
    assert (lead.first_name, lead.company) == ("Ada?", None)
    assert site.submissions()[0].body == body
    assert "Ada?" in site.draw()[0].text


def test_values_that_json_does_not_know_are_none(site: Site) -> None:
    """Programs write NaN for what they do not have, and what no database holds is everywhere."""
    body = (
        b'{"email": "ada@example.com", "phone": NaN, "company": 1e999, "job_title": -Infinity,'
        b'"consent": {"granted": true, "wording": "\\ud800", "purposes": ["news\\u0000\\udfff"]}}'
    )
    assert [site.send(body).status_code for _ in range(2)] == [202, 202]
    [lead] = site.leads()
    assert (lead.phone_raw, lead.company, lead.job_title) == (None, None, None)
    with site.application.store.transaction() as session:
        assert session.scalars(select(Consent.purposes)).all() == [["news?"]]


def test_words_that_cannot_be_seen_do_not_keep_a_lead_from_the_channel(site: Site) -> None:
    fields = ["first_name", "last_name", "company", "job_title", "country", "message", "phone"]
    unseen = ["\u202e", "\u200b", "\ufeff\u2066", "\x07", "\u00ad", "\u2028\u200f"]
    for number, letter in enumerate(unseen):
        words = dict.fromkeys(fields, letter) | {"email": f"ada.{number}@example.com"}
        assert site.send(words).status_code == 202
    assert len(site.draw()) == len(unseen)


def test_an_id_as_long_as_it_may_be(site: Site) -> None:
    """What the database cannot index is refused by name, never by a crash."""
    kept = 0
    for first, last in (("a", "z"), ("\u4e00", "\u9fff"), ("\U00020000", "\U0002a6df")):
        alphabet = range(ord(first), ord(last) + 1)
        for length in (200, 1_000):
            letters = "".join(map(chr, Random(7).choices(alphabet, k=length)))
            answer = site.send(ADA | {"external_id": letters})
            refused = answer.status_code == 422 and list(answer.json()["problems"])
            assert answer.status_code == 202 or refused == ["external_id"]
            assert length > 200 or not refused
            kept += 1
    assert len(site.submissions()) == kept


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_ends_of_the_calendar_stop_no_lead(own_site: Site, zone: str) -> None:
    """A time is the sender's word; whatever it says, and wherever the database server stands, the
    lead reaches the channel."""
    engine = own_site.application.store.engine
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET timezone = '{zone}'"))
    engine.dispose()
    for moment in ("0001-01-01T00:00Z", "9999-12-31T23:59:59.999999Z"):
        sent = {"email": f"a{moment[:4]}@example.com", "submitted_at": moment}
        assert own_site.send(ADA | sent | {"external_id": moment}).status_code == 202
    assert len(own_site.draw()) == 2
    assert [lead.submitted_at for lead in own_site.leads()] == [None, None]


def test_a_sender_that_hangs_up_in_the_middle_is_no_fault_of_ours(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    address = (site.web.base_url.host, site.web.base_url.port or 0)
    with socket.create_connection(address) as connection:
        connection.sendall(
            f"POST /leads/api HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            'Content-Length: 100\r\n\r\n{"email": '.encode()
        )
    assert site.send(ADA).status_code == 202
    assert len(site.submissions()) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


# ---- forms --------------------------------------------------------------------------------------


def test_a_form_comes_urlencoded(site: Site) -> None:
    answer = site.fill_in(**ADA, message="ä & b\r\nc", consent="yes")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Thank you" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    [lead], [raw] = site.leads(), site.submissions()
    assert (lead.source, lead.message) == ("form", "ä & b\r\nc")
    assert raw.body == urlencode({**ADA, "message": "ä & b\r\nc", "consent": "yes"}).encode()
    assert "New lead: Ada Lovelace" in site.draw()[0].text


def test_a_form_comes_as_multipart_with_a_file(site: Site) -> None:
    upload = {"cv": ("cv.pdf", b"%PDF\x00\xff", "application/pdf")}
    fields = ADA | {"message": "ä <b>"}
    answer = site.web.post(f"/leads/form/{FORM_KEY}", data=fields, files=upload)
    assert answer.status_code == 200
    assert (site.leads()[0].message, site.leads()[0].first_name) == ("ä <b>", "Ada")
    assert b"%PDF\x00\xff" in site.submissions()[0].body


def test_what_is_no_form_is_kept(site: Site) -> None:
    sent = [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(300))),
        ("application/json", b'{"email": "ada@example.com"}'),
    ]
    for content_type, body in sent:
        headers = {b"Content-Type": content_type.encode("latin-1")}
        answer = site.web.post(f"/leads/form/{FORM_KEY}", content=body, headers=headers)
        assert answer.status_code == 422
        assert (site.submissions()[-1].body, site.submissions()[-1].lead_id) == (body, None)


def test_a_form_that_does_not_fit_is_answered_with_a_page_that_repeats_nothing(site: Site) -> None:
    script = "<script>alert(1)</script>"
    names = dict.fromkeys(set(LeadPayload.model_fields) - {"message"}, script)
    answer = site.fill_in(**names, **{script: script})
    assert answer.status_code == 422
    assert "email: is not an email address" in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_program_that_fills_in_the_honeypot_learns_nothing(site: Site) -> None:
    good, bad = site.fill_in(**ADA), site.fill_in(**ADA, _honey="x")
    assert (good.status_code, good.text) == (bad.status_code, bad.text)
    again = site.fill_in(**ADA, _honey="x", _next=f"{ORIGIN}/thanks")
    assert (again.status_code, again.headers["location"]) == (303, f"{ORIGIN}/thanks")
    assert len(site.leads()) == 1
    assert ["_honey" in str(raw.problem) for raw in site.submissions()] == [False, True, True]


def test_a_visitor_is_sent_on_to_a_page_of_an_origin_that_is_allowed(site: Site) -> None:
    for page in ("", "/", "/thanks?a=1&b=2#top", "/d%C3%A4nke"):
        answer = site.fill_in(**ADA, _next=ORIGIN + page)
        assert (answer.status_code, answer.headers["location"]) == (303, ORIGIN + page)


FOREIGN = [
    "https://evil.example/",
    "http://example.com/",
    "https://example.com.evil.example/",
    "https://example.com@evil.example/",
    "https://example.com:8443/",
    "https://example.com\\@evil.example/",
    "https://example.com\t.evil.example/",
    "//example.com/",
    "///example.com/",
    "/thanks",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:example.com",
    "https:///example.com",
    "https://[example.com/",
    "https://exam\u2100ple.com/",
    "https://example.com:x/",
    " ",
]


def test_a_visitor_is_sent_nowhere_else(site: Site) -> None:
    for target in FOREIGN:
        answer = site.fill_in(**ADA, _next=target)
        assert answer.status_code == 200, target
        assert "location" not in answer.headers, target
        assert "Thank you" in answer.text, target
    assert len(site.leads()) == 1


def test_a_way_on_cannot_smuggle_headers(site: Site) -> None:
    answer = site.fill_in(**ADA, _next=f"{ORIGIN}/\r\nSet-Cookie: a=b")
    assert "set-cookie" not in answer.headers
    assert answer.status_code in (200, 303)


# ---- documents ----------------------------------------------------------------------------------


def test_the_intake_is_documented(site: Site) -> None:
    schema = site.web.get("/openapi.json").json()
    hooks = {f"/leads{SOURCES[slug].path}" for slug in VENDORS}
    assert set(schema["paths"]) - hooks == {
        "/leads/api", "/leads/api/{lead_id}", "/leads/form/{key}", "/health/live",
        "/health/ready",
        "/api/v1/leads", "/api/v1/campaigns", "/api/v1/pipeline", "/api/v1/spend", "/api/v1/weeks",
        "/api/v1/conversions/{platform}", "/api/v1/conversions/{platform}/corrections",
    }  # fmt: skip
    send = schema["paths"]["/leads/api"]["post"]
    assert set(send["responses"]) >= {"202", "401", "413", "422", "503"}
    assert send["security"] == [{"HTTPBearer": []}]
    body = send["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == set(LeadPayload.model_fields) - {"answers", "meeting"}
    assert body["properties"]["external_id"]["description"]
    form = schema["paths"]["/leads/form/{key}"]["post"]["requestBody"]["content"]
    assert set(form) == {"application/x-www-form-urlencoded", "multipart/form-data"}
    assert schema["info"]["title"] == "Handoff"


def test_the_documented_example_is_accepted(site: Site) -> None:
    schema = site.web.get("/openapi.json").json()
    send = schema["paths"]["/leads/api"]["post"]["requestBody"]["content"]["application/json"]
    assert site.send(send["schema"]["example"]).status_code == 202


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_documents_need_no_other_address(site: Site, page: str) -> None:
    html = site.web.get(page).text
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']([^\"']+)", html)
    assert loaded
    for address in loaded:
        assert address.startswith("/"), address
        asset = site.web.get(address)
        assert asset.status_code == 200
        if asset.headers["content-type"].startswith("text/css"):
            assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", asset.text)
    assert not re.findall(r"[\"'(](?:https?:)?//", html)
