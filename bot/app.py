"""The composition root: the only place that knows every part and wires them together."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, configure_mappers

from bot import (
    campaigns,
    crm,
    digests,
    home,
    intake,
    leads,
    library,
    logs,
    metrics,
    people,
    planning,
    reports,
    routing,
    shadowing,
    spend,
    standups,
)
from bot.capability import Services
from bot.crm.adapters import ADAPTERS, Access
from bot.crm.connection import Connection
from bot.errors import HandoffError
from bot.keys import Keys
from bot.people import service as people_service
from bot.people.models import Workspace
from bot.reports import api, site
from bot.reports.conversions import api as conversion_routes
from bot.settings import CrmSettings, Settings, WrongSettings, load
from bot.slack import Cards, Listening, Slack
from bot.slack.errors import SlackRefused
from bot.sources import SOURCES
from bot.store import DatabaseDown, Store, migrate
from bot.store.embedded import database
from bot.tasks import Postpone, Tasks
from bot.tasks.worker import Worker
from bot.web import create, crm_hooks, hooks, lead_changes
from bot.web import leads as lead_routes
from bot.web.health import Database
from bot.web.intake import Intake
from bot.web.slack import router as slack_router
from bot.wiring import install, wire

CAPABILITIES = (
    people.capability,
    campaigns.capability,
    spend.capability,
    leads.capability,
    routing.capability,
    intake.capability,
    metrics.capability,
    planning.capability,
    standups.capability,
    shadowing.capability,
    library.capability,
    reports.capability,
    digests.capability,
    crm.capability,
    home.capability,
)
"""All that the product does."""

for _capability in CAPABILITIES:
    _capability.load()  # every table is known then, to compare the database with
configure_mappers()  # now, as it stays: see bot.cli.imports

logger = logging.getLogger(__name__)

_RECONNECT_SECONDS = 10


class SlackRefusesUs(HandoffError):
    """Slack refuses {method} ({code}). Check SLACK_BOT_TOKEN, SLACK_APP_TOKEN, HANDOFF_CHANNEL and
    the app's installation; `handoff doctor` says what to fix."""


class NotMigrated(HandoffError):
    """The database is at revision {current}, and this version needs {head}: run
    `handoff db upgrade`."""


