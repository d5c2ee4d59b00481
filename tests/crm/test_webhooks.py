"""Webhooks: every change of a lead is told, signed as the standard says, and none is lost."""

import json
import logging
import re
import socket
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from standardwebhooks import WebhookVerificationError

from bot import clock
from bot.app import build
from bot.campaigns import announcing as campaigns
from bot.crm import webhook_posting, webhook_sending, webhooks
from bot.crm.models import WebhookDelivery, WebhookEndpoint
from bot.crm.webhook_posting import Receiver, is_public, new_secret, post
from bot.doctor import manifest
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming, external_changes, outcomes
from bot.leads import events as lead_events
from bot.leads.models import Disposition, EventType, Lead, LeadEvent, Rating
from bot.money import Money
from bot.people.models import Person, Role
from bot.setting_kinds import WebhookSecrets
from bot.settings import Settings, WrongSettings, load
from bot.sources.lead_payload import read
from bot.store import Store
from bot.tasks import GiveUp, Tasks
from bot.tasks.worker import Worker
from bot.web import Server
from playground.standin import StandIn
from tests.campaigns.scene import draft
from tests.company import BaseCompany, hire, install
from tests.crm.receiver import Inbox, Reply, receiving
from tests.databases import Database
from tests.moved_clock import MovedClock
from tests.web.waiting import until

SECRET, OTHER_SECRET = (f"whsec_{b64encode(each * 32).decode()}" for each in (b"1", b"2"))
ADA = {
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "company": "Engines",
    "phone": "+49 30 23125001", "message": "Please call me.", "gclid": "click-1",
    "utm_campaign": "summer-trial-2026",
}  # fmt: skip


@dataclass
class Company(BaseCompany):
    """A workspace whose changes are told to one receiver, which Handoff knows as `zapier`."""

    hands: MovedClock
    inbox: Inbox
    sal: Person
    mara: Person
    root: Person
    secrets: tuple[str, ...] = (SECRET,)
    addresses: dict[str, str] = field(default_factory=dict)

    def lead(self, **facts: Any) -> int:
        payload = read(ADA | {"external_id": f"e{self.hands.runs()}"} | facts)
        with self.store.transaction() as session:
            return create_or_merge(
                session, self.workspace, [payload], IntakeContext("api", clock.now())
            )[0].lead_id

    def other_lead(self) -> int:
        return self.lead(email=f"eve{self.hands.runs()}@example.com", phone=None)

    def do(self, verb: Any, lead_id: int, *args: Any, **more: Any) -> None:
        self.hands.forward(seconds=1)
        with self.store.transaction() as session:
            verb(session, self.sal, lead_id, *args, **more)

    def work(self) -> None:
        """What a worker does now: the clock's part, and what it finds to send."""
        with self.store.transaction() as session:
            webhook_sending.wake(session)
            jobs = session.execute(
                text("DELETE FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"
                     " AND (scheduled_at IS NULL OR scheduled_at <= now()) RETURNING args"),
                {"task": webhook_sending.SEND},
            ).scalars().all()  # fmt: skip
        for args in jobs:
            self.sender().send(**args)

    def sender(self) -> webhook_sending.Sender:
        addresses = {"zapier": self.inbox.address} | self.addresses
        found = {name: Receiver(each, self.secrets, True) for name, each in addresses.items()}
        return webhook_sending.Sender(self.store, found)

    def endpoint(self, name: str = "zapier") -> WebhookEndpoint:
        with self.store.transaction() as session:
            return session.scalars(
                select(WebhookEndpoint).where(WebhookEndpoint.name == name)
            ).one()

    def waiting(self) -> list[int]:
        """The leads whose events wait."""
        with self.store.transaction() as session:
            found = select(WebhookDelivery.lead_id).order_by(WebhookDelivery.event_id)
            return list(session.scalars(found))

    def told_admins(self) -> list[str]:
        with self.store.transaction() as session:
            cards = self.cards(webhook_sending.DISABLED)
            return [webhooks._disabled(session, card.subject_id).text for card in cards]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiving() as inbox:
        yield inbox


@pytest.fixture
def company(store: Store, inbox: Inbox) -> Company:
    hands, workspace = MovedClock(), install(store)
    sal = hire(store, workspace, "USAL", "Sal", Role.SALESPERSON)
    mara = hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
    root = hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    with store.transaction() as session:
        webhooks.install(session, workspace, ["zapier"])
    return Company(store, workspace, hands, inbox, sal, mara, root)


