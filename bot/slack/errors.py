"""What Slack answers, as exceptions that say what to do about it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

import httpx
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.retry_after import retry_after
from bot.tasks import GiveUp, Postpone

logger = logging.getLogger(__name__)

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
# Slack's documents, rate limits: about one message per second and channel.
_USUAL_SECONDS = 1.0


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


NO_ANSWER = (
    SlackClientError, httpx.HTTPError, HTTPException, OSError, ValueError, LookupError,
    AttributeError, RecursionError,
)  # fmt: skip
"""What the SDK and httpx raise where no answer comes, or one that is not Slack's: a connection that
breaks, a body in an unknown encoding, JSON that is no object."""


@contextmanager
def translated(method: str) -> Iterator[None]:
    """Translate what the SDK raises while it calls `method` into the exceptions above.

    Nothing else may stand in the block. What the SDK raises repeats the answer, and an answer can
    hold anything; so its exceptions are left behind.
    """
    try:
        yield
    except SlackApiError as error:
        raise _refusal(method, error.response) from None
    except UnicodeEncodeError:
        raise  # of what we wanted to send: no waiting mends it
    except NO_ANSWER as error:
        # Only what the system says of a connection is known to repeat nothing.
        why = error if isinstance(error, OSError) else type(error).__name__
        raise down(method, why) from None


def down(method: str, why: object) -> "SlackDown":
    """The exception for a call that got no answer of Slack's; it is logged here, since what is
    only waited out is seen nowhere else."""
    outage = SlackDown(_OUTAGE_SECONDS, f"{method}: {why}")
    logger.warning("Slack does not answer: %s", outage)
    return outage


def _refusal(method: str, response: Any) -> Postpone | SlackRefused:
    """The exception for an answer of Slack that is not ok."""
    status = getattr(response, "status_code", 200)
    if status == 429:
        return RateLimited(retry_after(response.headers, _USUAL_SECONDS), f"{method}: ratelimited")
    answer = getattr(response, "data", None)
    code = answer.get("error") if isinstance(answer, dict) and answer.get("ok") is False else None
    if not isinstance(code, str) or not code or code.startswith(_NO_JSON):
        return down(method, f"HTTP {status}, and not an answer of Slack's")
    if status >= 500 or code in _TRANSIENT:
        return down(method, f"HTTP {status} {code}")
    if code == "ratelimited":
        return RateLimited(_USUAL_SECONDS, f"{method}: ratelimited")
    kind = next((kind for codes, kind in _KINDS if code in codes), SlackRefused)
    return kind(method, code, _detail(answer))


def _detail(answer: Any) -> str:
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(map(str, messages)) if isinstance(messages, list) else ""
