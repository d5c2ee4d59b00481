"""Signing in with Slack: the whole way, and everything that must not be one."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text, update

from bot import clock
from bot.people import service as people
from bot.people import sessions
from bot.people.models import Person, Role, WebSession
from bot.reports.site.login import Attempt
from playground.openid import OpenId
from tests.reports.house import NOW, House, open_house, sign_in


def test_the_whole_way_ends_where_it_began(house: House) -> None:
    with house.anyone() as web:
        page = sign_in(web, house.users["clara"].id, "/report/leads?period=month")
        assert page.status_code == 200
        assert page.url.path == "/report/leads"
        assert page.url.params["period"] == "month"
        assert "Clara" in page.text


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(house: House) -> None:
    with house.browser("clara") as web:
        [cookie] = [each for each in web.cookies.jar if each.name == "handoff"]
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "lax"
        assert not [each for each in web.cookies.jar if each.name == "handoff_sign_in"]


@pytest.fixture
def public_house(database_url: str) -> Iterator[House]:
    with open_house(database_url, public_url="https://handoff.example.com") as house:
        yield house


def test_over_https_the_cookie_never_goes_over_http(public_house: House) -> None:
    with public_house.anyone() as web:
        answer = web.get("/report/sign-in/slack", follow_redirects=False)
        assert "; Secure" in answer.headers["set-cookie"]
        params = httpx.URL(answer.headers["location"]).params
        back = params["redirect_uri"]
        assert back == "https://handoff.example.com/report/signed-in"
        code = public_house.slack.openid.new_code(
            public_house.users["clara"].id, back, params["nonce"]
        )
        [attempt] = list(web.cookies.jar)
        welcome = web.get(
            "/report/signed-in", params={"state": params["state"], "code": code},
            headers={"Cookie": f"{attempt.name}={attempt.value}"}, follow_redirects=False,
        )  # fmt: skip
        assert welcome.status_code == 303
        given, *flags = welcome.headers.get_list("set-cookie")[0].split("; ")
        assert given.startswith("__Host-handoff=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=28800"} <= set(flags)


def test_somebody_without_a_role_hears_whom_to_ask(house: House) -> None:
    with house.anyone() as web:
        page = sign_in(web, house.users["guest"].id)
        assert page.status_code == 403
        assert "You have no role yet" in page.text
        assert "Ask Root" in page.text


def test_somebody_whom_nobody_wrote_down_is_not_written_down(house: House) -> None:
    new = house.slack.add_user("nora")
    with house.anyone() as web:
        assert sign_in(web, new.id).status_code == 403
    with house.store.transaction() as session:
        assert session.query(Person).filter_by(slack_id=new.id).count() == 0


def stored_sessions(house: House) -> list[WebSession]:
    with house.store.transaction() as session:
        return list(session.scalars(select(WebSession)))


def deactivate(house: House, name: str, *, active: bool = False) -> None:
    """As when an admin of Slack does it."""
    with house.store.transaction() as session:
        people.update_profile(
            session, house.workspace.id, house.users[name].id,
            name=name.title(), timezone="UTC", active=active,
        )  # fmt: skip


def assign(house: House, name: str, *roles: Role) -> None:
    """As `/handoff people` does it."""
    with house.store.transaction() as session:
        people.assign(session, house.person("root"), house.users[name].id, roles, None)


def test_the_database_holds_no_token(house: House) -> None:
    with house.browser("clara") as web:
        [row] = stored_sessions(house)
        assert row.token_hash == hashlib.sha256(web.cookies["handoff"].encode()).digest()
        assert row.person_id == house.person("clara").id


def test_a_deactivated_person_is_signed_out_for_good(house: House) -> None:
    with house.browser("clara") as web, house.browser("sofia") as other:
        deactivate(house, "clara")
        assert [row.person_id for row in stored_sessions(house)] == [house.person("sofia").id]
        assert web.get("/report").url.path == "/report/sign-in"
        deactivate(house, "clara", active=True)
        assert web.get("/report").url.path == "/report/sign-in"
        assert other.get("/report").url.path == "/report"


def test_who_loses_the_last_role_is_signed_out_for_good(house: House) -> None:
    with house.browser("clara") as web:
        assign(house, "clara", Role.MARKETER)
        assert web.get("/report").url.path == "/report"
        assign(house, "clara")
        assert not stored_sessions(house)
        assert web.get("/report").url.path == "/report/sign-in"
        assign(house, "clara", Role.MANAGER)
        assert web.get("/report").url.path == "/report/sign-in"


def test_a_sign_in_under_way_does_not_outlive_a_deactivation(house: House) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with house.store.transaction() as session:
            assert sessions.start(session, house.workspace.id, house.users["clara"].id)
            session.flush()
            leaving = pool.submit(deactivate, house, "clara")
            while not session.scalar(waiting):
                assert not leaving.done(), "the deactivation did not wait for the sign-in"
        leaving.result()
    assert not stored_sessions(house)


@pytest.mark.parametrize("change", [{"roles": []}, {"active": False}])
def test_a_role_that_is_taken_away_counts_at_the_next_click(
    house: House, change: dict[str, object]
) -> None:
    with house.browser("clara") as web:
        with house.store.transaction() as session:
            slack_id = house.users["clara"].id
            session.execute(update(Person).where(Person.slack_id == slack_id).values(**change))
        assert web.get("/report").status_code == 403


def test_a_session_lasts_a_working_day(house: House) -> None:
    with house.browser("clara") as web:
        clock.use(lambda: NOW + timedelta(hours=7, minutes=59))
        assert "Clara" in web.get("/report").text
        clock.use(lambda: NOW + timedelta(hours=8, minutes=1))
        assert web.get("/report").url.path == "/report/sign-in"


def test_expired_sessions_are_deleted(house: House) -> None:
    with house.browser("clara"), house.store.transaction() as session:
        assert not sessions.prune(session)
        clock.use(lambda: NOW + timedelta(seconds=sessions.SECONDS))
        assert sessions.prune(session) == 1
    assert not stored_sessions(house)
    ticks = house.application.tasks.ticks
    assert sessions.prune in [function for function, _ in ticks]


def test_whoever_signs_out_is_out(house: House) -> None:
    with house.browser("clara") as web, house.anyone() as thief:
        thief.cookies.set("handoff", web.cookies["handoff"])
        assert thief.get("/report").url.path == "/report"
        assert "You are signed out" in web.post("/report/sign-out").text
        assert "handoff" not in web.cookies
        assert web.get("/report").url.path == "/report/sign-in"
        assert thief.get("/report").url.path == "/report/sign-in"
        assert not stored_sessions(house)


def test_a_form_on_another_site_signs_nobody_out(house: House) -> None:
    with house.browser("clara"), house.anyone() as elsewhere:  # SameSite keeps the cookie at home
        assert "set-cookie" not in elsewhere.post("/report/sign-out").headers
        assert len(stored_sessions(house)) == 1


def test_a_token_that_somebody_planted_serves_nobody(house: House) -> None:
    with house.browser("sofia") as attacker, house.anyone() as web:
        planted = attacker.cookies["handoff"]
        web.cookies.set("handoff", planted, domain="127.0.0.1", path="/")
        params = begin(web).params
        code = code_for(house, "clara", params["nonce"])
        assert come_back(house, web, state=params["state"], code=code).status_code == 200
        assert web.cookies["handoff"] != planted
        assert attacker.get("/report").url.path == "/report/sign-in"
        assert [row.person_id for row in stored_sessions(house)] == [house.person("clara").id]


@pytest.mark.parametrize("spoilt", ["", "nonsense", "a.b.c", '"\\374\\000"'])
def test_a_cookie_that_we_did_not_make_is_nobody(house: House, spoilt: str) -> None:
    with house.anyone() as web:
        web.cookies.set("handoff", spoilt)
        assert web.get("/report").url.path == "/report/sign-in"


def test_a_cookie_cannot_be_changed(house: House) -> None:
    with house.browser("sofia") as web:
        cookie = web.cookies["handoff"]
        for place in range(0, len(cookie) - 1, 3):
            letter = "A" if cookie[place] != "A" else "B"
            web.cookies.clear()
            web.cookies.set("handoff", cookie[:place] + letter + cookie[place + 1 :])
            assert web.get("/report").url.path == "/report/sign-in", place


def test_the_cookie_of_an_attempt_is_no_session(house: House) -> None:
    with house.anyone() as web:
        web.get("/report/sign-in/slack", follow_redirects=False)
        attempt = web.cookies["handoff_sign_in"]
        web.cookies.set("handoff", attempt)
        assert web.get("/report").url.path == "/report/sign-in"


def begin(web: httpx.Client) -> httpx.URL:
    """Leave for Slack; returns where one lands there."""
    answer = web.get("/report/sign-in/slack", follow_redirects=False)
    return httpx.URL(answer.headers["location"])


def come_back(house: House, web: httpx.Client, **answer: str) -> httpx.Response:
    return web.get("/report/signed-in", params=answer)


def code_for(house: House, name: str, nonce: str) -> str:
    back = f"{house.address}/report/signed-in"
    return house.slack.openid.new_code(house.users[name].id, back, nonce)


def test_only_the_browser_that_began_can_end_it(house: House) -> None:
    with house.anyone() as web, house.anyone() as victim:
        params = begin(web).params
        code = code_for(house, "sofia", params["nonce"])
        page = come_back(house, victim, state=params["state"], code=code)
        assert page.status_code == 400
        assert "handoff" not in victim.cookies
        assert come_back(house, web, state="another", code=code).status_code == 400


def test_what_stands_in_addresses_does_not_end_a_sign_in(house: House) -> None:
    """Whoever reads somebody's addresses (a log, a history) has state, nonce and code."""
    with house.anyone() as web, house.anyone() as thief:
        params = begin(web).params
        code = code_for(house, "sofia", params["nonce"])
        for forged in (
            params["state"],
            params["nonce"],
            f"{params['state']}.{params['nonce']}",
            "",
            ".",
        ):
            thief.cookies.set("handoff_sign_in", forged)
            page = come_back(house, thief, state=params["state"], code=code)
            assert page.status_code == 400, forged
        assert not stored_sessions(house)


