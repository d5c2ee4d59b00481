"""What is peculiar to one vendor."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sources import SOURCES, Cancellation, Ignored, Reference, Request, Unproven, meta
from bot.sources.lead_payload import LeadPayload
from bot.tasks import GiveUp
from tests.sources.signing import SECRET

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def read(slug: str, body: object) -> LeadPayload:
    source = SOURCES[slug]
    [found] = source.parse(json.dumps(body).encode(), source.content_type)
    assert isinstance(found, LeadPayload)
    return found


def shown(payload: LeadPayload) -> list[tuple[str, str]]:
    """What no field says, under its question."""
    return [(each["question"], each["answer"]) for each in payload.unplaced]


def example(slug: str) -> Any:
    return json.loads(SOURCES[slug].example)


class Recorded:
    """A vendor's API that answers from what was written down, and tells what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.requests: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str, holds: str, **parameters: str) -> dict[str, Any]:
        self.requests.append((path, parameters))
        found = self.answers.get(path + parameters.get("after", ""))
        if found is None:
            raise GiveUp("the product refused it (HTTP 403)")
        answer: dict[str, Any] = found
        assert holds in answer
        return answer


def test_hubspots_published_vector() -> None:
    """From HubSpot's documents on validating requests, version 3."""
    request = Request(
        b"{'example_field':'example_value'}",
        {
            "x-hubspot-request-timestamp": "1693657560000",
            "x-hubspot-signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        },
        "https://www.example.com/webhook_uri",
    )
    verify = SOURCES["hubspot"].verify
    assert verify is not None
    then = datetime.fromtimestamp(1693657560, UTC)
    verify(request, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", then)
    with pytest.raises(Unproven):  # their own helper takes a stamp from the future
        verify(request, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", then - timedelta(minutes=6))


def test_hubspot_names_each_new_contact_once() -> None:
    events = [{"subscriptionType": kind, "objectId": number} for kind, number in
              [("contact.creation", 1), ("contact.propertyChange", 2), ("contact.creation", 1),
               ("contact.creation", 3)]]  # fmt: skip
    body = json.dumps(events).encode()
    assert SOURCES["hubspot"].parse(body, "") == [Reference("1"), Reference("3")]
    with pytest.raises(Ignored):
        SOURCES["hubspot"].parse(json.dumps(events[1:2]).encode(), "")


def test_hubspots_contact_is_fetched_and_those_that_were_missed_are_listed() -> None:
    fetching = SOURCES["hubspot"].fetching
    assert fetching is not None
    properties = {"email": "ada@example.com", "firstname": "Ada", "phone": None}
    contact = {"id": "7", "createdAt": "2026-06-01T09:00:00Z", "properties": properties}
    old = {"id": "6", "createdAt": "2026-05-01T09:00:00Z"}
    vendor = Recorded(
        **{
            "/crm/v3/properties/contacts": {"results": []},
            "/crm/v3/objects/contacts/7": contact,
            "/crm/v3/objects/contacts": {
                "results": [old, {"id": None}], "paging": {"next": {"after": "9"}},
            },
            "/crm/v3/objects/contacts9": {"results": [contact]},
        }
    )  # fmt: skip
    payload = fetching.parse(fetching.get(vendor, "7"))
    assert (payload.external_id, payload.email, payload.first_name) == (
        "7",
        "ada@example.com",
        "Ada",
    )
    assert list(fetching.missed(vendor, NOW - timedelta(days=1))) == [Reference("7")]


def test_meta_is_greeted_with_its_own_challenge() -> None:
    source = SOURCES["meta"]
    assert source.verify is not None
    assert source.greet is not None
    token = meta.verify_token(SECRET)
    ask = "https://handoff.example.com/leads/meta?hub.mode=subscribe&hub.challenge=42"
    request = Request(b"", {}, f"{ask}&hub.verify_token={token}")
    source.verify(request, SECRET, NOW)
    answer = source.greet(request, SECRET)
    assert answer is not None
    assert answer.body == "42"
    for wrong in (ask, f"{ask}&hub.verify_token=", f"{ask}&hub.verify_token={token}x"):
        with pytest.raises(Unproven):
            source.verify(Request(b"", {}, wrong), SECRET, NOW)
    with pytest.raises(Unproven):  # a handshake's token is no signature of a body
        source.verify(Request(b"{}", {}, f"{ask}&hub.verify_token={token}"), SECRET, NOW)


def test_metas_lead_is_fetched_with_its_consent() -> None:
    fetching = SOURCES["meta"].fetching
    assert fetching is not None
    vendor = Recorded(**{
        "/77": {
            "id": "77", "created_time": "2026-06-01T09:00:00+0000", "form_id": "5", "ad_id": "6",
            "campaign_id": "8",
            "field_data": [{"name": "full_name", "values": ["Ada Lovelace"]},
                           {"name": "email", "values": ["ada@example.com"]},
                           {"name": "budget", "values": ["10k", "20k"]}],
            "custom_disclaimer_responses": [{"checkbox_key": "newsletter", "is_checked": "1"},
                                            {"checkbox_key": "calls", "is_checked": ""}],
        }
    })  # fmt: skip
    payload = fetching.parse(fetching.get(vendor, "77"))
    assert (payload.external_id, payload.first_name, payload.last_name) == ("77", "Ada", "Lovelace")
    assert (payload.form_id, payload.ad_id, payload.utm_campaign) == ("5", "6", "8")
    assert payload.submitted_at == NOW
    assert shown(payload) == [("budget", "10k, 20k"), ("calls", "no")]
    assert payload.consent is not None
    assert payload.consent.granted
    assert payload.consent.purposes == ["newsletter"]


def test_what_metas_hooks_missed_is_read_page_by_page() -> None:
    fetching = SOURCES["meta"].fetching
    assert fetching is not None
    first = {"data": [{"id": "1"}, {"id": 2}], "paging": {"cursors": {"after": "c"}, "next": "x"}}
    vendor = Recorded(**{
        "/me/leadgen_forms": {"data": [{"id": "5"}]},
        "/5/leads": first,
        "/5/leadsc": {"data": [{"id": "3"}, "odd"], "paging": {"cursors": {"after": "d"}}},
    })  # fmt: skip
    assert list(fetching.missed(vendor, NOW)) == [Reference(each) for each in ("1", "2", "3")]
    assert str(int(NOW.timestamp())) in vendor.requests[1][1]["filtering"]


def test_zoom_is_shown_that_the_secret_is_held() -> None:
    greet = SOURCES["zoom"].greet
    assert greet is not None
    body = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    answer = greet(Request(json.dumps(body).encode()), SECRET)
    assert answer is not None
    expected = hmac.new(SECRET.encode(), b"abc", hashlib.sha256).hexdigest()
    assert json.loads(answer.body) == {"plainToken": "abc", "encryptedToken": expected}
    assert greet(Request(SOURCES["zoom"].example), SECRET) is None
    assert greet(Request(b"no json"), SECRET) is None


def test_typeforms_answers_are_joined_by_id_not_by_position() -> None:
    body = example("typeform")
    body["form_response"]["answers"].reverse()
    payload = read("typeform", body)
    assert (payload.first_name, payload.last_name, payload.company) == ("Ada", "Lovelace", None)
    assert shown(payload) == [("How large is your team?", "12")]


def test_typeforms_choices_are_read_by_their_labels() -> None:
    body = example("typeform")
    field = {"id": "f4", "ref": "size"}
    for answer, words in (
        ({"type": "choice", "choice": {"label": "Ten"}}, "Ten"),
        ({"type": "choices", "choices": {"labels": ["A", "B"], "other": "C"}}, "A, B, C"),
        ({"type": "boolean", "boolean": False}, "no"),
    ):
        body["form_response"]["answers"][-1] = answer | {"field": field}
        assert shown(read("typeform", body)) == [("How large is your team?", words)]


@pytest.mark.parametrize("agreed", [True, False])
def test_typeforms_legal_question_asks_for_consent_whatever_it_says(agreed: bool) -> None:
    body = example("typeform")
    fields, answers = (
        body["form_response"]["definition"]["fields"],
        body["form_response"]["answers"],
    )
    fields.append({"id": "f5", "title": "May we send you our offers?", "type": "legal"})
    answers.append({"type": "boolean", "boolean": agreed, "field": {"id": "f5", "type": "legal"}})
    consent = read("typeform", body).consent
    assert consent is not None
    assert (consent.granted, consent.wording) == (agreed, "May we send you our offers?")


def test_tallys_choices_are_read_by_their_options() -> None:
    assert shown(read("tally", example("tally"))) == [("Interested in", "A demo")]


def test_a_meeting_that_is_cancelled_is_no_lead_and_a_new_time_is() -> None:
    body = example("calendly")
    body["payload"] |= {"rescheduled": True, "new_invitee": "calendly:IN2"}
    off = json.dumps(body | {"event": "invitee.canceled"}).encode()
    uri = "calendly:scheduled_events/EV1/invitees/IN1"
    assert SOURCES["calendly"].parse(off, "") == [Cancellation(uri, is_moved=True)]
    body["payload"] |= {"rescheduled": False, "old_invitee": uri, "uri": "calendly:IN2"}
    payload = read("calendly", body)
    assert payload.external_id == "calendly:IN2"
    assert payload.meeting is not None
    assert (payload.meeting.external_id, payload.meeting.replaces) == ("calendly:IN2", uri)
    for event in ({"event": "routing_form_submission.created"}, {"event": "invitee.canceled"}):
        nothing = json.dumps(body | event | {"payload": {}}).encode()
        with pytest.raises(Ignored):
            SOURCES["calendly"].parse(nothing, "")


@pytest.mark.parametrize("end", [None, "", "2026-06-02T07:00:00Z", "2031-01-01T00:00:00Z"])
def test_a_meeting_has_an_end_that_makes_sense(end: object) -> None:
    body = example("calendly")
    body["payload"]["scheduled_event"]["end_time"] = end
    meeting = read("calendly", body).meeting
    assert meeting is not None
    assert timedelta(minutes=30) <= meeting.ends_at - meeting.starts_at <= timedelta(days=1)


def test_what_says_no_time_is_no_meeting_and_still_a_lead() -> None:
    body = example("calendly")
    body["payload"]["scheduled_event"]["start_time"] = "soon"
    payload = read("calendly", body)
    assert payload.meeting is None
    assert ("Starts", "soon") in shown(payload)
    assert not any("meeting" in each for each in payload.answers)


def test_googles_own_questions_are_kept_with_their_answers() -> None:
    payload = read("google_ads", example("google_ads"))
    assert shown(payload) == [("when_can_we_call", "Mornings")]
    assert payload.form_id == "40000000000000007"
    assert "google_key" not in payload.model_dump_json()


def test_zooms_own_questions_are_kept_with_their_answers() -> None:
    body = example("zoom")
    person = body["payload"]["object"]["registrant"]
    person |= {
        "purchasing_time_frame": "Within a month", "no_of_employees": "51-250", "city": "Ulm",
        "state": "", "join_url": "https://zoom.example.com/w/1", "status": "approved",
    }  # fmt: skip
    assert shown(read("zoom", body)) == [
        ("Purchasing time frame", "Within a month"),
        ("Number of employees", "51-250"),
        ("City", "Ulm"),
        ("Team size", "12"),
        ("Registered for", "Spring webinar"),
    ]


def test_who_registers_for_the_next_webinar_is_another_lead() -> None:
    first, other = example("zoom"), example("zoom")
    other["payload"]["object"] |= {"id": "222", "topic": "Second"}
    date = example("zoom")
    date["payload"]["object"]["registrant"]["occurrence_id"] = "1780304400000"
    ids = [read("zoom", each).external_id for each in (first, other, date, first)]
    assert len(set(ids)) == 3
    assert ids[0] == ids[3]


def test_whose_clock_a_meeting_is_told_on_is_said() -> None:
    body = example("calendly")
    body["payload"]["timezone"] = "Europe/Berlin"
    assert ("Starts", "2026-06-02 10:00 Europe/Berlin (2026-06-02 08:00 UTC)") in shown(
        read("calendly", body)
    )
    [starts] = [each for each in read("calendly", body).answers if each["question"] == "Starts"]
    assert starts.get("at") == "2026-06-02T08:00:00+00:00"
    for zone in (None, "", "Nowhere/At All", "../etc", 7):
        body["payload"]["timezone"] = zone
        assert ("Starts", "2026-06-02 08:00 UTC") in shown(read("calendly", body))


def test_a_bookings_guests_and_place_are_kept_and_its_invitee_is_the_lead() -> None:
    body = example("calendly")
    body["payload"]["scheduled_event"] |= {
        "location": {"type": "physical", "location": "12 Main Street"},
        "event_guests": [{"email": "guest@example.org"}],
    }
    payload = read("calendly", body)
    assert payload.email == "ada@example.com"
    assert shown(payload)[-2:] == [("Where", "12 Main Street"), ("Guests", "guest@example.org")]


@pytest.mark.parametrize(
    ("kind", "phone"), [("outbound_call", "+493023125001"), ("inbound_call", None)]
)
def test_the_number_of_a_booking_is_whose_phone_rings(kind: str, phone: str | None) -> None:
    body = example("calendly")
    del body["payload"]["text_reminder_number"]
    body["payload"]["scheduled_event"]["location"] = {"type": kind, "location": "+493023125001"}
    payload = read("calendly", body)
    assert payload.phone == phone
    assert (("Where", "They call +493023125001") in shown(payload)) == (phone is None)


def tally(*fields: dict[str, Any]) -> LeadPayload:
    """A response with an address and these fields."""
    body = example("tally")
    body["data"]["fields"] = [
        {"key": "m", "label": "Work mail", "type": "INPUT_EMAIL", "value": "kim@example.org"},
        *fields,
    ]
    return read("tally", body)


@pytest.mark.parametrize("value", ["o2", ["o2"]])
@pytest.mark.parametrize("kind", ["MULTIPLE_CHOICE", "DROPDOWN", "MULTI_SELECT", "RANKING"])
def test_a_choice_is_its_text_as_an_id_and_as_a_list_of_one(kind: str, value: object) -> None:
    options = [{"id": "o1", "text": "1-10"}, {"id": "o2", "text": "11-50"}]
    field = {"key": "q", "label": "Team size", "type": kind, "value": value, "options": options}
    assert shown(tally(field)) == [("Team size", "11-50")]
    land = [{"id": "o2", "text": "Austria"}]
    assert tally(field | {"label": "Country", "options": land}).country == "AT"
    other = field | {"value": "Something else"}
    assert shown(tally(other)) == [("Team size", "Something else")]


def test_each_row_of_a_matrix_is_a_question() -> None:
    field = {
        "key": "q", "label": "How do you find", "type": "MATRIX",
        "value": {"r1": ["c2"], "r2": ["c1", "c2"], "r3": [], "r4": "c1"},
        "rows": [{"id": "r1", "text": "The price"}, {"id": "r2", "text": "The demo"}],
        "columns": [{"id": "c1", "text": "good"}, {"id": "c2", "text": "clear"}],
    }  # fmt: skip
    assert shown(tally(field)) == [
        ("How do you find: The price", "clear"),
        ("How do you find: The demo", "good, clear"),
        ("How do you find: r4", "good"),
    ]


def test_tallys_boxes_are_shown_once_and_files_by_their_address() -> None:
    boxes = {
        "key": "q_1", "label": "Wants", "type": "CHECKBOXES", "value": ["a"],
        "options": [{"id": "a", "text": "Demo"}, {"id": "b", "text": "Prices"}],
    }  # fmt: skip
    each = {"label": "Wants (Demo)", "type": "CHECKBOXES", "value": True}
    file = {
        "key": "q_2", "label": "Plan", "type": "FILE_UPLOAD",
        "value": [{"id": "x", "name": "plan.pdf", "url": "https://example.com/plan.pdf"}],
    }  # fmt: skip
    alone = each | {"key": "q_3_a", "label": "Urgent"}
    assert shown(tally(boxes, each | {"key": "q_1_a"}, file, alone)) == [
        ("Wants", "Demo"),
        ("Plan", "https://example.com/plan.pdf"),
        ("Urgent", "yes"),
    ]


def test_a_second_address_of_a_form_stands_under_its_own_question() -> None:
    second = {"key": "n", "label": "A colleague's", "type": "INPUT_EMAIL", "value": "z@example.org"}
    payload = tally(second)
    assert payload.email == "kim@example.org"
    assert shown(payload) == [("A colleague's", "z@example.org")]


def test_typeforms_groups_are_looked_into() -> None:
    body = example("typeform")
    fields = body["form_response"]["definition"]["fields"]
    titled = [("a", "First name"), ("b", "Last name")]
    inner = [{"id": key, "type": "short_text", "title": title} for key, title in titled]
    rows = [{"id": "r1", "type": "multiple_choice", "title": "The price"}]
    fields[:2] = [
        {"id": "g", "type": "group", "title": "You", "properties": {"fields": [
            {"id": "h", "type": "contact_info", "title": "Names", "properties": {"fields": inner}},
        ]}},
        {"id": "x", "type": "matrix", "title": "What matters?", "properties": {"fields": rows}},
    ]  # fmt: skip
    body["form_response"]["answers"][:1] = [
        {"type": "text", "text": "Gus", "field": {"id": "a"}},
        {"type": "text", "text": "Graf", "field": {"id": "b"}},
        {"type": "choice", "choice": {"label": "much"}, "field": {"id": "r1"}},
    ]
    payload = read("typeform", body)
    assert (payload.first_name, payload.last_name) == ("Gus", "Graf")
    assert shown(payload) == [
        ("What matters?: The price", "much"),
        ("How large is your team?", "12"),
    ]


def test_typeforms_hidden_fields_and_scores_are_kept() -> None:
    body = example("typeform")
    body["form_response"] |= {
        "hidden": {"utm_campaign": "spring-offer", "plan": "pro", "email": "other@example.org"},
        "calculated": {"score": 9},
    }
    payload = read("typeform", body)
    assert (payload.email, payload.utm_campaign) == ("ada@example.com", "spring-offer")
    size = ("How large is your team?", "12")
    assert shown(payload) == [size, ("plan", "pro"), ("email", "other@example.org"), ("Score", "9")]
    body["form_response"] |= {
        "hidden": {},
        "variables": [
            {"key": "score", "type": "number", "number": 0},
            {"key": "tier", "type": "text", "text": "gold"},
        ],
    }
    assert shown(read("typeform", body)) == [size, ("tier", "gold")]


@pytest.mark.parametrize(
    ("event", "is_new"),
    [
        ({"subscriptionType": "object.creation", "objectTypeId": "0-1"}, True),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-2"}, False),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-3"}, False),
        ({"subscriptionType": "object.creation", "objectTypeId": "2-1234"}, False),
        ({"subscriptionType": "object.creation"}, False),
        ({"eventType": "contact.creation", "changeSource": "FORM"}, True),
        ({"subscriptionType": "contact.creation", "changeSource": "CRM_UI"}, True),
        ({"subscriptionType": "contact.creation", "changeSource": "IMPORT"}, False),
        ({"subscriptionType": "contact.creation", "changeSource": "MIGRATION"}, False),
    ],
)
def test_hubspots_contacts_are_leads_and_neither_its_deals_nor_its_imports(
    event: dict[str, str], is_new: bool
) -> None:
    body = json.dumps([event | {"objectId": 501}]).encode()
    if is_new:
        assert SOURCES["hubspot"].parse(body, "") == [Reference("501")]
    else:
        with pytest.raises(Ignored):
            SOURCES["hubspot"].parse(body, "")


def fetched(slug: str, body: object) -> LeadPayload:
    """What was fetched, read."""
    fetching = SOURCES[slug].fetching
    assert fetching is not None
    return fetching.parse(json.dumps(body).encode())


def test_hubspots_mobile_number_and_second_addresses_are_asked_for_and_kept() -> None:
    values = {"mobilephone": "+493023125002", "phone": None, "email": None, "firstname": "Mo"}
    payload = fetched("hubspot", {"id": "7", "properties": values})
    assert (payload.phone, payload.first_name) == ("+493023125002", "Mo")
    both = values | {
        "phone": "+493023125003",
        "hs_additional_emails": "a@example.org;b@example.org",
    }
    payload = fetched("hubspot", {"id": "7", "properties": both})
    assert (payload.phone, payload.email) == ("+493023125003", "a@example.org")
    assert ("Mobile phone", "+493023125002") in shown(payload)
    assert ("Additional emails", "a@example.org;b@example.org") in shown(payload)
    fetching = SOURCES["hubspot"].fetching
    assert fetching is not None
    vendor = Recorded(**{"/crm/v3/objects/contacts/7": {"id": "7"}})  # the schema is refused
    fetching.get(vendor, "7")
    names = vendor.requests[1][1]["properties"].split(",")
    assert {"mobilephone", "hs_additional_emails", "hs_object_source_label"} <= set(names)


def test_what_hubspots_forms_ask_is_kept_under_its_label() -> None:
    fetching = SOURCES["hubspot"].fetching
    assert fetching is not None
    options = [{"value": "s", "label": "1-10"}, {"value": "m", "label": "11-50"}]
    questions = [
        {"name": "team_size", "label": "Team size", "formField": True, "options": options},
        {"name": "budget__c", "label": "Budget", "formField": True},
        {"name": "city", "label": "City", "formField": True},
        {"name": "lifecyclestage", "label": "Lifecycle stage", "formField": True},
        {"name": "hs_score", "label": "Score", "formField": True},
        {"name": "notes_count", "label": "Notes", "formField": False},
        {"name": "phone", "label": "Phone", "formField": True},
    ]
    values = {"email": "ada@example.org", "team_size": "m;xl", "budget__c": "10k", "city": None,
              "lifecyclestage": "lead"}  # fmt: skip
    vendor = Recorded(**{
        "/crm/v3/properties/contacts": {"results": questions},
        "/crm/v3/objects/contacts/7": {"id": "7", "properties": values},
    })  # fmt: skip
    payload = fetching.parse(fetching.get(vendor, "7"))
    names = vendor.requests[1][1]["properties"].split(",")
    assert names[-3:] == ["team_size", "budget__c", "city"]
    assert shown(payload) == [("Team size", "11-50, xl"), ("Budget", "10k")]


def test_hubspots_imports_are_not_read_back_either() -> None:
    fetching = SOURCES["hubspot"].fetching
    assert fetching is not None
    made = {"createdAt": "2026-06-01T09:00:00Z"}
    origin = {"hs_object_source_label": "IMPORT"}
    imported = made | {"id": "8", "properties": origin}
    from_form = made | {"id": "9", "properties": {"hs_object_source_label": "FORM"}}
    vendor = Recorded(**{"/crm/v3/objects/contacts": {"results": [imported, from_form]}})
    assert list(fetching.missed(vendor, NOW - timedelta(days=1))) == [Reference("9")]
    with pytest.raises(Ignored):
        fetched("hubspot", imported | {"properties": origin | {"email": "list@example.org"}})


def test_what_handoff_wrote_to_hubspot_is_no_new_lead() -> None:
    fetching = SOURCES["hubspot"].fetching
    assert fetching is not None
    ours = {"id": "8", "createdAt": "2026-06-01T09:00:00Z",
            "properties": {"email": "ada@example.org", "handoff_key": "lead_1"}}  # fmt: skip
    theirs = ours | {"id": "9", "properties": {"email": "eva@example.org", "handoff_key": None}}
    vendor = Recorded(**{
        "/crm/v3/objects/contacts": {"results": [ours, theirs]},
        "/crm/v3/objects/contacts/8": ours,
    })  # fmt: skip
    assert list(fetching.missed(vendor, NOW - timedelta(days=1))) == [Reference("9")]
    with pytest.raises(Ignored):
        fetching.parse(fetching.get(vendor, "8"))
    assert all("handoff_key" in each[1]["properties"] for each in vendor.requests if each[1])
    assert fetched("hubspot", theirs).email == "eva@example.org"


def meta_lead(**answers: str) -> dict[str, Any]:
    fields = [{"name": name, "values": [value]} for name, value in answers.items()]
    return {"id": "77", "created_time": "2026-06-01T09:00:00+0000", "field_data": fields}


@pytest.mark.parametrize(
    "answers",
    [
        {"full_name": "<test lead: dummy data for full_name>", "email": "ada@example.org"},
        {"nombre": "<test lead: dummy data for nombre>"},
        {"correo": "test@fb.com"},
        {"email": "test@meta.com"},
    ],
)
def test_a_lead_of_metas_testing_tool_is_none(answers: dict[str, str]) -> None:
    with pytest.raises(Ignored, match="test lead"):
        fetched("meta", meta_lead(**answers))
    assert fetched("meta", meta_lead(email="ada@example.org", note="my test lead")).email


def test_what_a_meta_form_asks_beside_what_meta_says_is_kept() -> None:
    lead = meta_lead(email="ada@example.org", utm_campaign="spring", utm_source="newsletter")
    payload = fetched("meta", lead)
    assert (payload.utm_source, payload.utm_campaign) == ("meta", "spring")
    assert shown(payload) == [("utm source", "newsletter")]
    payload = fetched("meta", lead | {"campaign_id": "8"})
    assert payload.utm_campaign == "8"
    assert ("utm campaign", "spring") in shown(payload)


def google(*columns: tuple[str, str]) -> LeadPayload:
    body = example("google_ads")
    body["user_column_data"] = [
        {"column_id": name, "string_value": value} for name, value in columns
    ]
    return read("google_ads", body)


def test_googles_verified_number_is_called_and_its_second_address_kept() -> None:
    payload = google(
        ("EMAIL", "ada@example.org"),
        ("PHONE_NUMBER", "+493023125001"),
        ("PHONE_NUMBER_VERIFIED", "+493023125002"),
        ("WORK_EMAIL", "ada@example.com"),
    )
    assert (payload.phone, payload.email) == ("+493023125002", "ada@example.org")
    assert shown(payload) == [
        ("Phone number", "+493023125001"),
        ("Work email", "ada@example.com"),
    ]
    payload = google(("PHONE_NUMBER", "+493023125001"), ("IS_PHONE_NUMBER_VERIFIED", "true"))
    assert payload.phone == "+493023125001"
    assert shown(payload) == [("Is phone number verified", "true")]


def test_a_mistyped_address_beside_googles_number_is_a_remark() -> None:
    payload = google(("EMAIL", "ada@example"), ("PHONE_NUMBER", "+493023125001"))
    assert (payload.phone, payload.email) == ("+493023125001", None)
    assert payload.unplaced[0].get("problem")


def jotform(**answers: object) -> LeadPayload:
    parts = b'--x\r\nContent-Disposition: form-data; name="rawRequest"\r\n\r\n%s\r\n--x--\r\n'
    source = SOURCES["jotform"]
    [found] = source.parse(parts % json.dumps(answers).encode(), source.content_type)
    assert isinstance(found, LeadPayload)
    return found


def test_jotforms_numbered_questions_are_understood() -> None:
    payload = jotform(
        slug="submit/1",
        q3_fullName3={"prefix": "Dr.", "first": "Ada", "middle": "M", "last": "Lovelace"},
        q4_email4="ada@example.org",
        q5_phoneNumber5={"country": "49", "area": "030", "phone": "23125001"},
        q6_companyName6="Analytical Engines",
        q7_nachricht="Please call",
    )
    assert (payload.first_name, payload.last_name) == ("Ada M", "Lovelace")
    assert (payload.email, payload.phone) == ("ada@example.org", "+49 30 23125001")
    assert (payload.company, payload.message) == ("Analytical Engines", "Please call")
    assert shown(payload) == [("full name 3 - prefix", "Dr.")]


def test_jotforms_questions_are_called_as_its_form_calls_them() -> None:
    """A question's name has its first words only, and none of other than Latin letters."""
    answers = {
        "q3_typeA": {"first": "Ada", "last": "Lovelace"}, "q4_typeA4": "Babbage & Co",
        "q5_eMail": "ada@example.org", "q6_phone": {"area": "030", "phone": "23125001"},
        "q7_howMany": "12", "q8_which": "", "q9_interests": ["a", "b"], "q10_when": "12",
    }  # fmt: skip
    pretty = (
        "Имя:Ada Lovelace, Компания:Babbage & Co, E-Mail-Adresse:ada@example.org, "
        "Phone:(030) 23125001, How many seats, in all?:12, Interests:a; b, When: now, or later?:12"
    )
    fields = {"rawRequest": json.dumps(answers), "pretty": pretty}
    parts = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(parts % (name.encode(), text.encode()) for name, text in fields.items())
    source = SOURCES["jotform"]
    [payload] = source.parse(body + b"--x--\r\n", source.content_type)
    assert isinstance(payload, LeadPayload)
    assert (payload.first_name, payload.company) == ("Ada", "Babbage & Co")
    assert (payload.email, payload.phone) == ("ada@example.org", "030 23125001")
    assert shown(payload) == [
        ("How many seats, in all?", "12"), ("Interests", "a, b"), ("When: now, or later?", "12"),
    ]  # fmt: skip


def test_what_jotform_asks_in_parts_is_kept_part_by_part() -> None:
    payload = jotform(
        q1_name={"first": "Ada", "last": "Lovelace"},
        q2_partner={"first": "Charles", "last": "Babbage"},
        q3_email="ada@example.org",
        q4_address={"addr_line1": "Main Street 1", "city": "Vienna", "country": "Austria"},
        q5_howImportant={"Price": "very", "Service": ["a", "b"]},
        q6_interests=["Demo", "Prices"],
    )
    assert (payload.first_name, payload.last_name, payload.country) == ("Ada", "Lovelace", "AT")
    assert shown(payload) == [
        ("partner - first", "Charles"),
        ("partner - last", "Babbage"),
        ("address", "Main Street 1 Vienna Austria"),
        ("how important - Price", "very"),
        ("how important - Service", "a, b"),
        ("interests", "Demo, Prices"),
    ]
