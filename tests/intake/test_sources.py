"""The sources: each keeps the contract, and whatever comes can be kept, read back and shown."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import select

from bot.intake import receiving
from bot.intake.models import Outcome, Submission
from bot.intake.receiving import RawSubmission
from bot.leads import queries
from bot.leads.messages import lead_card
from bot.people import service as people
from bot.people.models import Workspace
from bot.sources import SOURCES, form
from bot.sources.lead_payload import Unreadable
from bot.store import Store
from playground.limits import check_message
from tests.sources import hostile

ADA = b"email=ada%40example.com&first_name=Ada"
FORM = "application/x-www-form-urlencoded"


def multipart(*parts: bytes, boundary: bytes = b"x") -> bytes:
    return b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--x--\r\n"


def partition(name: str, value: bytes, more: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value


@pytest.fixture
def workspace(store: Store) -> Workspace:
    with store.transaction() as session:
        return people.install(
            session, team_id="T1", name="Acme", bot_user_id="U0", channel="C1",
            timezone="UTC", currency="EUR",
        )  # fmt: skip


def test_a_form_has_the_last_of_each_name() -> None:
    assert form.fields(b"a=1&a=2&b=&c", FORM) == {"a": "2", "b": "", "c": ""}


def test_the_forms_own_fields_are_none_of_the_lead() -> None:
    assert form.parse(ADA + b"&_next=x&_honey=&_x=1", FORM)[0].first_name == "Ada"


@pytest.mark.parametrize("value", [b"x", b"%00", b"+"])
def test_a_filled_in_honeypot_is_a_program(value: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        form.parse(ADA + b"&_honey=" + value, FORM)
    assert list(error.value.problems) == ["_honey"]


def test_a_multipart_form_is_read_with_its_files_left_aside() -> None:
    body = multipart(
        partition("email", b"ada@example.com"),
        partition("message", "ä\r\nb".encode()),
        partition("first_name", b"Mallory", '; filename="x.txt"'),
        partition("first_name", b"Ada"),
    )
    [payload] = form.parse(body, 'multipart/form-data; boundary="x"')
    assert (payload.first_name, payload.message) == ("Ada", "ä\r\nb")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"--x", "multipart/form-data; boundary=y"),
        (multipart(b"no headers"), "multipart/form-data; boundary=x"),
        (multipart(partition("a", b"!", "\r\nContent-Transfer-Encoding: base64")),
         "multipart/form-data; boundary=x"),
        (multipart(partition("a", b"!", "\r\nContent-Transfer-Encoding: made-up")),
         "multipart/form-data; boundary=x"),
        (b"&".join(b"f%d" % number for number in range(201)), FORM),
    ],
)  # fmt: skip
def test_what_is_no_form_is_unreadable(body: bytes, content_type: str) -> None:
    with pytest.raises(Unreadable) as error:
        form.parse(body, content_type)
    assert list(error.value.problems) == ["body"]


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=hostile.bodies)
@example(sent=(b"email=ada%40example.com&message=%E2%80%AE", FORM))
@example(sent=(b"phone=1&country=%C3%9F&utm_campaign=%00&landing_url=https%3A//%5B", FORM))
def test_whatever_comes_is_kept_and_what_is_accepted_is_shown(
    store: Store, workspace: Workspace, sent: tuple[bytes, str]
) -> None:
    """The raw submission is there, byte by byte; and Slack takes the card of the lead."""
    body, content_type = sent
    header = content_type.replace("\x00", "").encode("latin-1", "replace").decode("latin-1")
    for source in SOURCES:
        with store.transaction() as session:
            receipt = receiving.receive(
                session, workspace, [RawSubmission(source, "website", body, header)]
            )[0]
        with store.transaction() as session:
            newest = select(Submission).order_by(Submission.id.desc()).limit(1)
            kept = session.scalars(newest).one()
            assert (kept.body, kept.lead_id) == (body, receipt.lead_id)
            assert kept.outcome == receipt.outcome
            assert (kept.problem is None) == (kept.outcome in (Outcome.LEAD, Outcome.FETCHING))
            if receipt.lead_id is not None:
                card = lead_card.card(queries.facts(session, receipt.lead_id))
                assert check_message(card.blocks) == []
                assert card.text
