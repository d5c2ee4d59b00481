"""The kinds of values that settings have, each with the sentence that says what one looks like."""

import re
from base64 import b64decode
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.money import is_currency


def _like(pattern: str, sentence: str) -> AfterValidator:
    """A word that the pattern matches; the empty one stands for none where that is the default."""

    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


def _secret(*, start: str, sentence: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(start):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


def _pairs(of: str, name: str, least: int) -> BeforeValidator:
    """`name:value` pairs with commas between; the value may hold colons."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        split = (pair.partition(":") for pair in value.split(",") if pair.strip())
        pairs = {left.strip(): right.strip() for left, _, right in split}
        if not all(
            re.fullmatch(name, left) and len(right) >= least for left, right in pairs.items()
        ):
            raise ValueError(
                f"must be {of} pairs with commas between; a name has lower-case letters, "
                f"digits, - and _, what follows it at least {least} characters"
            )
        return pairs

    return BeforeValidator(read)


def _webhook_address(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"https?://[^\s/@?#]+(?:[/?]\S*)?", value.get_secret_value()):
        raise ValueError(
            "must be addresses such as https://example.com/hook, without a user's name or password"
        )
    return value


def _webhook_secrets(value: SecretStr) -> SecretStr:
    """One secret of Standard Webhooks, or several with spaces between."""
    secrets = value.get_secret_value().split()
    if not secrets or not all(map(_is_webhook_secret, secrets)):
        raise ValueError(
            "must be name:secret pairs; a secret is whsec_ and 24 to 64 bytes in base64, as "
            "`handoff webhooks secret` makes one"
        )
    return SecretStr(" ".join(secrets))


def _is_webhook_secret(secret: str) -> bool:
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and 24 <= len(key) <= 64


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("must be a time zone such as Europe/Berlin") from None
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError("must be the code of a currency (ISO 4217), such as EUR or USD")
    return value


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    origins = [origin.strip().rstrip("/") for origin in value.split(",") if origin.strip()]
    if not all(re.fullmatch(r"https?://[^/\s]+", origin) for origin in origins):
        raise ValueError("must be origins such as https://example.com, with commas between")
    return origins


def _networks(value: str) -> str:
    try:
        networks = [str(ip_network(each.strip())) for each in value.split(",") if each.strip()]
    except ValueError:
        raise ValueError(
            "must be addresses or networks such as 10.0.0.5 or 172.16.0.0/12, with commas between"
        ) from None
    return ",".join(networks)


Keys = Annotated[dict[str, SecretStr], NoDecode, _pairs("name:key", "[a-z0-9_-]{1,40}", 16)]
Secrets = Annotated[dict[str, SecretStr], NoDecode, _pairs("source:secret", "[a-z_]+", 8)]
Addresses = Annotated[dict[str, str], NoDecode, _pairs("source:address", "[a-z_]+", 8)]
WebhookAddresses = Annotated[
    dict[str, Annotated[SecretStr, AfterValidator(_webhook_address)]],
    NoDecode, _pairs("name:address", "[a-z0-9_-]{1,40}", 8),
]  # fmt: skip
WebhookSecrets = Annotated[
    dict[str, Annotated[SecretStr, AfterValidator(_webhook_secrets)]],
    NoDecode, _pairs("name:secret", "[a-z0-9_-]{1,40}", 1),
]  # fmt: skip
Origins = Annotated[list[str], NoDecode, BeforeValidator(_origins)]
Proxies = Annotated[str, AfterValidator(_networks)]
BotToken = Annotated[
    SecretStr, _secret(start="xoxb-", sentence="must be a bot token, which starts with xoxb-")
]
AppToken = Annotated[
    SecretStr,
    _secret(start="xapp-", sentence="must be an app-level token, which starts with xapp-"),
]
ClientId = Annotated[
    str, _like(r"\d+\.\d+", "must be a client ID, two numbers with a point between")
]
ApiAddress = Annotated[
    str,
    _like(r"https?://\S+", "must be an address such as https://slack.com/api/"),
    AfterValidator(lambda value: value.rstrip("/") + "/"),
]
ApiRoot = Annotated[
    str,
    _like(r"https?://\S+", "must be an address such as https://example.my.salesforce.com"),
    AfterValidator(lambda value: value.rstrip("/")),
]
PublicAddress = Annotated[
    str,
    _like(r"https?://[^/\s?#]+/?", "must be an address such as https://handoff.example.com"),
    AfterValidator(lambda value: value.rstrip("/")),
]
ChannelName = Annotated[
    str,
    _like(r"#[^\s#]{1,80}|[CG][A-Z0-9]{2,}", "must be a channel's ID (C0123456789) or its #name"),
]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Member = Annotated[str, _like(r"[UW][A-Z0-9]{2,}", "must be a member ID such as U0123456789")]