# ---- what is sent -------------------------------------------------------------------------------


def test_a_lead_is_told_signed_as_the_standard_says(company: Company) -> None:
    with company.store.transaction() as session:
        campaigns.announce(session, company.mara, draft(), "form-1")
    lead_id = company.lead(consent={"granted": True, "wording": "Yes, please"})
    company.work()
    [message] = company.inbox.messages
    message.verify(SECRET)
    with pytest.raises(WebhookVerificationError):
        message.verify(OTHER_SECRET)
    assert re.fullmatch(r"msg_T1_\d+_zapier", message.id)
    assert message.headers["content-type"] == "application/json"
    assert (message.type, message.json["timestamp"]) == ("lead.received", "2026-06-01T07:00:00Z")
    lead = message.json["data"]["lead"]
    assert lead | {
        "id": lead_id, "email": "ada@example.com", "phone": "+493023125001", "stage": "open",
        "first_name": "Ada", "company": "Engines", "source": "api", "gclid": "click-1",
        "campaign": {"name": "Summer trial", "code": "summer-trial-2026"}, "is_hot": True,
    } == lead  # fmt: skip
    assert lead["consent"]["granted"] is True
    assert not {"owner", "amount", "country", "closed_at", "answers"} & lead.keys()
    assert not list(blanks(message.json))


def blanks(value: Any) -> Iterator[Any]:
    """What a body must not hold."""
    if isinstance(value, Mapping):
        yield from (each for each in value.values() if each in (None, "", [], {}))
        for each in value.values():
            yield from blanks(each)


def test_every_kind_of_event_is_told_with_what_it_adds(company: Company) -> None:
    lead_id, price = company.lead(), Money(125_000, "EUR")
    with company.store.transaction() as session:
        session.get_one(Person, company.sal.id).email = "sal@example.com"
    company.do(claiming.claim, lead_id)
    company.do(claiming.release, lead_id)
    company.do(claiming.claim, lead_id)
    company.do(outcomes.contacted, lead_id)
    company.do(claiming.snooze, lead_id, clock.now() + timedelta(hours=1))  # matters only here
    expected = outcomes.Expectation(Money(150_000, "EUR"), date(2026, 12, 15))
    company.do(outcomes.qualify, lead_id, expected)
    company.do(lead_events.add_note, lead_id, "Wants 40 seats")
    company.do(outcomes.rate, lead_id, Rating.GREAT)
    company.do(outcomes.win, lead_id, price)
    company.do(outcomes.correct_amount, lead_id, Money(99_950, "EUR"))
    company.do(outcomes.reopen, lead_id)
    company.do(outcomes.lose, lead_id, outcomes.Ending(Disposition.NO_FIT, "no API"))
    with company.store.transaction() as session:
        lead = session.get_one(Lead, lead_id)
        external_changes.set_stage(
            session, lead, external_changes.Stage.WON, "HubSpot", amount=price
        )
    while company.waiting():
        company.work()
    assert company.inbox.types == [
        "lead.received", "lead.claimed", "lead.released", "lead.claimed", "lead.contacted",
        "lead.qualified", "lead.noted", "lead.rated", "lead.won", "lead.corrected",
        "lead.reopened", "lead.lost", "lead.reopened", "lead.won",
    ]  # fmt: skip
    events = [each.json["data"]["event"] for each in company.inbox.messages]
    ids = [each.pop("id") for each in events]
    assert ids == sorted(ids)
    sal = {"by": {"name": "Sal", "slack_id": "USAL", "email": "sal@example.com"}}
    assert events[1] == sal
    assert events[2] == sal | {"from": sal["by"]}
    assert events[6] == sal | {"note": "Wants 40 seats"}
    assert events[7] == sal | {"quality": "great"}
    assert events[8] == sal | {"amount": "1250.00", "currency": "EUR"}
    assert events[9] == sal | {"amount": "999.50", "currency": "EUR"}
    assert events[11] == sal | {"reason": "no_fit", "note": "no API"}
    assert events[13] == {"via": "HubSpot", "amount": "1250.00", "currency": "EUR"}
    lead = company.inbox.messages[-1].json["data"]["lead"]
    assert (lead["stage"], lead["amount"], lead["quality"]) == ("won", "1250.00", "great")
    assert (lead["expected_amount"], lead["expected_on"]) == ("1500.00", "2026-12-15")
    assert lead["owner"] == sal["by"]