def test_an_empty_attempt_has_no_state_that_fits(house: House) -> None:
    """The state of an empty secret can be computed by anyone."""
    with house.anyone() as web:
        web.cookies.set("handoff_sign_in", ".x")
        state = Attempt("", "/report").state
        assert come_back(house, web, state=state, code="c").status_code == 400


def test_a_code_of_another_sign_in_is_refused(house: House) -> None:
    with house.anyone() as web:
        params = begin(web).params
        code = code_for(house, "sofia", "the nonce of somebody else")
        page = come_back(house, web, state=params["state"], code=code)
        assert page.status_code == 400
        assert "does not fit the sign-in" in page.text


def test_a_code_serves_once(house: House) -> None:
    with house.anyone() as web:
        params = begin(web).params
        code = code_for(house, "sofia", params["nonce"])
        attempt = web.cookies["handoff_sign_in"]
        assert come_back(house, web, state=params["state"], code=code).status_code == 200
        web.cookies.set("handoff_sign_in", attempt)
        assert come_back(house, web, state=params["state"], code=code).status_code == 502


def test_an_attempt_does_not_wait_for_ever(house: House) -> None:
    """The browser forgets it, and a code is not good for longer either."""
    with house.anyone() as web:
        answer = web.get("/report/sign-in/slack", follow_redirects=False)
        assert "Max-Age=600" in answer.headers["set-cookie"]
        params = httpx.URL(answer.headers["location"]).params
        code = code_for(house, "sofia", params["nonce"])
        clock.use(lambda: NOW + timedelta(minutes=11))
        assert come_back(house, web, state=params["state"], code=code).status_code == 502
        assert not stored_sessions(house)


