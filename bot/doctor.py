"""`handoff doctor`: looks at everything the app depends on, and says what to fix."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.app import access_of  # which knows every table, to compare the database with
from bot.crm.adapters import ADAPTERS
from bot.crm.http import no_pace
from bot.crm.port import Blocked, Busy
from bot.errors import HandoffError
from bot.people.models import Workspace
from bot.reports.site.login import SIGNED_IN
from bot.settings import Settings
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
    """What is wrong and how to fix it; None where all is well."""
    is_optional: bool = False
    """Whether nothing is wrong: it is not set up, and all else works without."""


def examine(settings: Settings, say: Callable[[str], None]) -> bool:
    """Check everything and tell about each with `say`; returns whether all is well."""
    findings = [*_slack(settings), _database(settings), _senders(settings), _sign_in(settings)]
    findings.append(_crm(settings))
    for what, problem, is_optional in findings:
        mark = "–" if is_optional else "✗"
        say(f"{mark} {what}: {problem}" if problem else f"✓ {what}")
    wrong = sum(bool(finding.problem) and not finding.is_optional for finding in findings)
    say(f"{wrong} to fix." if wrong else "All is well.")
    return not wrong


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


def _database(settings: Settings) -> Finding:
    ours = settings.url is None
    what = f"Embedded database in {settings.data_dir}" if ours else "Database"
    try:
        with database(settings.url, settings.data_dir) as address:
            return Finding(what, _schema_problem(address, ours=ours))
    except HandoffError as error:
        return Finding(what, error.message)


def _schema_problem(address: str, *, ours: bool) -> str | None:
    store = Store(address)
    try:
        if ours:
            migrate.upgrade(store.engine)
        return "; ".join(migrate.problems(store.engine)) or None
    finally:
        store.close()


def _senders(settings: Settings) -> Finding:
    count = len(settings.lead_keys) + len(settings.form_keys) + len(settings.sources)
    fix = (
        "HANDOFF_LEAD_KEYS, HANDOFF_FORM_KEYS and HANDOFF_SOURCES are empty, so no program, form "
        "or ad platform can send leads yet."
    )
    return Finding(f"Senders of leads: {count}", None if count else fix)


def _sign_in(settings: Settings) -> Finding:
    what = "Sign in with Slack, for the report page"
    if missing := settings.missing_for_sign_in:
        fix = f"not set up, so there is no report page ({', '.join(missing)} missing)."
        return Finding(what, fix, is_optional=not settings.slack_client_id)
    if not settings.public_url.startswith("https://") and not _is_loopback(settings.public_url):
        return Finding(what, "HANDOFF_PUBLIC_URL has to begin with https://, else Slack refuses.")
    return Finding(f"{what}; redirect URL {settings.public_url}{SIGNED_IN}", None)


def _crm(settings: Settings) -> Finding:
    try:
        access = access_of(settings)
    except HandoffError as error:
        return Finding("CRM", error.message)
    if access is None:
        return Finding("CRM", "none is connected (HANDOFF_CRM).", is_optional=True)
    adapter = ADAPTERS[settings.crm]
    try:
        with closing(adapter.connect(access, no_pace)) as crm:
            crm.users()
    except (Busy, Blocked) as error:
        return Finding(adapter.name, f"{error.detail}. `handoff crm check` says what to do.")
    return Finding(f"{adapter.name}; `handoff crm check` looks at its fields and rights", None)


def _is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in ("127.0.0.1", "localhost")