def test_every_deed_that_is_told_has_a_body(company: Company) -> None:
    lead_id = company.lead()
    with company.store.transaction() as session:
        for event_type in webhook_posting.TYPES:
            event = LeadEvent(
                workspace_id=company.workspace.id,
                lead_id=lead_id,
                event_type=event_type,
                at=clock.now(),
                facts={},
            )
            session.add(event)
            session.flush()
            body = json.loads(webhook_posting.compose(session, event))
            assert body["type"] == webhook_posting.TYPES[event_type].name


def test_the_catalogue_in_the_documents_is_that_of_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    documented = dict(re.findall(r"^\| `((?:lead|webhook)\.\w+)` \| (.+?) \|", page, re.MULTILINE))
    kinds = [*webhook_posting.TYPES.values(), webhook_posting.TEST]
    assert documented == {kind.name: kind.meaning for kind in kinds}
    assert webhook_posting.TYPES.keys() | {
        EventType.SNOOZED,
        EventType.SUGGESTED,
        EventType.DECLINED,
        EventType.ASKED_FOR,
        EventType.KEPT,
        EventType.MEETING_BOOKED,
        EventType.MEETING_MOVED,
        EventType.MEETING_CANCELLED,
        EventType.MEETING_HELD,  # the first contact is told by itself
        EventType.MEETING_MISSED,
    } == set(EventType), "say whether it is told"


@pytest.mark.parametrize("letter", ["x", "🦆", '"'])
def test_a_body_is_short_and_still_json(company: Company, letter: str) -> None:
    answers = [{"question": letter * 2_000, "answer": letter * 4_000} for _ in range(40)]
    company.lead(message=letter * 10_000, answers=answers, company=letter * 200)
    company.work()
    [message] = company.inbox.messages
    message.verify(SECRET)
    assert len(message.body) < webhook_posting.MOST_BYTES
    assert message.json["data"]["lead"]["message"].startswith(letter * 50)


def test_two_secrets_sign_while_the_receiver_changes_over(company: Company) -> None:
    company.secrets = (SECRET, OTHER_SECRET)
    company.lead()
    company.work()
    [message] = company.inbox.messages
    for secret in company.secrets:
        message.verify(secret)


def test_nothing_is_kept_where_nobody_is_told(company: Company) -> None:
    with company.store.transaction() as session:
        webhooks.install(session, company.workspace, [])
    company.lead()
    assert not company.waiting()
    assert not company.inbox.messages


