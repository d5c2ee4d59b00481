"""Signing in with Slack: the whole way, and everything that must not be one."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from bot import clock
from bot.people.model import Person
from bot.playground.openid import OpenId
from bot.reports.site.guard import signing_key
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
    yield from open_house(database_url, public_url="https://handoff.example.com")


def test_over_https_the_cookie_never_goes_over_http(public_house: House) -> None:
    with public_house.anyone() as web:
        answer = web.get("/report/sign-in/slack", follow_redirects=False)
        assert "; Secure" in answer.headers["set-cookie"]
        back = httpx.URL(answer.headers["location"]).params["redirect_uri"]
        assert back == "https://handoff.example.com/report/signed-in"


def test_somebody_without_a_role_hears_whom_to_ask(house: House) -> None:
    with house.anyone() as web:
        page = sign_in(web, house.users["guest"].id)
        assert page.status_code == 403
        assert "You have no role yet" in page.text
        assert "Please ask Root" in page.text


def test_somebody_whom_nobody_wrote_down_is_not_written_down(house: House) -> None:
    new = house.slack.add_user("nora")
    with house.anyone() as web:
        assert sign_in(web, new.id).status_code == 403
    with house.store.transaction() as session:
        assert session.query(Person).filter_by(slack_id=new.id).count() == 0


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


def test_whoever_signs_out_is_out(house: House) -> None:
    with house.browser("clara") as web:
        assert "You are signed out" in web.post("/report/sign-out").text
        assert web.get("/report").url.path == "/report/sign-in"


@pytest.mark.parametrize("spoilt", ["", "nonsense", "a.b.c"])
def test_a_cookie_that_we_did_not_sign_is_nobody(house: House, spoilt: str) -> None:
    with house.anyone() as web:
        web.cookies.set("handoff", spoilt)
        assert web.get("/report").url.path == "/report/sign-in"


def test_a_cookie_cannot_be_changed(house: House) -> None:
    with house.browser("sofia") as web:
        told = web.cookies["handoff"]
        for place in range(0, len(told) - 1, 3):
            letter = "A" if told[place] != "A" else "B"
            web.cookies.clear()
            web.cookies.set("handoff", told[:place] + letter + told[place + 1 :])
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
        asked = begin(web).params
        code = code_for(house, "sofia", asked["nonce"])
        page = come_back(house, victim, state=asked["state"], code=code)
        assert page.status_code == 400
        assert "handoff" not in victim.cookies
        assert come_back(house, web, state="another", code=code).status_code == 400


def test_a_code_of_another_sign_in_is_refused(house: House) -> None:
    with house.anyone() as web:
        asked = begin(web).params
        code = code_for(house, "sofia", "the nonce of somebody else")
        page = come_back(house, web, state=asked["state"], code=code)
        assert page.status_code == 400
        assert "does not fit the sign-in" in page.text


def test_a_code_serves_once(house: House) -> None:
    with house.anyone() as web:
        asked = begin(web).params
        code = code_for(house, "sofia", asked["nonce"])
        attempt = web.cookies["handoff_sign_in"]
        assert come_back(house, web, state=asked["state"], code=code).status_code == 200
        web.cookies.set("handoff_sign_in", attempt)
        assert come_back(house, web, state=asked["state"], code=code).status_code == 502


def test_an_attempt_does_not_wait_for_ever(house: House) -> None:
    with house.anyone() as web:
        asked = begin(web).params
        code = code_for(house, "sofia", asked["nonce"])
        clock.use(lambda: NOW + timedelta(minutes=11))
        assert come_back(house, web, state=asked["state"], code=code).status_code == 400


def test_whoever_cancels_hears_so(house: House) -> None:
    with house.anyone() as web:
        page = sign_in(web, "")
        assert page.status_code == 403
        assert "You did not agree" in page.text


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
        asked = begin(web).params
        code = code_for(house, "sofia", asked["nonce"])
        house.slack.faults.go_down()
        page = come_back(house, web, state=asked["state"], code=code)
        house.slack.faults.clear()
        assert page.status_code == 503
        assert "Slack does not answer" in page.text


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
        asked = httpx.URL(leaving.headers["location"]).params
        code = code_for(house, "clara", asked["nonce"])
        back = web.get(
            "/report/signed-in", params={"state": asked["state"], "code": code},
            follow_redirects=False,
        )  # fmt: skip
        assert back.headers["location"] == "/report"


@pytest.fixture
def closed_house(database_url: str) -> Iterator[House]:
    yield from open_house(database_url, slack_client_id="", slack_client_secret=None, public_url="")


def test_where_it_is_not_set_up_the_page_says_how(closed_house: House) -> None:
    with closed_house.anyone() as web:
        page = web.get("/report")
        assert page.status_code == 503
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HANDOFF_PUBLIC_URL"):
            assert name in page.text
        assert "/report/signed-in" in page.text
        assert web.get("/report/signed-in?state=a&code=b").status_code == 400


@pytest.fixture
def socket_house(database_url: str) -> Iterator[House]:
    yield from open_house(database_url, socket_mode=True)


def test_the_page_is_there_without_slack_over_http(socket_house: House) -> None:
    with socket_house.browser("clara") as web:
        assert web.get("/report").status_code == 200


def test_the_key_is_the_one_that_was_set_or_made_of_the_client_secret() -> None:
    derived = signing_key(None, "the client secret")
    assert derived != signing_key(None, "another client secret")
    assert derived != b"the client secret"
    own = signing_key("a secret of its own", "the client secret")
    assert own == signing_key("a secret of its own", "a new client secret") != derived
