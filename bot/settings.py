"""The settings: the only reader of the environment.

Every setting stands here once, with the sentence that `.env.example` repeats; what is wrong is
reported all at once, one sentence per setting, and stops the start.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import HandoffError


class WrongSettings(HandoffError):
    """Handoff cannot start. {problems}"""


def _default_data_dir() -> Path:
    """The usual place for an application's data; for root one that others may pass through."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/handoff")
    return Path.home() / ".local" / "share" / "handoff"


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


_Keys = Annotated[dict[str, SecretStr], NoDecode, _pairs("name:key", "[a-z0-9_-]{1,40}", 16)]
_Secrets = Annotated[dict[str, SecretStr], NoDecode, _pairs("source:secret", "[a-z_]+", 8)]
_Addresses = Annotated[dict[str, str], NoDecode, _pairs("source:address", "[a-z_]+", 8)]


class StoreSettings(BaseSettings):
    """Where the data lives: all that `handoff db` and `handoff jobs` need."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="A PostgreSQL server (15 or newer) as postgresql://user:password@host/name. "
        "Empty: Handoff runs its own in its data directory.",
    )
    data_dir: Path = Field(
        default_factory=_default_data_dir,
        validation_alias="HANDOFF_DATA_DIR",
        description="Directory for the embedded database. "
        "Default: ~/.local/share/handoff (root: /var/lib/handoff).",
    )

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme = r"^postgres(ql)?(\+psycopg)?://"
        if not re.match(scheme, value.get_secret_value()):
            raise ValueError("must be a PostgreSQL address: postgresql://user:password@host/name")
        return SecretStr(re.sub(scheme, "postgresql+psycopg://", value.get_secret_value()))

    @property
    def url(self) -> str | None:
        """The address of the database server; None for the embedded one."""
        return self.database_url.get_secret_value() if self.database_url else None


class Settings(StoreSettings):
    """All settings, read from the environment and from a `.env` file beside the command."""

    slack_bot_token: SecretStr = Field(
        description="Bot token (xoxb-…) from your Slack app's page, OAuth & Permissions."
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="App-level token (xapp-…, scope connections:write). Set: Socket Mode, "
        "no public address needed.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret, Basic Information. Needed where Slack reaches the app "
        "over HTTP.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Address of Slack's Web API; another one points the app at a stand-in.",
    )
    channel: str = Field(
        validation_alias="HANDOFF_CHANNEL",
        description="The shared channel of marketing and sales: its ID (C0123456789) or #name.",
    )
    timezone: str = Field(
        default="UTC",
        validation_alias="HANDOFF_TIMEZONE",
        description="Time zone of the workspace (Europe/Berlin), for weeks, standups and digests.",
    )
    currency: str = Field(
        default="EUR",
        validation_alias="HANDOFF_CURRENCY",
        description="Currency of budgets and revenue, three letters of ISO 4217.",
    )
    admin: str | None = Field(
        default=None,
        validation_alias="HANDOFF_ADMIN",
        description="Slack member ID (U0123456789) of the first admin. "
        "Empty: whoever opens /handoff people first.",
    )
    lead_keys: _Keys = Field(
        default_factory=dict,
        validation_alias="HANDOFF_LEAD_KEYS",
        description="Keys of those who send leads, as name:key pairs with commas between "
        "(website:k3y…,zapier:0th3r…). A key has at least 16 characters.",
    )
    thanks_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        validation_alias="HANDOFF_THANKS_ORIGINS",
        description="Origins that a form may send its visitor back to, with commas between "
        "(https://example.com).",
    )
    sources: _Secrets = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCES",
        description="Products that send leads, as source:secret pairs with commas between "
        "(typeform:s3cret…,meta:s3cret…). `handoff sources` says how to set up each.",
    )
    source_tokens: _Secrets = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCE_TOKENS",
        description="Access tokens of products whose hooks only name a lead, as source:token "
        "pairs (meta:…,hubspot:…).",
    )
    source_apis: _Addresses = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCE_APIS",
        description="Other addresses of these products' APIs, as source:address pairs. "
        "Default: the products' own.",
    )
    public_url: str = Field(
        default="",
        validation_alias="HANDOFF_PUBLIC_URL",
        description="How the world reaches the web process (https://handoff.example.com); part "
        "of what HubSpot signs.",
    )
    host: str = Field(
        default="0.0.0.0",  # noqa: S104 - a web process serves its network; the demo says 127.0.0.1
        validation_alias="HANDOFF_HOST",
        description="Address that the web process listens on.",
    )
    port: int = Field(
        default=3000, ge=0, le=65535, description="Port that the web process listens on."
    )

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/\s?#]+/?", value):
            raise ValueError("must be an address such as https://handoff.example.com")
        return value.rstrip("/")

    @field_validator("thanks_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = [origin.strip().rstrip("/") for origin in value.split(",") if origin.strip()]
        if not all(re.fullmatch(r"https?://[^/\s]+", origin) for origin in origins):
            raise ValueError("must be origins such as https://example.com, with commas between")
        return origins

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("must be a bot token, which starts with xoxb-")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("must be an app-level token, which starts with xapp-")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not re.fullmatch(r"https?://\S+", value):
            raise ValueError("must be an address such as https://slack.com/api/")
        return value.rstrip("/") + "/"

    @field_validator("channel")
    @classmethod
    def _channel(cls, value: str) -> str:
        if not re.fullmatch(r"#[^\s#]{1,80}|[CG][A-Z0-9]{2,}", value):
            raise ValueError("must be a channel's ID (C0123456789) or its #name")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError("must be a time zone such as Europe/Berlin") from None
        return value

    @field_validator("currency")
    @classmethod
    def _iso_4217(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", value):
            raise ValueError("must be three capital letters such as EUR")
        return value

    @field_validator("admin")
    @classmethod
    def _member(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[UW][A-Z0-9]{2,}", value):
            raise ValueError("must be a member ID such as U0123456789")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if not self.slack_app_token and not self.slack_signing_secret:
            raise ValueError(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): set one of them, "
                "else Slack cannot reach the app"
            )
        return self

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's requests come over Socket Mode instead of HTTP."""
        return self.slack_app_token is not None


def environment_name(field: str) -> str:
    """The name of the setting's environment variable."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else field.upper()


AnySettings = TypeVar("AnySettings", bound=StoreSettings)


def load(kind: type[AnySettings]) -> AnySettings:
    """Read the settings of one kind, `Settings` or `StoreSettings`.

    Raises WrongSettings with one sentence for each missing or wrong setting; a value is never
    repeated in it, since it may be a secret.
    """
    try:
        return kind()
    except ValidationError as error:
        problems = [_problem(dict(detail)) for detail in error.errors()]
        raise WrongSettings(problems="".join(f"\n- {line}" for line in problems)) from None


def _problem(detail: dict[str, object]) -> str:
    """One sentence on one wrong setting."""
    place = detail["loc"]
    reason = str(detail["msg"]).removeprefix("Value error, ")
    if not isinstance(place, tuple) or not place:
        return f"{reason}."
    name = str(place[0])
    fields = {environment_name(field): field for field in Settings.model_fields}
    field = fields.get(name) or name
    variable = environment_name(field) if field in Settings.model_fields else name.upper()
    if detail["type"] == "missing":
        return f"{variable} is missing. {Settings.model_fields[field].description}"
    return f"{variable} {reason[0].lower()}{reason[1:]}."
