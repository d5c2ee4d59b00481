"""The settings: the only reader of the environment.

Every setting stands here once, with the sentence that `.env.example` repeats; what is wrong is
reported all at once, one sentence per setting, and stops the start.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self, TypeVar, cast

from pydantic import (
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import HandoffError
from bot.setting_kinds import (
    Addresses,
    ApiAddress,
    ApiRoot,
    AppToken,
    BotToken,
    ChannelName,
    ClientId,
    Currency,
    Keys,
    Member,
    Origins,
    Proxies,
    PublicAddress,
    Secrets,
    WebhookAddresses,
    WebhookSecrets,
    Zone,
)


class WrongSettings(HandoffError):
    """Handoff cannot start. {problems}"""

    exit_code = 2

    def __init__(
        self, *, problems: str, missing: Sequence[str] = (), wrong: Sequence[str] = ()
    ) -> None:
        """`missing` and `wrong` are the sentences of which `problems` is made."""
        self.missing, self.wrong = missing, wrong
        super().__init__(problems=problems)


class WrongValue(HandoffError):
    """The {field} {reason}."""

    exit_code = 2


def _default_data_dir() -> Path:
    """The usual place for an application's data; for root one that others may pass through."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/handoff")
    return Path.home() / ".local" / "share" / "handoff"


