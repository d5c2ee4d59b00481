"""The contract suite, and what only a real server shows, over a real Odoo 19: `make test-odoo`.

The name keeps it out of `make test`. docs/testing.md says how to get an Odoo for it. It deletes
every lead of the database that it is given.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import perf_counter, sleep
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bot.crm.adapters.contract import Access
from bot.crm.adapters.odoo.adapter import Odoo
from bot.crm.port import Change, Saved, Stage, Values
from playground.serving import Dropped, Serving
from tests.crm import test_contract, test_odoo
from tests.crm.office import Fault
from tests.crm.offices.odoo import PLACES, OdooOffice

_SETTINGS = ("URL", "DATABASE", "KEY", "ADMIN_KEY", "OWN_KEY", "NOBODY_KEY")
_MARK = "handoff.tests_delete_all_leads"


def setting(name: str) -> str:
    """HANDOFF_TEST_ODOO_…"""
    return os.environ.get(f"HANDOFF_TEST_ODOO_{name}", "")


if missing := [f"HANDOFF_TEST_ODOO_{each}" for each in _SETTINGS if not setting(each)]:
    raise pytest.Collector.CollectError(
        f"Set {', '.join(missing)}. docs/testing.md says how to get an Odoo 19 for these tests."
    )


class Front:
    """Stands before the real Odoo: counts calls and lets them go wrong."""

    def __init__(self) -> None:
        self.calls = 0
        self.faults: list[Fault] = []
        app = Starlette()
        app.add_route("/{path:path}", self.forward, methods=["GET", "POST"])
        self.serving = Serving(app)
        self.serving.start()

    async def forward(self, request: Request) -> Response:
        self.calls += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is Fault.TOO_FAST:
            return Response("slow down", 429, {"Retry-After": "2"})
        if fault is Fault.DOWN:
            return Response("starting", 503)
        key = {Fault.TOKEN: "wrong", Fault.RIGHT: setting("NOBODY_KEY")}.get(fault)  # type: ignore[arg-type]
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in ("authorization", "content-type", "x-odoo-database")
        } | ({"authorization": f"bearer {key}"} if key else {})
        async with httpx.AsyncClient(base_url=setting("URL"), timeout=60) as client:
            answer = await client.request(
                request.method, request.url.path, content=await request.body(), headers=headers
            )
        if fault is Fault.CUT_OFF:
            return Dropped()
        return Response(
            answer.content, answer.status_code, {"Content-Type": answer.headers["content-type"]}
        )


class RealOffice(OdooOffice):
    """A real Odoo, with all of its leads deleted."""

    def __init__(self) -> None:
        self.front = Front()
        self._client = httpx.Client(
            base_url=setting("URL"), timeout=60,
            headers={"Authorization": f"bearer {setting('ADMIN_KEY')}",
                     "X-Odoo-Database": setting("DATABASE")},
        )  # fmt: skip
        self.own_key, self.nobody_key = setting("OWN_KEY"), setting("NOBODY_KEY")
        self._rules: list[int] = []
        self._leads_are_off = False
        self._may_delete()
        self._delete("crm.lead")
        for model in ("crm.tag", "utm.campaign", "crm.lost.reason"):
            self._delete(model)
        self.make("crm.lost.reason", name="Too expensive")
        self._keep_euros()

    def _may_delete(self) -> None:
        """Only where there was nothing to lose when it was used first."""
        marked = self.search("ir.config_parameter", [["key", "=", _MARK]], "value")
        if not marked:
            assert not self.search("crm.lead", [], "name"), "This Odoo has leads: use an empty one"
            self.make("ir.config_parameter", key=_MARK, value="yes")

    def _delete(self, model: str) -> None:
        if ids := [each["id"] for each in self.search(model, [])]:
            self.call(model, "unlink", ids=ids)

    def _keep_euros(self) -> None:
        [euro] = self.search("res.currency", [["name", "=", "EUR"]], "active")
        self.call("res.currency", "write", ids=[euro["id"]], vals={"active": True})
        [company, *_] = self.search("res.company", [], "currency_id")
        if company["currency_id"][0] != euro["id"]:
            self.call("res.company", "write", ids=[company["id"]], vals={"currency_id": euro["id"]})

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        answer = self._client.post(f"/json/2/{model}/{method}", json=arguments)
        assert answer.is_success, (model, method, answer.json()["message"])
        return answer.json()

    def connect(self, key: str = "", database: str = "") -> Odoo:
        address = f"http://127.0.0.1:{self.front.serving.port}"
        secret = SecretStr(key or setting("KEY"))
        return Odoo(Access(address, secret, database=database or setting("DATABASE")))

    def use_leads(self, use_them: bool) -> None:
        self._leads_are_off = not use_them
        group, everybody = (self._group(each) for each in ("crm.group_use_lead", "base.group_user"))
        command = [4 if use_them else 3, group]
        self.call("res.groups", "write", ids=[everybody], vals={"implied_ids": [command]})

    def groups(self) -> list[int]:
        return [self._group("base.group_user"), self._group("sales_team.group_sale_salesman")]

    def _group(self, external_id: str) -> int:
        module, _, name = external_id.partition(".")
        [found] = self.search(
            "ir.model.data", [["module", "=", module], ["name", "=", name]], "res_id"
        )
        return int(found["res_id"])

    def refuse(self, field: str) -> None:
        """An automation rule that says what it refuses, value and all."""
        [model] = self.search("ir.model", [["model", "=", "crm.lead"]], "model")
        place = PLACES[field]
        rule = self.make(
            "base.automation", name="A rule of the tests", model_id=model["id"],
            trigger="on_create_or_write", filter_domain=f"[('{place}', '!=', False)]",
        )  # fmt: skip
        self._rules.append(rule)
        self.make(
            "ir.actions.server", name="Refuse", model_id=model["id"], state="code",
            usage="base_automation", base_automation_id=rule,
            code=f"raise UserError('No ' + str(record.{place}))",
        )  # fmt: skip

    def drop_field(self, field: str) -> None:
        """Odoo's own fields cannot be taken away: nothing happens."""

    def fail(self, fault: Fault, times: int = 1) -> None:
        self.front.faults += [fault] * times

    def forward(self, by: timedelta) -> None:
        sleep(by.total_seconds())

    def calls(self) -> int:
        return self.front.calls

    def close(self) -> None:
        if self._leads_are_off:
            self.use_leads(True)
        if self._rules:
            self.call("base.automation", "unlink", ids=self._rules)
        self.front.serving.stop()
        self._client.close()


