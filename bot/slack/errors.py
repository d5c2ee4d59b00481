"""What Slack answers, as exceptions that say what to do about it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.jobs import GiveUp, Postpone

# The person or an admin has to act; trying again changes nothing.
_NEEDS_ADMIN = {
    "account_inactive", "channel_not_found", "ekm_access_denied", "invalid_auth", "is_archived",
    "missing_scope", "not_authed", "not_in_channel", "restricted_action", "token_expired",
    "token_revoked", "org_login_required", "team_access_not_granted",
}  # fmt: skip
_CANNOT_MESSAGE = {"user_disabled", "user_not_found", "user_not_visible", "messages_tab_disabled",
                   "cannot_dm_bot", "users_not_found"}  # fmt: skip
_OURS_TO_MEND = {"invalid_blocks", "invalid_blocks_format", "msg_too_long",
                 "msg_blocks_too_long", "no_text", "view_too_large"}  # fmt: skip
_TRIGGER_EXPIRED = {"expired_trigger_id", "trigger_expired"}
_MESSAGE_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
# What the SDK says of an answer that is no JSON: a proxy's page, or Slack's own when it is down.
_NO_JSON = "Received a response in a non-JSON format"
_OUTAGE_SECONDS = 5.0


class RateLimited(Postpone):
    """Slack asks us to wait (HTTP 429, `Retry-After`)."""


class SlackDown(Postpone):
    """Slack did not answer, or answered with a server error."""


class SlackRefused(GiveUp):
    """Slack understood and refused; `code` is Slack's own error string."""

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        super().__init__(f"{method}: {code}{' ' + detail if detail else ''}")
        self.method = method
        self.code = code


class NeedsAdmin(SlackRefused):
    """An admin has to mend the installation or the channel."""


class CannotMessage(SlackRefused):
    """This person cannot be messaged."""


class BadMessage(SlackRefused):
    """The message breaks one of Slack's rules: ours to mend."""


class MessageGone(SlackRefused):
    """The message to update was deleted."""


class TriggerExpired(SlackRefused):
    """More than three seconds have passed since the click or command that opens a modal."""


class TooLarge(SlackRefused):
    """The file is larger than we take."""


_KINDS: list[tuple[set[str], type[SlackRefused]]] = [
    (_NEEDS_ADMIN, NeedsAdmin),
    (_CANNOT_MESSAGE, CannotMessage),
    (_OURS_TO_MEND, BadMessage),
    (_MESSAGE_GONE, MessageGone),
    (_TRIGGER_EXPIRED, TriggerExpired),
]
_TRANSIENT = {"internal_error", "fatal_error", "service_unavailable", "request_timeout",
              "team_added_to_org"}  # fmt: skip


@contextmanager
def told_apart(method: str) -> Iterator[None]:
    """Let what the SDK raises while it calls `method` be one of the exceptions above."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(method, error) from error
    except (SlackClientError, httpx.HTTPError, OSError) as error:
        raise SlackDown(_OUTAGE_SECONDS, f"{method}: {type(error).__name__}") from error


def _refusal(method: str, error: SlackApiError) -> Postpone | SlackRefused:
    """The exception for an answer of Slack that is not ok."""
    response = error.response
    status = getattr(response, "status_code", 200)
    if status == 429:
        return RateLimited(_retry_after(response.headers), f"{method}: ratelimited")
    # The SDK hands a body that is not JSON through as text.
    code = response.get("error", "") if isinstance(getattr(response, "data", None), dict) else ""
    if status >= 500 or code in _TRANSIENT or code.startswith(_NO_JSON):
        return SlackDown(_OUTAGE_SECONDS, f"{method}: HTTP {status} {code}".rstrip())
    if code == "ratelimited":
        return RateLimited(1.0, f"{method}: ratelimited")
    kind = next((kind for codes, kind in _KINDS if code in codes), SlackRefused)
    return kind(method, code or "unknown_error", _detail(response))


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((headers[name] for name in headers if name.lower() == "retry-after"), 1)
    return float(value[0] if isinstance(value, list) else value)


def _detail(response: Any) -> str:
    metadata = response.get("response_metadata") or {}
    return "; ".join(metadata.get("messages") or [])