class Application:
    """Handoff, wired and ready: it serves, works and listens as it is told to."""

    def __init__(self, settings: Settings, store: Store, resources: ExitStack) -> None:
        self.settings = settings
        self.store = store
        self._resources = resources
        self._workspace: Workspace | None = None
        self._closing = threading.Event()
        self._reconnecting: threading.Thread | None = None
        self.slack = Slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self.tasks = Tasks(store)
        self.cards = Cards(store, self.slack, self.tasks)
        self.listening = Listening(self.slack)
        self.services = Services(store, self.slack, settings)
        self.crm = crm_of(settings, store)
        if self.crm is not None:
            resources.callback(self.crm.close)
            self.services.lend(self.crm)
        wire(CAPABILITIES, self.services, self.listening, self.tasks, self.cards)
        self.asgi = self._web()

    def _web(self) -> FastAPI:
        secret = self.settings.slack_signing_secret
        over_http = secret is not None and not self.settings.socket_mode
        intake = Intake(self.store, self.workspace)
        programs, forms = Keys(self.settings.lead_keys), Keys(self.settings.form_keys)
        web = create(
            leads=lead_routes.router(intake, programs, forms, self.settings.thanks_origins),
            hooks=hooks.router(intake, self.settings.sources, self.settings.public_url),
            health={"database": Database(self.store).problem, "slack": self._slack_problem},
            slack_events=slack_router(self.listening, secret.get_secret_value())
            if over_http and secret
            else None,
        )
        site.mount(web, self.settings, self.store, self.workspace)
        web.include_router(lead_changes.router(self.store, self.workspace, programs))
        counter = api.Counter(self.store, self.workspace)
        keys = Keys(self.settings.report_keys)
        web.include_router(api.router(counter, keys))
        web.include_router(conversion_routes.router(counter, keys))
        if self.crm is not None and self.crm.adapter.prove is not None:
            web.include_router(crm_hooks.router(self.crm, self.workspace))
        return web

    def workspace(self) -> Workspace:
        """The workspace that we are connected to, as it was then; a transaction reads it anew.

        Raises NotInstalled before the first time.
        """
        if self._workspace is None:
            raise people_service.NotInstalled
        return self._workspace

    def connect(self, *, listen: bool = True) -> None:
        """Find out who we are in Slack and write it down; then `listen`, where that is a socket.

        While Slack cannot be reached, the workspace of last time serves, and a thread goes on
        trying; with none, senders are asked to try again. Raises SlackRefusesUs.
        """
        try:
            self._go_online(listen=listen)
        except Postpone as error:
            logger.warning("Slack cannot be reached (%s); leads are kept until it is back", error)
            self._workspace = self._workspace or self._workspace_of_last_time()
            again = partial(self._keep_trying, listen=listen)
            self._reconnecting = threading.Thread(target=again, name="reconnect", daemon=True)
            self._reconnecting.start()

    def _go_online(self, *, listen: bool) -> None:
        token = self.settings.slack_app_token
        try:
            self._install()
            if listen and token is not None:
                self.listening.connect(token.get_secret_value())
        except SlackRefused as error:
            raise SlackRefusesUs(method=error.method, code=error.code) from error

    def _workspace_of_last_time(self) -> Workspace | None:
        with self.store.transaction() as session:
            known = session.scalars(select(Workspace).limit(2)).all()
        return known[0] if len(known) == 1 else None

    def _keep_trying(self, *, listen: bool) -> None:
        while not self._closing.wait(_RECONNECT_SECONDS):
            try:
                self._go_online(listen=listen)
            except (Postpone, DatabaseDown) as error:
                logger.warning("still not connected: %s", error)
            except SlackRefusesUs:
                logger.exception("Slack is back, and refuses us")
                return
            else:
                return

    def _install(self) -> None:
        me = self.slack.call("auth.test")
        channel = self._known_channel(me["team_id"]) or self.slack.channel_id(self.settings.channel)
        with self.store.transaction() as session:
            workspace = people_service.install(
                session,
                team_id=me["team_id"],
                name=me["team"],
                bot_user_id=me["user_id"],
                channel=channel,
                timezone=self.settings.timezone,
                currency=self.settings.currency,
            )
            set_schedules(session, workspace, self.services)
        self._warn_of_others(workspace)
        self.listening.identify(me["team_id"], me["user_id"])
        self._workspace = workspace

    def _known_channel(self, team_id: str) -> str | None:
        with self.store.transaction() as session:
            return session.scalar(select(Workspace.channel).where(Workspace.team_id == team_id))

    def _warn_of_others(self, workspace: Workspace) -> None:
        """Say where the environment asks for something that the workspace has otherwise by now."""
        settings = {
            "HANDOFF_TIMEZONE": (self.settings.timezone, workspace.timezone),
            "HANDOFF_CURRENCY": (self.settings.currency, workspace.currency),
        }
        for name, (wanted, own) in settings.items():
            if name.removeprefix("HANDOFF_").lower() in self.settings.model_fields_set and (
                wanted != own
            ):
                logger.warning(
                    "%s is %s, and the workspace keeps its own, %s: `handoff workspace` changes it",
                    name, wanted, own,
                )  # fmt: skip

    def work(self) -> Worker:
        """Start a worker; it is stopped with the application."""
        worker = Worker(self.store, self.tasks)
        worker.start()
        self._resources.callback(worker.stop)
        return worker

    def close(self) -> None:
        """Stop what was started, in the reverse order."""
        self._closing.set()
        if self._reconnecting is not None:
            self._reconnecting.join()  # it may be using the store, or opening a socket
        self.listening.stop()
        self._resources.close()

    def _slack_problem(self) -> str | None:
        if self._workspace is None:
            return "not connected to Slack yet"
        if self.settings.socket_mode and not self.listening.is_connected:
            return "the Socket Mode connection is down"
        return None


