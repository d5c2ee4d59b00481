"""Nothing accepted is lost on the way from a hook or a file to its lead, whatever is killed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import clock
from bot.intake.models import Import, Outcome, Submission
from bot.leads.models import Lead
from bot.sources import SOURCES
from tests.intake.test_fetching import TOKEN, Product
from tests.journeys.conftest import Office, drawn, open_office, wait_until_idle
from tests.journeys.processes import HASTY, run
from tests.sources.signing import SECRET, VENDORS


@pytest.fixture
def product() -> Iterator[Product]:
    """A product that has half of its leads, and has lost the others."""

    def answer(path: str) -> bytes | None:
        number = int(urlsplit(path).path.rpartition("/")[2])
        fields = [{"name": "email", "values": [f"a{number}@example.com"]}]
        return None if number % 2 else json.dumps({"id": number, "field_data": fields}).encode()

    product = Product()
    product.answers = answer
    yield product
    product.close()


@pytest.fixture
def idle_office(database_url: str, product: Product) -> Iterator[Office]:
    yield from open_office(
        database_url, socket_mode=False, work=False, sources={"meta": SecretStr(SECRET)},
        source_tokens={"meta": SecretStr(TOKEN)}, source_apis={"meta": product.address},
    )  # fmt: skip


def name(office: Office, number: int) -> None:
    """Meta names a lead."""
    source = SOURCES["meta"]
    body = source.example.replace(b"1234567890123456789", str(number).encode())
    sent = VENDORS["meta"].sign(source, body, SECRET, clock.now(), "")
    answer = httpx.post(
        f"{office.address}/leads/meta", content=sent.body, headers=dict(sent.headers)
    )
    assert answer.json() == {"outcome": "fetching"}


def test_workers_killed_while_they_fetch(
    idle_office: Office, product: Product, tmp_path: Path,
    rescuer: Callable[[], None],
) -> None:  # fmt: skip
    """Each lead that was named ends as one lead with one card, or waits in the admins' list."""
    office = idle_office
    product.open.clear()
    for number in range(100, 108):
        name(office, number)
    with run(office, tmp_path, "--worker", script=HASTY) as worker:
        office.slack.wait_until(lambda: len(product.requests), timeout=60)
        worker.kill()  # it had asked, and was not answered
    product.open.set()
    rescuer()
    wait_until_idle(office)
    with office.application.store.transaction() as session:
        emails = session.scalars(select(Lead.email).order_by(Lead.email)).all()
        unread = session.scalars(
            select(func.count()).select_from(Submission)
            .where(Submission.outcome == Outcome.UNREADABLE)
        ).one()  # fmt: skip
    assert emails == [f"a{number}@example.com" for number in range(100, 108, 2)]
    assert unread == 4
    cards = [drawn(message) for message in office.slack.messages(office.channel)]
    assert sorted(sum(email in card for card in cards) for email in map(str, emails)) == [1] * 4


def test_a_worker_killed_while_it_imports(
    idle_office: Office, tmp_path: Path, rescuer: Callable[[], None]
) -> None:
    """Each row of the list ends as one lead."""
    office = idle_office
    body = "Email\n" + "".join(f"a{number}@example.com\n" for number in range(6_000))
    im = office.slack.im(office.users["mara"])

    def state() -> Import | None:
        with office.application.store.transaction() as session:
            return session.scalar(select(Import))

    def has_added() -> bool:
        found = state()
        return found is not None and found.added > 0

    with run(office, tmp_path, "--worker", script=HASTY) as worker:
        office.hand("mara").upload(im, "long.csv", body.encode())
        office.hand("mara").click(office.whisper("mara", "Import long?"), "import.start")
        office.slack.wait_until(has_added, timeout=60)
        worker.kill()
    found = state()
    assert found is not None
    assert found.added < 6_000
    rescuer()
    office.card("Call list: long", "0 of 6,000 contacts called")
    wait_until_idle(office)
    with office.application.store.transaction() as session:
        emails = session.scalars(select(Lead.email)).all()
    assert len(emails) == len(set(emails)) == 6_000
