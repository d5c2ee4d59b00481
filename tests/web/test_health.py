"""Health: the process lives, and says what it misses."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr
from sqlalchemy import event, make_url

from bot.app import SlackRefusesUs, build
from bot.cli import main
from bot.doctor import manifest
from bot.keys import Keys
from bot.people.models import Workspace
from bot.people.service import NotInstalled
from bot.settings import Settings
from bot.store import DatabaseDown, Store, table
from bot.store.postgres import account
from bot.tasks.queue import JobKey
from bot.web import Server, create, leads
from bot.web.health import Database
from bot.web.intake import Intake
from bot.web.server import PortTaken
from playground.standin import StandIn
from tests.databases import administer
from tests.web.conftest import FORM_KEY, KEY, Site


def test_all_is_well(site: Site) -> None:
    assert site.web.get("/health/live").status_code == 204
    ready = site.web.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "slack": "ok"})


def test_health_says_nothing_that_is_secret(site: Site) -> None:
    shown = site.web.get("/health/ready").text + site.web.get("/openapi.json").text
    for secret in (KEY, site.slack.bot_token, site.slack.signing_secret):
        assert secret not in shown


@pytest.fixture
def read_only(own_site: Site, postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose database takes nothing any more, as after a switch to a standby."""
    monkeypatch.setattr("bot.web.health._KEPT_SECONDS", 0.0)
    name = own_site.application.store.engine.url.database
    administer(postgres, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    own_site.application.store.engine.dispose()  # it holds for new connections
    yield own_site
    administer(postgres, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    own_site.application.store.engine.dispose()


def test_a_database_that_can_only_be_read_is_not_ready(read_only: Site) -> None:
    ready = read_only.web.get("/health/ready")
    assert (ready.status_code, ready.json()["database"]) == (503, "The database is read-only.")


def test_a_database_that_can_only_be_read_lets_senders_try_again(read_only: Site) -> None:
    for answer in (
        read_only.send({"email": "ada@example.com"}),
        read_only.fill_in(email="ada@example.org"),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_ready_again_when_it_stores_again(
    own_site: Site, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.health._KEPT_SECONDS", 0.0)
    site = own_site
    name = site.application.store.engine.url.database
    answers = []
    for how in ("SET default_transaction_read_only = on", "RESET default_transaction_read_only"):
        administer(postgres, f"ALTER DATABASE {name} {how}")
        site.application.store.engine.dispose()
        answers.append(site.web.get("/health/ready").status_code)
    assert answers == [503, 200]


def test_whoever_asks_often_gets_the_last_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.health._KEPT_SECONDS", 3600.0)
    database, statements = Database(store), []
    event.listen(store.engine, "before_cursor_execute", lambda *each: statements.append(each[2]))
    assert [database.problem() for _ in range(100)] == [None] * 100
    assert sum("job_key" in statement for statement in statements) == 1


@pytest.fixture
def small_disk(postgres: str) -> Iterator[tuple[Path, str]]:
    """A file system of 30 MB, and the address of a database that lies there."""
    disk, name = Path(tempfile.mkdtemp(prefix="handoff-disk-")), f"small_{os.urandom(6).hex()}"
    mount = ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        disk.rmdir()
        pytest.skip("only who may mount can have a full disk")
    try:
        (disk / "data").mkdir()
        os.chown(disk / "data", account().pw_uid, account().pw_gid)
        administer(
            postgres,
            f"CREATE TABLESPACE {name} LOCATION '{disk}/data'",
            f"CREATE DATABASE {name} TABLESPACE {name}",
        )
        yield disk, make_url(postgres).set(database=name).render_as_string(hide_password=False)
        administer(postgres, f"DROP DATABASE {name} WITH (FORCE)", f"DROP TABLESPACE {name}")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
        disk.rmdir()


def test_a_full_disk_is_not_ready(
    small_disk: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.health._KEPT_SECONDS", 0.0)
    disk, url = small_disk
    with closing(Store(url)) as store:
        table(JobKey).create(store.engine)
        database = Database(store)
        assert database.problem() is None
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1024))
        assert database.problem() == "The database's disk is full."
        (disk / "filler").unlink()
        assert database.problem() is None


def routes(intake: Intake) -> APIRouter:
    return leads.router(
        intake, Keys({"website": SecretStr(KEY)}), Keys({"contact": SecretStr(FORM_KEY)}), []
    )


@pytest.fixture
def cut_off(nowhere: str) -> Iterator[httpx.Client]:
    """A site whose database is down."""
    store, server = Store(nowhere), Server("127.0.0.1", 0)
    workspace = Workspace(id=1, team_id="T1", channel="C1")
    server.start(
        create(
            leads=routes(Intake(store, lambda: workspace)),
            hooks=APIRouter(),
            health={"database": lambda: "down", "slack": lambda: None},
            slack_events=None,
        )
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as web:
        yield web
    server.stop()
    store.close()


def test_what_is_missing_is_said(cut_off: httpx.Client) -> None:
    assert cut_off.get("/health/live").status_code == 204
    ready = cut_off.get("/health/ready")
    assert (ready.status_code, ready.json()) == (503, {"database": "down", "slack": "ok"})


def test_without_a_database_senders_are_asked_to_try_again(cut_off: httpx.Client) -> None:
    """503, and never a 4xx, which would make them give up; nor a word about the server."""
    lead = {"email": "ada@example.com"}
    answers = [
        cut_off.post("/leads/api", json=lead, headers={"Authorization": f"Bearer {KEY}"}),
        cut_off.post(f"/leads/form/{FORM_KEY}", data=lead),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["detail"].startswith("The database cannot be reached")
        assert "127.0.0.1" not in answer.text


def test_while_too_many_wait_senders_are_asked_to_try_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.intake._MOST_WAITING", 0)
    for answer in (site.send({"email": "ada@example.com"}), site.fill_in(email="ada@example.com")):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "Send it again" in answer.json()["detail"]
    assert not site.submissions()


def test_a_start_without_a_database_says_so(nowhere: str, tmp_path: Path) -> None:
    """One sentence for the operator, and no traceback."""
    settings = Settings(
        slack_bot_token=SecretStr("xoxb-1"),
        slack_signing_secret=SecretStr("secret"),
        database_url=SecretStr(nowhere),
        data_dir=tmp_path,
        channel="#leads",
    )
    with pytest.raises(DatabaseDown):
        build(settings)


@pytest.mark.parametrize("wrong", ["slack_bot_token", "slack_app_token"])
def test_a_start_with_a_token_that_slack_refuses_says_so(
    database_url: str, tmp_path: Path, wrong: str
) -> None:
    slack = StandIn(manifest())
    slack.add_channel("leads")
    with slack:
        settings = Settings(
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.api_url,
            database_url=SecretStr(database_url),
            data_dir=tmp_path,
            channel="#leads",
        )
        token = {"slack_bot_token": "xoxb-wrong", "slack_app_token": "xapp-wrong"}[wrong]
        application = build(settings.model_copy(update={wrong: SecretStr(token)}))
        try:
            with pytest.raises(SlackRefusesUs) as refused:
                application.connect()
        finally:
            application.close()
    assert "invalid_auth" in refused.value.message
    assert wrong.upper() in refused.value.message


def test_the_operators_commands_without_a_database_say_so(
    nowhere: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", nowhere)
    for command in (["db", "check"], ["db", "upgrade"], ["jobs"]):
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert stopped.value.code == 1
        assert capsys.readouterr().err.startswith("The database cannot be reached")


def test_in_socket_mode_there_is_no_route_for_slack(cut_off: httpx.Client) -> None:
    assert cut_off.post("/slack/events", content=b"{}").status_code == 404


def test_an_application_that_is_not_connected_yet(site: Site) -> None:
    def nobody() -> Workspace:
        raise NotInstalled

    server = Server("127.0.0.1", 0)
    server.start(
        create(
            leads=routes(Intake(site.application.store, nobody)),
            hooks=APIRouter(),
            health={},
            slack_events=None,
        )
    )
    url = f"http://127.0.0.1:{server.port}/leads/api"
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.post(url, json={"email": "ada@example.com"}, headers=headers)
    server.stop()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not site.submissions()


def test_a_port_that_is_taken_is_said_at_once() -> None:
    first = Server("127.0.0.1", 0)
    with pytest.raises(PortTaken) as error:
        Server("127.0.0.1", first.port)
    assert f"PORT={first.port + 1}" in error.value.message
    first.stop()