def test_whoever_cancels_hears_so(house: House) -> None:
    with house.anyone() as web:
        page = sign_in(web, "")
        assert page.status_code == 403
        assert "You cancelled the sign-in" in page.text


def test_people_of_another_workspace_stay_outside(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.slack.workspace.team, "id", "T0OTHER")
    with house.anyone() as web:
        page = sign_in(web, house.users["clara"].id)
        assert page.status_code == 403
        assert "another Slack workspace" in page.text


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://evil.example"}, {"aud": "1.2"}, {"exp": 0}, {"nonce": ""}, {"sub": "U1"}],
)
def test_a_token_that_is_not_meant_for_us_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, claims: dict[str, object]
) -> None:
    honest = OpenId.claims

    def forged(self: OpenId, user: str, team: str, nonce: str) -> dict[str, object]:
        return honest(self, user, team, nonce) | claims

    monkeypatch.setattr(OpenId, "claims", forged)
    with house.anyone() as web:
        page = sign_in(web, house.users["clara"].id)
        assert page.status_code == 400
        assert "handoff" not in web.cookies


def test_while_slack_is_down_people_hear_so(house: House) -> None:
    with house.anyone() as web:
        params = begin(web).params
        code = code_for(house, "sofia", params["nonce"])
        house.slack.faults.go_down()
        page = come_back(house, web, state=params["state"], code=code)
        house.slack.faults.clear()
        assert page.status_code == 503
        assert "answering right now" in page.text


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/report@evil.example",
     "/elsewhere", "javascript:alert(1)", "/report/\r\nSet-Cookie: a=b", "/report//../x\\"],
)  # fmt: skip
def test_nobody_is_led_elsewhere(house: House, onward: str) -> None:
    with house.anyone() as web:
        leaving = web.get(
            "/report/sign-in/slack", params={"onward": onward}, follow_redirects=False
        )
        params = httpx.URL(leaving.headers["location"]).params
        code = code_for(house, "clara", params["nonce"])
        back = web.get(
            "/report/signed-in", params={"state": params["state"], "code": code},
            follow_redirects=False,
        )  # fmt: skip
        assert back.headers["location"] == "/report"


