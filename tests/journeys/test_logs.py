"""What processes log while statements break all over: what went wrong, where, and nobody's data."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import logs
from bot.sources import SOURCES
from bot.tasks import failed
from playground import demo
from tests.intake.test_fetching import TOKEN, Product
from tests.journeys.conftest import Office, open_office
from tests.journeys.test_sources_journey import call
from tests.sources.signing import SECRET
from tests.terminal import handoff

PERSONAL = ("Lovelace", "ada@", "+49 30 23125001", "493023125001")
NAMED = {
    "id": "77",
    "field_data": [
        {"name": "full_name", "values": ["Ada Lovelace"]},
        {"name": "email", "values": ["ada@example.com"]},
    ],
}


def break_a_tick(session: Session) -> int:
    session.execute(
        text("INSERT INTO job_key (key, used_at) VALUES (:key, NULL)"), {"key": "ada@example.com"}
    )
    return 0


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    product.tell(NAMED)
    yield product
    product.close()


@pytest.fixture
def office(
    database_url: str, product: Product, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    monkeypatch.setattr("bot.tasks.tasks._MOST_ATTEMPTS", 1)
    yield from open_office(
        database_url, socket_mode=False, work=False,
        sources={slug: SecretStr(SECRET) for slug in ("jotform", "meta")},
        source_tokens={"meta": SecretStr(TOKEN)}, source_apis={"meta": product.address},
    )  # fmt: skip


def test_no_personal_data_and_no_secret_where_statements_break(
    office: Office, caplog: pytest.LogCaptureFixture, database_url: str
) -> None:
    logs.configure()
    caplog.set_level(logging.INFO)
    application = office.application
    application.tasks.each_tick(break_a_tick)
    application.work()
    assert office.send_lead(phone="+49 30 23125001").status_code == 202
    card = office.card("Ada Lovelace")
    with application.store.transaction() as session:
        session.execute(
            text("ALTER TABLE lead ADD CONSTRAINT of_the_test CHECK (id < 0) NOT VALID")
        )

    statuses = [office.send_lead(external_id="new").status_code]
    form = {"email": "ada@example.com", "last_name": "Lovelace"}
    statuses.append(
        httpx.post(f"{office.address}/leads/form/{demo.FORM_KEY}", data=form).status_code
    )
    source = SOURCES["jotform"]
    hook, kind = f"{office.address}/leads/jotform/{SECRET}", {"Content-Type": source.content_type}
    statuses.append(httpx.post(hook, content=source.example, headers=kind).status_code)
    with ThreadPoolExecutor(8) as many:  # some of them are stored together
        each = [many.submit(office.send_lead, external_id=str(n)) for n in range(16)]
    statuses += [one.result().status_code for one in each]
    assert set(statuses) == {200, 422}, "each is kept for an admin"

    assert call(office, "meta", SOURCES["meta"].example).status_code == 200
    office.hand("sofia").click(card, "lead.claim")
    office.whisper("sofia", "something went wrong")
    office.slack.wait_until(lambda: has_failed(office))
    listed = handoff("jobs", DATABASE_URL=database_url)

    output = caplog.text + listed.stdout + listed.stderr
    for line in (
        "a submission of api broke us", "reference", "ended with status: Error", "clock could not",
        "of_the_test", "intake.fetch",
    ):  # fmt: skip
        assert line in output, line
    for hidden in (*PERSONAL, SECRET, TOKEN, demo.KEY, demo.FORM_KEY, office.slack.bot_token):
        assert hidden not in output, hidden


def has_failed(office: Office) -> bool:
    with office.application.store.transaction() as session:
        return any(job.task == "intake.fetch" for job in failed(session))