class StoreSettings(BaseSettings):
    """Where the data lives: all that `handoff db` and `handoff jobs` need."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
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


class CrmSettings(StoreSettings):
    """How the CRM is reached: all that `handoff crm check` needs, before Slack is set up."""

    crm: str = Field(
        default="none",
        validation_alias="HANDOFF_CRM",
        description="The CRM in which every lead is: hubspot, odoo, salesforce or none. "
        "`handoff crm check` says whether all is right.",
    )
    crm_url: ApiRoot = Field(
        default="",
        validation_alias="HANDOFF_CRM_URL",
        description="Address of the CRM (https://example.my.salesforce.com). "
        "Default: the vendor's own, where it has one for everybody.",
    )
    crm_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="HANDOFF_CRM_KEY",
        description="The CRM's API key or access token; for Salesforce the client secret.",
    )
    crm_client_id: str = Field(
        default="",
        validation_alias="HANDOFF_CRM_CLIENT_ID",
        description="Salesforce: the client ID (consumer key) of the app.",
    )
    crm_database: str = Field(
        default="",
        validation_alias="HANDOFF_CRM_DATABASE",
        description="Odoo: the database, where the server has several.",
    )
    crm_hook_secret: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="HANDOFF_CRM_HOOK_SECRET",
        description="Proves that the CRM calls: HubSpot's client secret, or for Odoo a word of "
        "your own. Empty: its changes are read every minute, and not sooner.",
    )
    crm_fallback_owner: str = Field(
        default="",
        validation_alias="HANDOFF_CRM_FALLBACK_OWNER",
        description="Email address of the user who owns leads in the CRM whose owner in Slack has "
        "no user there. Empty: they have no owner there.",
    )
    public_url: PublicAddress = Field(
        default="",
        validation_alias="HANDOFF_PUBLIC_URL",
        description="How the world reaches the web process (https://handoff.example.com); part "
        "of what HubSpot signs, and where Slack sends people back who sign in.",
    )


class IntegrationSettings(CrmSettings):
    """Which programs send leads and are told of changes: all that `handoff sources` and `handoff
    webhooks` need, before Slack is set up."""

    lead_keys: Keys = Field(
        default_factory=dict,
        validation_alias="HANDOFF_LEAD_KEYS",
        description="Keys of programs that send leads to the API, as name:key pairs with commas "
        "between (website:k3y…,zapier:0th3r…). A key has at least 16 characters.",
    )
    form_keys: Keys = Field(
        default_factory=dict,
        validation_alias="HANDOFF_FORM_KEYS",
        description="Keys of forms on web pages, as name:key pairs with commas between "
        "(contact:k3y…). Whoever reads the page knows its key, so it opens nothing else.",
    )
    report_keys: Keys = Field(
        default_factory=dict,
        validation_alias="HANDOFF_REPORT_KEYS",
        description="Keys of those who read the figures, and the conversions for ad platforms, "
        "over the API, as name:key pairs with commas between (warehouse:k3y…). A key has at least "
        "16 characters.",
    )
    thanks_origins: Origins = Field(
        default_factory=list,
        validation_alias="HANDOFF_THANKS_ORIGINS",
        description="Origins that a form may send its visitor back to, with commas between "
        "(https://example.com).",
    )
    sources: Secrets = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCES",
        description="Products that send leads, as source:secret pairs with commas between "
        "(typeform:s3cret…,meta:s3cret…). `handoff sources` says how to set up each.",
    )
    source_tokens: Secrets = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCE_TOKENS",
        description="Access tokens of products whose hooks only name a lead, as source:token "
        "pairs (meta:…,hubspot:…).",
    )
    source_apis: Addresses = Field(
        default_factory=dict,
        validation_alias="HANDOFF_SOURCE_APIS",
        description="Other addresses of these products' APIs, as source:address pairs. "
        "Default: the products' own.",
    )
    webhooks: WebhookAddresses = Field(
        default_factory=dict,
        validation_alias="HANDOFF_WEBHOOKS",
        description="Where every change of a lead is told, as name:address pairs with commas "
        "between (zapier:https://hooks.example.com/1,n8n:https://…). `handoff webhooks` lists "
        "them.",
    )
    webhook_secrets: WebhookSecrets = Field(
        default_factory=dict,
        validation_alias="HANDOFF_WEBHOOK_SECRETS",
        description="What their messages are signed with, as name:secret pairs "
        "(zapier:whsec_…). `handoff webhooks secret` makes one; two with a space between while "
        "the receiver changes over.",
    )
    webhooks_private: bool = Field(
        default=False,
        validation_alias="HANDOFF_WEBHOOKS_PRIVATE",
        description="Whether webhooks may go to this machine, to private networks and over http. "
        "Default: false.",
    )

    @model_validator(mode="after")
    def _forms_apart(self) -> Self:
        secret = {
            key.get_secret_value()
            for keys in (self.lead_keys, self.report_keys, self.sources)
            for key in keys.values()
        }
        shared = [name for name, key in self.form_keys.items() if key.get_secret_value() in secret]
        if shared:
            raise ValueError(
                f"HANDOFF_FORM_KEYS: the key of {', '.join(shared)} opens something else too; a "
                "form's key is public, so give the form one of its own"
            )
        return self

    @model_validator(mode="after")
    def _signed_webhooks(self) -> Self:
        if unsigned := sorted(self.webhooks.keys() - self.webhook_secrets.keys()):
            raise ValueError(
                f"HANDOFF_WEBHOOK_SECRETS: there is no secret for {', '.join(unsigned)}; "
                "`handoff webhooks secret` makes one"
            )
        plain = [
            name
            for name, address in self.webhooks.items()
            if not self.webhooks_private and address.get_secret_value().startswith("http:")
        ]
        if plain:
            raise ValueError(
                f"HANDOFF_WEBHOOKS: the address of {', '.join(plain)} must begin with https://"
            )
        return self


class Settings(IntegrationSettings):
    """All settings, read from the environment and from a `.env` file beside the command."""

    slack_bot_token: BotToken = Field(
        description="Bot token (xoxb-…) from your Slack app's page, OAuth & Permissions."
    )
    slack_app_token: AppToken | None = Field(
        default=None,
        description="App-level token (xapp-…, scope connections:write). Set: Socket Mode, "
        "no public address needed.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret, Basic Information. Needed where Slack reaches the app "
        "over HTTP.",
    )
    slack_client_id: ClientId = Field(
        default="",
        description="Client ID of the app, Basic Information. With the client secret and "
        "HANDOFF_PUBLIC_URL, people sign in with Slack to read the report page; without, there is "
        "no such page.",
    )
    slack_client_secret: SecretStr | None = Field(
        default=None, description="Client secret of the app, Basic Information."
    )
    slack_api_url: ApiAddress = Field(
        default="https://slack.com/api/",
        description="Address of Slack's Web API; another one points the app at a stand-in.",
    )
    channel: ChannelName = Field(
        validation_alias="HANDOFF_CHANNEL",
        description="The shared channel of marketing and sales at the first start: its ID "
        "(C0123456789) or #name. Later it is changed in Slack, with *Set up Handoff*.",
    )
    timezone: Zone = Field(
        default="UTC",
        validation_alias="HANDOFF_TIMEZONE",
        description="Time zone of the workspace (Europe/Berlin) at the first start, for weeks, "
        "standups and digests. Empty: *Set up Handoff* in Slack asks, as it does later.",
    )
    currency: Currency = Field(
        default="EUR",
        validation_alias="HANDOFF_CURRENCY",
        description="Currency of budgets and revenue at the first start, three letters of ISO "
        "4217. Empty: *Set up Handoff* in Slack asks, as it does later.",
    )
    admin: Member | None = Field(
        default=None,
        validation_alias="HANDOFF_ADMIN",
        description="Slack member ID (U0123456789) of the first admin. "
        "Empty: whoever sets Handoff up first.",
    )
    proxies: Proxies = Field(
        default="127.0.0.1,::1",
        validation_alias="HANDOFF_PROXIES",
        description="Addresses or networks of the proxies in front (10.0.0.5,172.16.0.0/12), whose "
        "X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    host: str = Field(
        default="0.0.0.0",  # noqa: S104 - a web process serves its network; the demo says 127.0.0.1
        validation_alias="HANDOFF_HOST",
        description="Address that the web process listens on.",
    )
    port: int = Field(
        default=3000, ge=0, le=65535, description="Port that the web process listens on."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if not self.slack_app_token and not self.slack_signing_secret:
            raise ValueError(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): set one of them, "
                "else Slack cannot reach the app"
            )
        return self

    @model_validator(mode="after")
    def _whole_client(self) -> Self:
        if bool(self.slack_client_id) != bool(self.slack_client_secret):
            raise ValueError(
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: set both, or neither, since nobody can "
                "sign in with one of them"
            )
        return self

    @property
    def missing_for_sign_in(self) -> list[str]:
        """The settings without which nobody can sign in with Slack, and there is no report page."""
        needed = {
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "HANDOFF_PUBLIC_URL": self.public_url,
        }
        return [name for name, value in needed.items() if not value]

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's requests come over Socket Mode instead of HTTP."""
        return self.slack_app_token is not None


def passed_on() -> dict[str, str]:
    """What a program that we start gets of our environment: no settings, and so no secrets."""
    names = {name for name in os.environ if name.startswith("LC_")} | {"LANG", "PATH", "TZ"}
    return {name: os.environ[name] for name in names & os.environ.keys()}


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
        missing, wrong = list[str](), list[str]()
        for detail in error.errors():
            (missing if detail["type"] == "missing" else wrong).append(_problem(dict(detail)))
        problems = "".join(f"\n- {line}" for line in missing + wrong)
        raise WrongSettings(problems=problems, missing=missing, wrong=wrong) from None


def checked(field: str, value: str) -> str:
    """A value for one setting, as the setting would take it. Raises WrongValue."""
    about = Settings.model_fields[field]
    kind: TypeAdapter[str] = TypeAdapter(cast("type[str]", Annotated[str, *about.metadata]))
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise WrongValue(field=field, reason=reason) from None


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