@pytest.fixture
def office() -> Iterator[RealOffice]:
    opened = RealOffice()
    yield opened
    opened.close()


@pytest.fixture
def crm(office: RealOffice) -> Iterator[Odoo]:
    connected = office.connect()
    yield connected
    connected.close()


# A real Odoo cannot lose its own fields; the others make a stand-in of their own.
_NOT_HERE = {
    "test_what_the_crm_has_no_field_for_is_left_out",
    "test_the_end_of_the_key_is_read",
    "test_a_record_that_others_write_at_the_same_time_is_busy_and_stops_no_other",
    "test_an_address_where_nobody_speaks_odoo_is_told",
    "test_what_a_rule_repeats_of_a_lead_is_not_told",
    "test_what_is_wrong_with_the_settings_is_told",
    "test_an_odoo_that_lacks_what_has_to_be_there_stops_all",
    "test_a_hook_is_proven_by_the_end_of_its_address",
}
globals().update(
    {
        name: test
        for suite in (test_contract, test_odoo)
        for name, test in vars(suite).items()
        if name.startswith("test_") and name not in _NOT_HERE
    }
)


def test_nobody_is_e_mailed_when_a_lead_gets_an_owner(office: RealOffice, crm: Odoo) -> None:
    ben = office.add_user("ben@example.com", "Ben Seller")
    whole = Values(last_name="Lovelace", owner_id=ben, stage=Stage.NEW)
    [saved] = crm.save([Change("lead_1", whole, whole=whole)])
    assert isinstance(saved, Saved)
    crm.save([Change("lead_1", Values(stage=Stage.QUALIFIED), saved.record_id, whole=whole)])
    there = [["model", "=", "crm.lead"], ["res_id", "=", int(saved.record_id)]]
    assert office.search("mail.message", [*there, ["message_type", "=", "user_notification"]]) == []
    assert office.search("mail.mail", [*there]) == []
    followers = office.search(
        "mail.followers", [["res_model", "=", "crm.lead"], ["res_id", "=", int(saved.record_id)]],
        "display_name",
    )  # fmt: skip
    assert not [each for each in followers if "Handoff" in each["display_name"]]


def test_how_long_a_hundred_leads_take(crm: Odoo, capsys: pytest.CaptureFixture[str]) -> None:
    people = [Values(last_name=f"P{n}", email=f"p{n}@example.com", score=n, stage=Stage.NEW,
                     consent="given", campaign="Fresh start") for n in range(100)]  # fmt: skip
    changes = [Change(f"lead_{n}", each, whole=each) for n, each in enumerate(people)]
    began = perf_counter()
    results = crm.save(changes)
    together = perf_counter() - began
    began = perf_counter()
    for each in changes:
        results += crm.save([replace(each, key=f"{each.key}_alone")])
    alone = perf_counter() - began
    assert all(isinstance(each, Saved) for each in results)
    with capsys.disabled():
        sys.stdout.write(f"\n100 leads at once: {together:.2f} s; one by one: {alone:.2f} s\n")
