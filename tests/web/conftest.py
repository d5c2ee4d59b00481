"""A site for the tests of the web: the application, served over real HTTP, and nobody works."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Application, build
from bot.doctor import manifest
from bot.intake.models import Submission
from bot.leads.models import Lead
from bot.settings import Settings
from bot.slack.cards import Card
from bot.web import Server
from playground.standin import StandIn
from playground.state import Channel, Message
from tests.databases import Database, Databases
from tests.sources.signing import SECRET, VENDORS

KEY = "the-key-of-the-website"
OTHER_KEY = "the-key-of-a-webinar-tool"
FORM_KEY = "the-key-of-the-contact-form"
OTHER_FORM_KEY = "the-key-of-the-fair-s-form"
ORIGIN = "https://example.com"


class _Served(NamedTuple):
    slack: StandIn
    application: Application
    address: str


@dataclass
class Site:
    """The application and what is around it."""

    slack: StandIn
    channel: Channel
    application: Application
    web: httpx.Client

    def send(self, body: Any, **headers: str) -> httpx.Response:
        """POST /leads/api: `body` as it is if it is bytes, else as JSON."""
        how = {"content": body} if isinstance(body, bytes) else {"json": body}
        bearer = {"Authorization": f"Bearer {KEY}"}
        return self.web.post("/leads/api", headers=bearer | headers, **how)

    def fill_in(self, key: str = FORM_KEY, **fields: str) -> httpx.Response:
        """POST /leads/form, as a browser does."""
        return self.web.post(f"/leads/form/{key}", data=fields)

    def leads(self) -> Sequence[Lead]:
        with self.application.store.transaction() as session:
            return session.scalars(select(Lead).order_by(Lead.id)).all()

    def submissions(self) -> Sequence[Submission]:
        with self.application.store.transaction() as session:
            return session.scalars(select(Submission).order_by(Submission.id)).all()

    def draw(self) -> list[Message]:
        """Draw what waits to be drawn; returns the messages of the channel."""
        with self.application.store.transaction() as session:
            stale = session.scalars(select(Card.id).where(Card.stale).order_by(Card.id)).all()
        for card_id in stale:
            self.application.cards.draw(card_id)
        return self.slack.messages(self.channel)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The address of a database where nobody listens, and nobody else will."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql+psycopg://handoff@127.0.0.1:{taken.getsockname()[1]}/handoff"


@contextmanager
def served(database: Database, data_dir: Path) -> Iterator[_Served]:
    """The application over HTTP; nobody is there yet."""
    slack = StandIn(manifest())
    with slack, pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.Store", database.connect)
        settings = Settings(
            slack_bot_token=SecretStr(slack.bot_token),
            slack_signing_secret=SecretStr(slack.signing_secret),
            slack_api_url=slack.api_url,
            database_url=SecretStr(database.url),
            data_dir=data_dir,
            channel="#leads",
            lead_keys={"website": SecretStr(KEY), "webinar": SecretStr(OTHER_KEY)},
            form_keys={"contact": SecretStr(FORM_KEY), "fair": SecretStr(OTHER_FORM_KEY)},
            report_keys={"warehouse": SecretStr(KEY)},
            thanks_origins=[ORIGIN],
            sources={slug: SecretStr(SECRET) for slug in VENDORS},
            public_url="https://handoff.example.com",
        )
        application, server = build(settings), Server("127.0.0.1", 0)
        server.start(application.asgi)
        yield _Served(slack, application, f"http://127.0.0.1:{server.port}")
        server.stop()
        application.close()


@contextmanager
def moved_in(served: _Served) -> Iterator[Site]:
    """The application in a new workspace."""
    served.slack.reset()
    channel = served.slack.add_channel("leads")
    served.application.connect()
    with httpx.Client(base_url=served.address, timeout=30) as web:
        yield Site(served.slack, channel, served.application, web)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.drawing._POST_EVERY", timedelta())


@pytest.fixture(scope="session")
def lasting(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, _Served]]:
    """To build the application costs more than most tests do: many share this one."""
    with databases.lend() as database, served(database, tmp_path_factory.mktemp("data")) as one:
        yield database, one


@pytest.fixture
def site(lasting: tuple[Database, _Served]) -> Iterator[Site]:
    """The application in a new workspace, over an empty database."""
    database, one = lasting
    with moved_in(one) as site:
        yield site
    assert database.empty(), "the database cannot be used again: take `own_site`"


@pytest.fixture
def own_site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """An application of the test's own, for what it remembers or what is done to its database."""
    with served(database, tmp_path) as one, moved_in(one) as site:
        yield site
