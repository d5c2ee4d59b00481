"""The demo: the whole application against the playground, in one process, with sample data. Beside
Slack there is a CRM, to which it is connected."""

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import select, text

from bot import clock
from bot.app import Application, build
from bot.crm.adapters import ADAPTERS, Access
from bot.crm.http import no_pace
from bot.doctor import manifest
from bot.routing import escalation
from bot.settings import Settings
from bot.slack.cards import DRAW
from bot.standups import rounds as standups
from bot.store import Store
from bot.tasks import Schedule
from bot.web import Server
from bot.web.server import PortTaken
from playground import page, sample
from playground.crm.hubspot.people import People
from playground.crm.hubspot.standin import HubSpot
from playground.standin import StandIn
from playground.time_travel import TimeTravel

logger = logging.getLogger(__name__)

_ZONE = "Europe/Berlin"
KEY = "playground-website-key"
"""The lead key of the sample website."""
FORM_KEY = "playground-contact-form-key"
"""The key of a form that one may try."""

_LOOPBACK = "127.0.0.1"

# Filling the workspace takes some five seconds; a page gives up after 20 (page/mount.py).
_OPEN_SECONDS = 20.0

# What the page's clock can jump to, and the tasks whose next time that is.
_SCHEDULES = {"next standup": "standup:%", "next weekly digest": "digest:%"}
_TIMERS = {
    "next escalation": escalation.next_look,
    "standup reminder": standups.next_reminder,
    "standup closing": standups.next_closing,
}


class Demo:
    """The buttons beside the workspace: whom to act as, a sample lead, a clock that moves."""

    def __init__(self, slack: StandIn) -> None:
        self._slack = slack
        self._users = sample.staff(slack)
        self._application: Application | None = None
        self._address = ""
        self._is_open = threading.Event()

    def open(self, application: Application, address: str) -> None:
        """Fill the workspace of an application that serves on `address`, and let it work."""
        self._application, self._address = application, address
        workspace = application.workspace()
        history = sample.History(application.store, workspace, self._users, application.cards.draw)
        history.make()
        self._website = history.website
        _forget_drawing(application.store)
        self._time = TimeTravel(application.store, application.work())
        self._is_open.set()

    def people(self) -> list[tuple[str, str]]:
        """Whom one can act as."""
        return [(self._users[each.handle].id, each.label) for each in sample.TEAM]

    def channel_links(self) -> list[tuple[str, str]]:
        """The shared channel comes first.

        The page asks this before it draws: one that is opened too early waits for the workspace.
        """
        self._is_open.wait(_OPEN_SECONDS)
        assert self._application is not None
        channel = self._application.workspace().channel
        return [(channel, "New leads and campaigns arrive here")]

    def send_lead(self) -> str:
        """Let one more visitor fill in the website's form."""
        code = self._website.chance.choice(["fresh-start", "webinar-retail"])
        body = self._website.lead(code)
        answer = httpx.post(
            f"{self._address}/leads/api", json=body, headers={"Authorization": f"Bearer {KEY}"}
        )
        answer.raise_for_status()
        return f"{body['first_name']} {body['last_name']} of {body['company']} asked to be called."

    def now(self) -> datetime:
        """The playground's time."""
        return clock.now()

    def jumps(self) -> list[str]:
        """What the clock can be moved to: schedules always, timers while they wait."""
        waiting = [name for name in _TIMERS if self._timer(name)]
        return [*waiting, *_SCHEDULES]

    def move_clock(self, to: timedelta | str) -> datetime:
        """Move time forward, with everything that comes due on the way."""
        return self._time.move(to if isinstance(to, timedelta) else self._until(to))

    def _until(self, jump: str) -> timedelta:
        """How long until the moment that a jump names."""
        moment = self._timer(jump) if jump in _TIMERS else self._schedule(_SCHEDULES[jump])
        return max((moment or clock.now()) - clock.now(), timedelta()) + timedelta(seconds=1)

    def _schedule(self, pattern: str) -> datetime | None:
        assert self._application is not None
        with self._application.store.transaction() as session:
            # What is due already fires with the next tick, and is nothing to go to.
            coming = Schedule.next_run_at > clock.now()
            due = select(Schedule.next_run_at).where(Schedule.name.like(pattern), coming)
            return session.scalar(due.order_by(Schedule.next_run_at).limit(1))

    def _timer(self, jump: str) -> datetime | None:
        """When what a jump names is due next; None while nothing waits for it."""
        assert self._application is not None
        with self._application.store.transaction() as session:
            return _TIMERS[jump](session)


