"""The stand-in of HubSpot: the part of its CRM API that a lead needs, as its documents say it.

with HubSpot() as crm:
    crm.add_owner("ben@example.com", "Ben Seller")
    client = hubspot_sdk.HubSpot(access_token=crm.token, base_url=crm.url)

It serves three families of paths: /crm/objects/2026-09/…, the same with 2026-03, and the older
/crm/v3/objects/… with /crm/v4/associations/….
"""

from __future__ import annotations

import contextlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
from starlette.responses import JSONResponse, Response

from playground.crm.hubspot.calls import not_found
from playground.crm.hubspot.records import Records
from playground.crm.hubspot.schema import CONTACTS, Owner, Refused, invalid, lacks
from playground.crm.hubspot.settings import Settings
from playground.crm.hubspot.state import State
from playground.crm.serving import Call, Fault, StandInCrm, machine_now

_PATH = re.compile(
    r"/crm/(?:v[34]/(?P<old>\w+)|(?P<new>\w+)/2026-0[39])(?P<rest>(?:/[^/]+)*?)/?", re.ASCII
)
_ACCOUNT = re.compile(r"/account-info/(?:v3|2026-0[39])/details")


class HubSpot(StandInCrm):
    """An account of HubSpot. `state` is what it holds.

    `limit` is that of all calls, `search_limit` that of searches a second. `search_lag` is how long
    a change needs until a search finds it. Both stand in `state`, as do the key's scopes.
    """

    def __init__(
        self, *, now: Callable[[], datetime] = machine_now, limit: tuple[int, float] | None = None,
        search_limit: int | None = None, search_lag: timedelta = timedelta(),
    ) -> None:  # fmt: skip
        super().__init__(now=now, limit=limit)
        self.state = State(self.now, search_limit, search_lag)
        self.token = "pat-eu1-playground"  # noqa: S105 - of a stand-in
        self.client_secret = "playground-client-secret"  # noqa: S105 - of a stand-in
        self.portal_id = 62515
        self.currency = "EUR"
        self.daily_limit = 250_000
        self._hook_url: str | None = None
        self._records, self._settings = Records(self.state), Settings(self.state)

    # ---- people ---------------------------------------------------------------------------------

    def add_owner(self, email: str, name: str) -> str:
        """Somebody who can own records; returns their id."""
        with self.lock:
            first, _, last = name.partition(" ")
            owner = Owner(self.state.next_id(), email, first, last)
            self.state.owners[owner.id] = owner
            return owner.id

    def write(self, kind: str, record_id: str, properties: Mapping[str, str]) -> None:
        """A person writes into a record. Raises KeyError, and Refused for what nobody may."""
        with self.lock:
            item = self.state.items[kind][record_id]
            self.state.validate(kind, properties, item, is_api=False)
            self.state.change(kind, item, properties)

    def make(self, kind: str, properties: Mapping[str, str], contact: str = "") -> str:
        """A person makes a record, and associates it with a contact; returns its id."""
        with self.lock:
            self.state.validate(kind, properties, None, is_api=False)
            item = self.state.make(kind, properties)
            if contact:
                self.state.link((kind, item.id), (CONTACTS, contact))
            return item.id

    def signed(self, url: str, body: bytes) -> dict[str, str]:
        """The headers of a hook with this body, as HubSpot sends it now."""
        stamp = str(int(self.now().timestamp() * 1000))
        text = f"POST{url}".encode() + body + stamp.encode()
        digest = hmac.new(self.client_secret.encode(), text, sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Signature-v3": b64encode(digest).decode(),
        }

    def deliver_to(self, url: str | None) -> None:
        """Send hooks to this address; None: nowhere."""
        self._hook_url = url

    def tell_change(self, kind: str, record_id: str, event: str = "propertyChange") -> None:
        """Tell who looks on that a person changed a record, and send the hook of this event.

        One that does not arrive is lost, and the change is found by polling.
        """
        self.changed()
        if self._hook_url is None:
            return
        hook = {"subscriptionType": f"{kind.removesuffix('s')}.{event}",
                "portalId": self.portal_id, "objectId": int(record_id),
                "occurredAt": int(self.now().timestamp() * 1000)}  # fmt: skip
        body = json.dumps([hook]).encode()
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(self._hook_url, content=body, headers=self.signed(self._hook_url, body))

    # ---- answers --------------------------------------------------------------------------------

    def answer(self, call: Call) -> Response:
        """Do what a call asks for."""
        try:
            if call.token != self.token:
                return self.refusal(Fault.TOKEN)
            status, body = self._route(call)
        except Refused as refused:
            status, body = refused.status, refused.body
        except ValueError:
            status, body = 400, invalid("Invalid input JSON").body
        if status == 204:
            return Response(status_code=204)
        left = max(0, self.daily_limit - self.calls)
        headers = {
            "X-HubSpot-RateLimit-Daily": str(self.daily_limit),
            "X-HubSpot-RateLimit-Daily-Remaining": str(left),
        }
        return JSONResponse(body, status, headers)

    def refusal(self, fault: Fault) -> Response:
        """How HubSpot says it."""
        if fault is Fault.TOO_FAST:
            return _too_fast("TEN_SECONDLY_ROLLING")
        if fault is Fault.TOKEN:
            refused = Refused(401, "INVALID_AUTHENTICATION", "Authentication credentials not found")
        elif fault is Fault.RIGHT:
            refused = lacks("crm.objects.contacts.write")
        else:
            refused = Refused(503, "SERVICE_UNAVAILABLE", "Try again")
        return JSONResponse(refused.body, refused.status)

    def _route(self, call: Call) -> tuple[int, Any]:
        if _ACCOUNT.fullmatch(call.path) and call.method == "GET":
            return 200, self._account()
        match = _PATH.fullmatch(call.path)
        if match is None:
            raise not_found()
        rest = [part for part in match["rest"].split("/") if part]
        handle = {
            "objects": self._records.answer,
            "associations": self._settings.associations,
            "owners": self._settings.owners,
            "properties": self._settings.properties,
            "pipelines": self._settings.pipelines,
        }.get(match["old"] or match["new"])
        if handle is None:
            raise not_found()
        return handle(call, rest)

    def _account(self) -> dict[str, Any]:
        return {
            "portalId": self.portal_id, "accountType": "STANDARD", "timeZone": "Europe/Berlin",
            "companyCurrency": self.currency, "additionalCurrencies": ["USD", "GBP"],
            "utcOffset": "+01:00", "utcOffsetMilliseconds": 3_600_000,
            "uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1",
        }  # fmt: skip


def _too_fast(policy: str) -> Response:
    refused = Refused(429, "RATE_LIMITS", "You have reached your limit.", policyName=policy)
    return JSONResponse(refused.body, 429, {"Retry-After": "10"})
