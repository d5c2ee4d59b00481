"""`handoff doctor`: looks at everything the app depends on, and says of each thing whether it is
fine, not set up or broken, and what to do."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.app import access_of  # which knows every table, to compare the database with
from bot.crm.adapters import ADAPTERS
from bot.crm.http import no_pace
from bot.crm.port import Blocked, Busy
from bot.errors import HandoffError
from bot.formats import plural
from bot.people.models import Person, Role, Workspace
from bot.reports.site.login import SIGNED_IN
from bot.settings import (
    CrmSettings,
    IntegrationSettings,
    Settings,
    StoreSettings,
    WrongSettings,
    load,
)
from bot.slack import Slack
from bot.slack.errors import SlackRefused
from bot.store import Store, migrate
from bot.store.embedded import database
from bot.tasks import Postpone

# Slack refuses signatures that are more than five minutes off; half of that is a warning in time.
_CLOCK_TOLERANCE_SECONDS = 150


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    problem: str | None
    """What is wrong or missing, and what to do; None where it is fine."""
    is_broken: bool = True
    """Whether the problem is one; else it is not set up, and all that is works."""

    def __str__(self) -> str:
        if not self.problem:
            return f"✓ {self.what}"
        if self.is_broken:
            return f"✗ {self.what}: {self.problem}"
        return f"– {self.what}: not set up. {self.problem}"


def examine(
    settings: StoreSettings | None, say: Callable[[str], None], found: Iterable[Finding] = ()
) -> bool:
    """Check everything that these settings name, and tell with `say` about each, after what was
    `found` already; returns whether Handoff can run and nothing is broken."""
    findings = list(found)
    if isinstance(settings, Settings):
        findings += _slack(settings)
    if isinstance(settings, StoreSettings):
        findings += _database(settings)
    if isinstance(settings, IntegrationSettings):
        findings.append(_senders(settings))
    if isinstance(settings, Settings):
        findings.append(_sign_in(settings))
    if isinstance(settings, CrmSettings):
        findings.append(_crm(settings))
    for finding in findings:
        say(str(finding))
    problems = [finding.is_broken for finding in findings if finding.problem]
    if broken := sum(problems):
        say(f"{broken} to fix.")
    elif problems:
        say(f"Nothing is broken; {plural(len(problems), 'thing is', 'things are')} not set up.")
    else:
        say("All is well.")
    return isinstance(settings, Settings) and not broken


def settings_found() -> tuple[StoreSettings | None, list[Finding]]:
    """As many of the settings as can be read, and what is the matter with the others."""
    findings = list[Finding]()
    for kind in (Settings, IntegrationSettings, CrmSettings, StoreSettings):
        try:
            return load(kind), findings
        except WrongSettings as error:
            findings = findings or [
                *(Finding("Settings", line, is_broken=False) for line in error.missing),
                *(Finding("Settings", line) for line in error.wrong),
            ]
    return None, findings


def manifest() -> dict[str, Any]:
    """The app's manifest: beside the package in a checkout, inside it where it is installed."""
    inside = Path(__file__).parent / "manifest.json"
    beside = Path(__file__).parents[1] / "manifest.json"
    parsed: dict[str, Any] = json.loads((inside if inside.exists() else beside).read_text())
    return parsed


def _slack(settings: Settings) -> Iterator[Finding]:
    slack = Slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        answer = slack.web.auth_test()
    except (Postpone, SlackRefused) as error:
        yield Finding("Bot token", _token_problem(error))
        return
    yield Finding(f"Bot token of {answer['team']}", None)
    yield _scopes(answer.headers)
    yield _clock(answer.headers)
    yield _channel(slack, _own_channel(settings, answer["team_id"]) or settings.channel)
    yield _way_in(settings)


def _own_channel(settings: Settings, team_id: str) -> str | None:
    """The channel that the workspace has by now; None before its first start, or where the database
    cannot say: that is a finding of its own."""
    try:
        with (
            database(settings.url, settings.data_dir) as address,
            closing(Store(address)) as store,
            store.transaction() as session,
        ):
            return session.scalar(select(Workspace.channel).where(Workspace.team_id == team_id))
    except (HandoffError, SQLAlchemyError):
        return None


def _token_problem(error: Postpone | SlackRefused) -> str:
    if isinstance(error, SlackRefused):
        return f"Slack refuses it ({error.code}). Copy it again from OAuth & Permissions."
    return f"Slack cannot be reached ({error}). Check the network and SLACK_API_URL."