def test_what_is_rolled_back_is_not_told(company: Company) -> None:
    lead_id = company.lead()
    company.work()

    def dies(session: Session, who: Person, lead_id: int) -> None:
        claiming.claim(session, who, lead_id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        company.do(dies, lead_id)
    company.work()
    assert company.inbox.types == ["lead.received"]


# ---- what fails ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 500, 503, 302])
def test_what_was_not_taken_is_sent_again_under_the_same_id(company: Company, status: int) -> None:
    company.inbox.replies = [Reply(status)]
    company.lead()
    company.work()
    company.work()  # it is not the time yet
    [first] = company.inbox.messages
    company.hands.forward(minutes=1)
    company.work()
    company.hands.forward(days=1)
    company.work()
    _, again = company.inbox.messages
    again.verify(SECRET)
    assert (again.id, again.body) == (first.id, first.body)
    assert not company.waiting()
    assert company.endpoint().failures == 0


def test_what_is_refused_keeps_its_lead_waiting_and_nobody_else(company: Company) -> None:
    lead_id = company.lead()
    [event] = deliveries(company)
    refused = f"msg_T1_{event}_zapier"
    company.inbox.by_id = {refused: Reply(422)}
    company.do(claiming.claim, lead_id)
    others = [company.other_lead() for _ in range(2)]
    company.work()
    assert company.waiting() == [lead_id, lead_id]
    assert sorted(each.json["data"]["lead"]["id"] for each in company.inbox.messages) == [
        lead_id, *others,
    ]  # fmt: skip
    company.inbox.by_id.clear()
    company.hands.forward(minutes=1)
    company.work()
    assert company.inbox.types[-2:] == ["lead.received", "lead.claimed"]
    assert not company.waiting()


def deliveries(company: Company) -> list[int]:
    with company.store.transaction() as session:
        return list(session.scalars(select(WebhookDelivery.event_id)))


def test_while_the_receiver_is_away_nothing_is_sent_and_nothing_lost(company: Company) -> None:
    company.inbox.replies = [Reply(503)] * 3
    ids = [company.lead(), *(company.other_lead() for _ in range(30))]
    for tries in (1, 2, 3):
        company.work()
        assert len(company.inbox.messages) == tries  # one at a time, and each another
        ids.append(company.other_lead())
        company.work()
        company.hands.forward(minutes=15)
    assert len({each.id for each in company.inbox.messages}) == 3
    assert "failing since" in webhooks.health(company.endpoint(), 34)
    company.work()
    assert sorted(each.json["data"]["lead"]["id"] for each in company.inbox.messages[3:]) == ids
    assert not company.waiting()


def test_one_that_nobody_answers_is_away(company: Company) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        company.addresses = {"zapier": f"http://127.0.0.1:{nobody.getsockname()[1]}/"}
        company.lead()
        company.work()
    assert company.endpoint().problem == "the connection failed"
    company.addresses = {}
    company.hands.forward(minutes=1)
    company.work()
    assert company.inbox.types == ["lead.received"]


def test_a_receiver_that_is_away_holds_up_no_other(company: Company) -> None:
    with company.store.transaction() as session:
        webhooks.install(session, company.workspace, ["n8n", "zapier"])
    company.addresses = {"n8n": "http://127.0.0.1:1/"}
    company.lead()
    company.work()
    assert company.inbox.types == ["lead.received"]
    assert company.endpoint("n8n").failures == 1


def test_one_that_asks_us_to_wait_is_asked_no_sooner(company: Company) -> None:
    company.inbox.replies = [Reply(429, {"Retry-After": "1800"})]
    company.lead()
    company.work()
    company.hands.forward(minutes=29)
    company.work()
    assert len(company.inbox.messages) == 1
    company.hands.forward(minutes=1)
    company.work()
    assert not company.waiting()


def test_one_that_is_gone_is_switched_off_and_the_admins_hear_it_once(company: Company) -> None:
    company.inbox.replies = [Reply(410)] * 2
    first = company.lead()
    second = company.other_lead()
    company.work()
    assert len(company.inbox.messages) == 1
    [message] = company.told_admins()
    assert "I switched off the webhook *zapier*: it answered with HTTP 410" in message
    company.other_lead()  # told nobody
    company.hands.forward(days=9)
    company.work()
    assert (company.waiting(), len(company.inbox.messages)) == ([first, second], 1)
    with company.store.transaction() as session:
        webhooks.enable(session, company.workspace.id, "zapier")
    assert company.told_admins() == ["The webhook *zapier* is on again."]
    company.inbox.replies = []
    company.work()
    assert len(company.inbox.messages) == 3


def test_one_that_fails_for_days_is_switched_off_and_keeps_what_waits(company: Company) -> None:
    company.lead()
    company.addresses = {"zapier": "http://127.0.0.1:1/"}
    for _ in range(2 * webhook_sending.MOST_DAYS):
        company.work()
        assert not company.told_admins()
        company.hands.forward(hours=12)
    company.work()
    assert len(company.told_admins()) == 1
    assert len(company.waiting()) == 1


def test_what_nobody_ever_takes_is_failed_work_that_can_be_retried(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sending, "MOST_ATTEMPTS", 4)
    lead_id = company.lead()
    [event_id] = deliveries(company)
    company.inbox.by_id = {f"msg_T1_{event_id}_zapier": Reply(422)}
    for _ in range(4):
        assert lead_id in company.waiting()
        company.other_lead()  # the others are taken
        company.work()
        company.hands.forward(hours=7)
    assert lead_id not in company.waiting()
    with company.store.transaction() as session:
        [args] = session.scalars(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'webhooks.deliver'")
        )
    with pytest.raises(GiveUp, match="webhook zapier: it answered with HTTP 422"):
        company.sender().deliver(**args)
    company.inbox.by_id.clear()
    company.sender().deliver(**args)
    assert company.inbox.messages[-1].id == f"msg_T1_{event_id}_zapier"


def test_a_body_that_breaks_holds_up_its_lead_alone(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = company.lead(), company.other_lead()
    compose = webhook_posting.compose

    def breaks(session: Session, event: LeadEvent) -> bytes:
        if event.lead_id == broken:
            raise ZeroDivisionError
        return compose(session, event)

    with monkeypatch.context() as patch:
        patch.setattr(webhook_posting, "compose", breaks)
        company.work()
    assert [each.json["data"]["lead"]["id"] for each in company.inbox.messages] == [other]
    assert (company.waiting(), company.endpoint().failures) == ([broken], 0)
    company.hands.forward(minutes=1)
    company.work()
    assert not company.waiting()


def test_what_was_forgotten_is_found(company: Company) -> None:
    """A change is written while its receiver is paused, and committed after it came back."""
    company.lead()
    with company.store.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    company.work()
    assert not company.inbox.messages
    with company.store.transaction() as session:
        webhook_sending.look_after(session)
    company.work()
    assert company.inbox.types == ["lead.received"]


def test_a_worker_sends_what_changes(company: Company) -> None:
    tasks = Tasks(company.store)
    tasks.add(webhook_sending.SEND, company.sender().send)
    worker = Worker(company.store, tasks)
    worker.start()
    try:
        lead_id = company.lead()
        company.do(claiming.claim, lead_id)
        until(lambda: company.inbox.types == ["lead.received", "lead.claimed"], "both are told")
    finally:
        worker.stop()


def test_a_lead_that_is_posted_is_told_and_changed_by_who_was_told(
    database: Database, inbox: Inbox, tmp_path: Path
) -> None:
    """The whole way over HTTP: in, out to the receiver, and back in by the lead API."""
    key = "the-key-of-the-crm"
    with ExitStack() as held:
        slack = held.enter_context(StandIn(manifest()))
        slack.add_channel("leads")
        settings = Settings(
            slack_bot_token=SecretStr(slack.bot_token),
            slack_signing_secret=SecretStr(slack.signing_secret),
            slack_api_url=slack.api_url, database_url=SecretStr(database.url), data_dir=tmp_path,
            channel="#leads", lead_keys={"crm": SecretStr(key)}, webhooks_private=True,
            webhooks={"crm": SecretStr(inbox.address)}, webhook_secrets={"crm": SecretStr(SECRET)},
        )  # fmt: skip
        application = held.enter_context(closing(build(settings)))
        application.connect()
        application.work()
        server = Server("127.0.0.1", 0)
        server.start(application.asgi)
        held.callback(server.stop)
        address, headers = f"http://127.0.0.1:{server.port}", {"Authorization": f"Bearer {key}"}
        web = held.enter_context(httpx.Client(base_url=address, headers=headers, timeout=60))
        web.post("/leads/api", json={"email": "ada@example.com"})
        until(lambda: inbox.types == ["lead.received"], "the lead is told")
        lead_id = inbox.messages[0].json["data"]["lead"]["id"]
        change = {"stage": "won", "amount": "1250.00"}
        assert web.patch(f"/leads/api/{lead_id}", json=change).json()["changed"]
        until(lambda: inbox.types[1:] == ["lead.won"], "the deal is told")
    for message in inbox.messages:
        message.verify(SECRET)
    assert inbox.messages[1].json["data"]["event"]["via"] == "crm"


# ---- where it goes ------------------------------------------------------------------------------


def test_a_redirect_is_not_followed(company: Company) -> None:
    with receiving() as elsewhere:
        answer = Reply(307, {"Location": elsewhere.address})
        company.inbox.replies = [answer]
        company.lead()
        company.work()
        assert not elsewhere.messages
    assert company.endpoint().problem == "it answered with HTTP 307"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "hooks.example.com", "2130706433"]
)
def test_what_leads_into_our_own_network_is_refused(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Also a name that stands for an address of ours, and one that does so beside another."""
    port = int(inbox.address.split(":")[2].split("/")[0])
    real = socket.getaddrinfo

    def resolve(name: str, *args: Any, **more: Any) -> Any:
        if name != "hooks.example.com":
            return real(name, *args, **more)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.216.34", port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    answer = post(Receiver(f"http://{host}:{port}/", (SECRET,)), "msg_1", b"{}")
    assert (answer.status, "private network" in answer.problem) == (None, True)
    assert not inbox.messages


def test_a_secret_that_we_make_is_one() -> None:
    made = {"name": SecretStr(new_secret())}
    checked: Any = TypeAdapter(WebhookSecrets).validate_python(made)
    assert checked == made
    assert new_secret() != new_secret()


def test_what_the_internet_is() -> None:
    ours = [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    ]  # fmt: skip
    assert not [each for each in ours if is_public(each)]
    theirs = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
    assert [each for each in theirs if is_public(each)] == theirs


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is asked for once, so that it cannot stand for another address a moment later."""
    port, names = int(inbox.address.split(":")[2].split("/")[0]), []

    def resolve(name: str, *args: Any, **more: Any) -> Any:
        names.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        receiver = Receiver(f"http://hooks.example.com:{port}/", (SECRET,), is_private=True)
        post(receiver, "msg_1", b"{}")
    assert names[0] == "hooks.example.com"
    assert "hooks.example.com" not in names[1:]
    [message] = inbox.messages
    assert message.headers["host"] == f"hooks.example.com:{port}"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://no-such-name.invalid/", "the name in its address is unknown"),
        ("http://[::1/", "its address is not valid"),
        ("ftp://127.0.0.1/", "its address is not valid"),
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_said(
    monkeypatch: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    def knows_nobody(*_: Any, **_more: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)
    assert post(Receiver(address, (SECRET,), is_private=True), "msg_1", b"{}").problem == problem


def test_an_answer_that_never_ends_is_not_waited_for(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_posting, "SECONDS", 0.3)
    company.inbox.replies = [Reply(drips=True)]
    company.lead()
    company.work()
    assert "didn't answer within" in str(company.endpoint().problem)


def test_no_secret_and_no_address_is_logged_or_told(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    company.inbox.replies = [Reply(500), Reply(410)]
    company.lead()
    company.work()
    company.hands.forward(hours=1)
    company.work()
    output = caplog.text + str(company.told_admins()) + str(company.endpoint().problem)
    output += repr(company.sender().__dict__.keys()) + webhooks.health(company.endpoint(), 1)
    assert "it answered with HTTP 410" in output
    for hidden in (SECRET, SECRET.removeprefix("whsec_"), "s3cret-path", "ada@example.com"):
        assert hidden not in output


# ---- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("webhooks_", "secrets", "problem"),
    [
        ("zapier:https://a.example/1", "", "there is no secret for zapier"),
        ("zapier:http://a.example/1", f"zapier:{SECRET}", "must begin with https://"),
        ("zapier:https://u:p@a.example/", f"zapier:{SECRET}", "must be addresses such as"),
        ("zapier:a.example/hook", f"zapier:{SECRET}", "must be addresses such as"),
        ("Zap ier:https://a.example/", f"zapier:{SECRET}", "must be name:address pairs"),
        ("zapier:https://a.example/", f"zapier:{SECRET[6:]}", "a secret is whsec_"),
        ("zapier:https://a.example/", "zapier:whsec_c2hvcnQ=", "a secret is whsec_"),
        ("zapier:https://a.example/", f"zapier:{SECRET} nonsense", "a secret is whsec_"),
    ],
)
def test_wrong_settings_stop_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, webhooks_: str, secrets: str, problem: str
) -> None:
    with pytest.raises(WrongSettings, match=re.escape(problem)) as error:
        settings_with(monkeypatch, webhooks_, secrets)
    assert SECRET[6:] not in str(error.value)
    assert "a.example" not in str(error.value)


def test_receivers_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(
        monkeypatch, "zapier:https://a.example/1?x=a:b, n8n:https://b.example",
        f"zapier:{SECRET}  {OTHER_SECRET},n8n:{SECRET}",
    )  # fmt: skip
    assert webhooks.receivers(settings) == {
        "zapier": Receiver("https://a.example/1?x=a:b", (SECRET, OTHER_SECRET)),
        "n8n": Receiver("https://b.example", (SECRET,)),
    }
    assert SECRET[6:] not in repr(settings)
    assert "a.example" not in repr(settings)


def settings_with(monkeypatch: pytest.MonkeyPatch, webhooks_: str, secrets: str) -> Settings:
    names = {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "HANDOFF_CHANNEL": "C123",
        "HANDOFF_WEBHOOKS": webhooks_, "HANDOFF_WEBHOOK_SECRETS": secrets,
    }  # fmt: skip
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    return load(Settings)