def set_schedules(session: Session, workspace: Workspace, services: Services | None = None) -> None:
    """Let the clock do all that comes in this workspace, in its zone; with the services of an
    application, do whatever else a workspace needs at its start."""
    install(CAPABILITIES, session, workspace, services)


def build(settings: Settings) -> Application:
    """Open the database (the embedded one is started and migrated) and wire the application.

    Raises WrongSettings, NoEmbeddedServer, DatabaseDown, NotMigrated, UnknownRevision.
    """
    _check_sources(settings)
    with ExitStack() as resources:
        store = Store(resources.enter_context(database(settings.url, settings.data_dir)))
        resources.callback(store.close)
        see_to_schema(store, ours=settings.url is None)
        return Application(settings, store, resources.pop_all())


def crm_of(settings: Settings, store: Store) -> Connection | None:
    """The CRM that the settings name, if they name one. Raises WrongSettings."""
    access = access_of(settings)
    if access is None:
        return None
    return Connection(store, settings.crm, access, settings.crm_fallback_owner)


def access_of(settings: CrmSettings) -> Access | None:
    """How the CRM is reached that the settings name, if they name one. Raises WrongSettings."""
    if settings.crm == "none":
        return None
    if settings.crm not in ADAPTERS:
        known = ", ".join(sorted(ADAPTERS))
        raise WrongSettings(problems=f"HANDOFF_CRM has to be one of {known} or none.")
    access = Access(
        address=settings.crm_url, key=settings.crm_key, client_id=settings.crm_client_id,
        database=settings.crm_database, hook_secret=settings.crm_hook_secret,
        public_url=settings.public_url,
    )  # fmt: skip
    missing = [
        _CRM_SETTINGS[name]
        for name in ADAPTERS[settings.crm].needs
        if not _given(getattr(access, name))
    ]
    if missing:
        raise WrongSettings(
            problems=f"HANDOFF_CRM is {settings.crm}, which needs {', '.join(missing)} too."
        )
    return access


def _given(value: str | SecretStr) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


_CRM_SETTINGS = {
    "address": "HANDOFF_CRM_URL", "key": "HANDOFF_CRM_KEY", "client_id": "HANDOFF_CRM_CLIENT_ID",
    "database": "HANDOFF_CRM_DATABASE", "hook_secret": "HANDOFF_CRM_HOOK_SECRET",
    "public_url": "HANDOFF_PUBLIC_URL",
}  # fmt: skip
"""The settings behind the fields of `Access`."""


def _check_sources(settings: Settings) -> None:
    """Only here it is known which sources there are. Raises WrongSettings."""
    signed = {slug for slug, source in SOURCES.items() if source.verify}
    fetched = {slug for slug, source in SOURCES.items() if source.fetching}
    named = {
        "HANDOFF_SOURCES": (set(settings.sources), signed),
        "HANDOFF_SOURCE_TOKENS": (set(settings.source_tokens), fetched),
        "HANDOFF_SOURCE_APIS": (set(settings.source_apis), fetched),
    }
    problems = [
        f"{name} names {', '.join(sorted(unknown))}, but can only name {', '.join(sorted(known))}."
        for name, (given, known) in named.items()
        if (unknown := given - known)
    ]
    if problems:
        raise WrongSettings(problems=" ".join(problems))


def see_to_schema(store: Store, *, ours: bool) -> None:
    """Migrate the embedded database; of a served one only ask that someone did.

    A newer schema is fine where it still serves this version. Raises NotMigrated, UnknownRevision.
    """
    if ours:
        migrate.upgrade(store.engine)
    elif not migrate.is_current(store.engine):
        raise NotMigrated(current=migrate.current(store.engine), head=migrate.head())


def web() -> FastAPI:
    """The application for a web process of several: connected and closed by the server."""
    logs.configure()
    application = build(load(Settings))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        application.connect()
        yield
        application.close()

    application.asgi.router.lifespan_context = lifespan
    return application.asgi
