"""Settings: one clear sentence for each that is missing or wrong, and never a secret in it."""

import re
import traceback
from pathlib import Path

import pytest

from bot.settings import Settings, StoreSettings, WrongSettings, environment_name, load

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "HANDOFF_CHANNEL": "C123"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)
    monkeypatch.chdir(tmp_path)  # where no .env lies
    return monkeypatch


def load_with(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)
    return load(Settings)


def test_the_least_that_is_needed(bare: pytest.MonkeyPatch) -> None:
    settings = load_with(bare)
    assert settings.socket_mode
    assert settings.url is None


def test_each_missing_setting_is_named_with_what_it_is() -> None:
    with pytest.raises(WrongSettings) as error:
        load(Settings)
    lines = str(error.value).splitlines()
    assert len([line for line in lines if "is missing" in line]) == 2
    assert "SLACK_BOT_TOKEN is missing. Bot token (xoxb-…)" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("SLACK_BOT_TOKEN", "hunter2secret", "starts with xoxb-"),
        ("SLACK_APP_TOKEN", "hunter2secret", "starts with xapp-"),
        ("SLACK_API_URL", "hunter2secret", "must be an address"),
        ("DATABASE_URL", "mysql://root:hunter2secret@db/x", "PostgreSQL address"),
        ("HANDOFF_CHANNEL", "hunter2secret", "ID (C0123456789) or its #name"),
        ("HANDOFF_TIMEZONE", "Mars/hunter2secret", "Europe/Berlin"),
        ("HANDOFF_CURRENCY", "hunter2secret", "EUR"),
        ("HANDOFF_CURRENCY", "EUX", "the code of a currency"),
        ("HANDOFF_ADMIN", "hunter2secret", "U0123456789"),
        ("HANDOFF_LEAD_KEYS", "hunter2secret", "name:key pairs"),
        ("HANDOFF_LEAD_KEYS", "web:hunter2secret", "at least 16"),
        ("HANDOFF_FORM_KEYS", "form:hunter2secret", "at least 16"),
        ("HANDOFF_THANKS_ORIGINS", "hunter2secret", "https://example.com"),
        ("HANDOFF_REPORT_KEYS", "hunter2secret", "name:key pairs"),
        ("SLACK_CLIENT_ID", "hunter2secret", "two numbers"),
        ("HANDOFF_PROXIES", "hunter2secret", "172.16.0.0/12"),
        ("PORT", "hunter2secret", "valid integer"),
        ("PORT", "70000", "less than or equal to 65535"),
    ],
)
def test_a_wrong_setting_says_what_to_write(
    bare: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    with pytest.raises(WrongSettings) as error:
        load_with(bare, **{name: value})
    shown = str(error.value)
    assert re.search(rf"- {name} .*{re.escape(hint)}", shown)
    assert "hunter2secret" not in "".join(traceback.format_exception(error.value))


def test_one_way_for_slack_to_reach_us_is_needed(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match="SLACK_SIGNING_SECRET"):
        load_with(bare, SLACK_APP_TOKEN="")


def test_half_a_client_lets_nobody_sign_in(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match="set both, or neither"):
        load_with(bare, SLACK_CLIENT_ID="1.2")


def test_what_signing_in_lacks_is_named(bare: pytest.MonkeyPatch) -> None:
    whole = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "hush"}
    assert load_with(bare, **whole).missing_for_sign_in == ["HANDOFF_PUBLIC_URL"]
    whole["HANDOFF_PUBLIC_URL"] = "https://handoff.example.com"
    assert not load_with(bare, **whole).missing_for_sign_in


def test_lead_keys_are_read_by_name_and_stay_hidden(bare: pytest.MonkeyPatch) -> None:
    settings = load_with(bare, HANDOFF_LEAD_KEYS="web:0123456789abcdef, zapier:fedcba9876543210")
    assert settings.lead_keys["zapier"].get_secret_value() == "fedcba9876543210"
    assert "fedcba" not in repr(settings)


@pytest.mark.parametrize("other", ["HANDOFF_LEAD_KEYS", "HANDOFF_REPORT_KEYS", "HANDOFF_SOURCES"])
def test_a_form_s_key_opens_nothing_else(bare: pytest.MonkeyPatch, other: str) -> None:
    form, key = "contact:0123456789abcdef", "typeform:0123456789abcdef"
    with pytest.raises(WrongSettings, match="the key of contact opens something else too") as error:
        load_with(bare, HANDOFF_FORM_KEYS=form, **{other: key})
    assert "0123456789abcdef" not in str(error.value)


def test_a_postgres_address_gets_its_driver_and_stays_hidden(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("DATABASE_URL", "postgres://handoff:hunter2secret@db/handoff")
    settings = load(StoreSettings)
    assert settings.url == "postgresql+psycopg://handoff:hunter2secret@db/handoff"
    assert "hunter2secret" not in repr(settings)


def test_every_setting_stands_in_the_example() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text()
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(names) == sorted(environment_name(field) for field in Settings.model_fields)
    text = re.sub(r"\n# ", " ", example)
    for field in Settings.model_fields.values():
        assert field.description
        assert field.description.split(". ", 1)[0].rstrip(".") in text