def test_an_address_with_any_sign_is_come_back_to(house: House) -> None:
    onward = "/report/leads?by=source&key=a,b;c=d.e%20f"
    with house.anyone() as web:
        answer = web.get("/report/sign-in/slack", params={"onward": onward}, follow_redirects=False)
        params = httpx.URL(answer.headers["location"]).params
        code = code_for(house, "clara", params["nonce"])
        back = web.get(
            "/report/signed-in", params={"state": params["state"], "code": code},
            follow_redirects=False,
        )  # fmt: skip
        assert back.headers["location"] == onward


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/elsewhere"])
def test_a_cookie_that_somebody_planted_leads_nobody_elsewhere(house: House, onward: str) -> None:
    attempt = Attempt.begin(onward)
    with house.anyone() as web:
        web.cookies.set("handoff_sign_in", f"{attempt.secret}.{onward}")
        code = code_for(house, "clara", attempt.nonce)
        back = web.get(
            "/report/signed-in", params={"state": attempt.state, "code": code},
            follow_redirects=False,
        )  # fmt: skip
        assert back.headers["location"] == "/report"


@pytest.fixture
def closed_house(database_url: str) -> Iterator[House]:
    with open_house(
        database_url, slack_client_id="", slack_client_secret=None, public_url=""
    ) as house:
        yield house


def test_where_nobody_can_sign_in_there_is_no_page(closed_house: House) -> None:
    with closed_house.anyone() as web:
        for path in ("", "/leads", "/figures", "/compare", "/files/leads.csv", "/sign-in",
                     "/sign-in/slack", "/signed-in?state=a&code=b", "/style.css"):  # fmt: skip
            assert web.get(f"/report{path}").status_code == 404, path
        assert web.post("/report/sign-out").status_code == 404


@pytest.fixture
def socket_house(database_url: str) -> Iterator[House]:
    with open_house(database_url, socket_mode=True) as house:
        yield house


def test_the_page_is_there_without_slack_over_http(socket_house: House) -> None:
    with socket_house.browser("clara") as web:
        assert web.get("/report").status_code == 200