def _scopes(headers: Any) -> Finding:
    given = _header(headers, "x-oauth-scopes")
    wanted = set(manifest()["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - {scope.strip() for scope in given.split(",")})
    fix = f"{', '.join(missing)} missing. Update the app from manifest.json and reinstall it."
    return Finding("Scopes", fix if missing else None)


def _clock(headers: Any) -> Finding:
    theirs = _header(headers, "date")
    ahead = time.time() - parsedate_to_datetime(theirs).timestamp() if theirs else 0
    fix = f"{abs(ahead):.0f} s off from Slack's. Let NTP set it: Slack's signatures expire."
    return Finding("Clock", fix if abs(ahead) > _CLOCK_TOLERANCE_SECONDS else None)


def _header(headers: Any, name: str) -> str:
    """A response header, whatever its case; the SDK gives some as lists."""
    value = next((headers[key] for key in headers if key.lower() == name), "")
    return str(value[0] if isinstance(value, list) else value)


def _channel(slack: Slack, name: str) -> Finding:
    try:
        channel = slack.call("conversations.info", channel=slack.channel_id(name))["channel"]
    except (Postpone, SlackRefused) as error:
        return Finding(f"Channel {name}", f"{error}. Check HANDOFF_CHANNEL, or invite the app.")
    problem = None
    if channel.get("is_archived"):
        problem = "is archived. Choose another one with `handoff workspace --channel`."
    elif not channel.get("is_member"):
        problem = "the app is not a member. Write `/invite @Handoff` in it."
    elif channel.get("is_ext_shared"):
        problem = "is shared with another organisation, which would see every lead."
    return Finding(f"Channel #{channel['name']}", problem)


def _way_in(settings: Settings) -> Finding:
    if settings.slack_app_token is None:
        return Finding("HTTP, signed with SLACK_SIGNING_SECRET", None)
    slack = Slack(settings.slack_app_token.get_secret_value(), settings.slack_api_url)
    try:
        slack.call("apps.connections.open")
    except (Postpone, SlackRefused) as error:
        fix = f"{error}. SLACK_APP_TOKEN needs connections:write, and Socket Mode turned on."
        return Finding("Socket Mode", fix)
    return Finding("Socket Mode", None)


def _database(settings: StoreSettings) -> list[Finding]:
    ours = settings.url is None
    what = f"Embedded database in {settings.data_dir}" if ours else "Database"
    try:
        with (
            database(settings.url, settings.data_dir) as address,
            closing(Store(address)) as store,
        ):
            if ours:
                migrate.upgrade(store.engine)
            if problems := migrate.problems(store.engine):
                return [Finding(what, "; ".join(problems))]
            return [Finding(what, None), _salespeople(store)]
    except HandoffError as error:
        return [Finding(what, error.message)]


def _salespeople(store: Store) -> Finding:
    selling = Person.active & Person.roles.contains([Role.SALESPERSON])
    with store.transaction() as session:
        count = session.scalars(select(func.count()).select_from(Person).where(selling)).one()
    fix = "Nobody can claim a lead yet: open Handoff's home in Slack and choose *Set up Handoff*."
    return Finding(f"Salespeople: {count:,}", None if count else fix, is_broken=False)


def _senders(settings: IntegrationSettings) -> Finding:
    count = len(settings.lead_keys) + len(settings.form_keys) + len(settings.sources)
    fix = (
        "HANDOFF_LEAD_KEYS, HANDOFF_FORM_KEYS and HANDOFF_SOURCES are empty, so no program, form "
        "or ad platform can send leads yet. `handoff sources` says how to connect each."
    )
    return Finding(f"Senders of leads: {count}", None if count else fix, is_broken=False)


def _sign_in(settings: Settings) -> Finding:
    what = "Sign in with Slack, for the report page"
    if missing := settings.missing_for_sign_in:
        fix = f"There is no report page without {', '.join(missing)}."
        return Finding(what, fix, is_broken=bool(settings.slack_client_id))
    if not settings.public_url.startswith("https://") and not _is_loopback(settings.public_url):
        return Finding(what, "HANDOFF_PUBLIC_URL has to begin with https://, else Slack refuses.")
    return Finding(f"{what}; redirect URL {settings.public_url}{SIGNED_IN}", None)


def _crm(settings: CrmSettings) -> Finding:
    try:
        access = access_of(settings)
    except HandoffError as error:
        return Finding("CRM", error.message)
    if access is None:
        return Finding("CRM", "HANDOFF_CRM names the one that you use.", is_broken=False)
    adapter = ADAPTERS[settings.crm]
    try:
        with closing(adapter.connect(access, no_pace)) as crm:
            crm.users()
    except (Busy, Blocked) as error:
        return Finding(adapter.name, f"{error.detail}. `handoff crm check` says what to do.")
    return Finding(f"{adapter.name}; `handoff crm check` looks at its fields and rights", None)


def _is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in ("127.0.0.1", "localhost")