def _forget_drawing(store: Store) -> None:
    """The jobs of cards that `History` has drawn."""
    with store.transaction() as session:
        session.execute(
            text("DELETE FROM procrastinate_jobs WHERE task_name = :task"), {"task": DRAW}
        )


def now() -> float:
    """The stand-in's clock: ours, in Unix seconds."""
    return clock.now().timestamp()


@contextmanager
def running(
    slack: StandIn,
    channel: str,
    *,
    database_url: str | None = None,
    socket_mode: bool = False,
    **more: Any,
) -> Iterator[tuple[Application, str]]:
    """The application, connected to a stand-in that serves; yields it with its own address.

    Without `database_url` it has an embedded database in a directory that is removed afterwards.
    `more` are settings by name.
    """
    with ExitStack() as stack:
        data_dir = Path(tempfile.mkdtemp(prefix="handoff-"))
        stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
        server = Server(_LOOPBACK, 0)
        stack.callback(server.stop)
        settings = _settings(slack, channel, data_dir, database_url, socket_mode)
        address = f"http://{_LOOPBACK}:{server.port}"
        settings = settings.model_copy(update={"public_url": address})
        application = build(settings.model_copy(update=more))
        stack.callback(application.close)
        server.start(application.asgi)
        if not socket_mode:
            slack.deliver_to(f"{address}/slack/events")
        application.connect()
        yield application, address


def _settings(
    slack: StandIn, channel: str, data_dir: Path, database_url: str | None, socket_mode: bool
) -> Settings:
    return Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token) if socket_mode else None,
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_client_id=slack.openid.client_id,
        slack_client_secret=SecretStr(slack.openid.client_secret),
        slack_api_url=slack.api_url,
        database_url=SecretStr(database_url) if database_url else None,
        data_dir=data_dir,
        channel=channel,
        timezone=_ZONE,
        currency="EUR",
        lead_keys={sample.SENDER: SecretStr(KEY)},
        form_keys={"contact": SecretStr(FORM_KEY)},
    )


def _crm_settings(crm: HubSpot) -> dict[str, Any]:
    """Prepare a CRM that serves, as an admin does; returns the settings that connect it."""
    sample.owners(crm)
    settings = {
        "crm": "hubspot", "crm_url": crm.url, "crm_key": SecretStr(crm.token),
        "crm_hook_secret": SecretStr(crm.client_secret),
    }  # fmt: skip
    access = Access(address=crm.url, key=SecretStr(crm.token))
    with closing(ADAPTERS["hubspot"].connect(access, no_pace)) as adapter:
        assert not [each.problem for each in adapter.check(make=True) if each.problem]
    return settings


def serve(port: int, stop: threading.Event) -> None:
    """Open the playground on 127.0.0.1 until `stop` is set. Raises PortTaken."""
    slack = StandIn(manifest(), now=now, name="Nordlicht")
    crm = HubSpot(now=clock.now)
    demo = Demo(slack)
    page.mount(slack, demo, People(crm))
    try:
        slack.start(port)
    except OSError as error:
        raise PortTaken(port=port, other=port + 1) from error
    try:
        with (
            crm,
            running(slack, f"#{sample.CHANNEL}", **_crm_settings(crm)) as (application, address),
        ):
            crm.deliver_to(f"{address}/crm/hook")
            demo.open(application, address)
            print(  # noqa: T201
                f"\nHandoff's playground is open: http://{_LOOPBACK}:{port}\n"
                f"The report page: {address}/report\nCtrl-C closes it.\n"
            )
            stop.wait()
    finally:
        slack.stop(wait=False)
