"""What Slack and the app say to each other: a look below the page, for who builds or doubts.

Deliveries to the app (with how long it took to acknowledge) and the app's calls of the Web API,
newest first, each with its payload. Tokens are left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from playground.delivery import Delivery
from playground.methods import PastCall
from playground.page import dom, icons
from playground.page.reader import clock_time
from playground.page.session import Session

_MOST = 60
_LONGEST = 6000


@dataclass(frozen=True)
class Exchange:
    """One exchange: `to_app` for a delivery, else a call; `bad` says what went wrong."""

    key: str
    at: float
    to_app: bool
    name: str
    kind: str
    seconds: float | None
    bad: str
    payload: Any


class WirePane:
    """The pane at the right, shown while `session.wire_open`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._drawn: dict[str, tuple[str, ui.element]] = {}
        self._box = dom.tag("aside", "thread wire", aria_label="Wire", data_testid="wire")
        with self._box:
            with dom.tag("div", "head"):
                dom.words("h2", "head-name", "Wire")
                dom.words("span", "head-topic", f"Slack and {session.app_name}, newest first")
                cross = dom.button(
                    "icon-btn", icon=icons.CLOSE, aria_label="Close", data_testid="close-wire"
                )
                cross.on("click", session.toggle_wire, args=[])
            self._list = dom.tag("div", "wire-list")
        self._box.set_visibility(False)

    def refresh(self) -> None:
        """Draw what was said since."""
        self._box.set_visibility(self.session.wire_open)
        if not self.session.wire_open:
            return
        exchanges = self._exchanges()
        kept = {one.key for one in exchanges}
        for key in [key for key in self._drawn if key not in kept]:
            self._drawn.pop(key)[1].delete()
        for place, one in enumerate(exchanges):
            self._put(place, one)

    def _put(self, place: int, one: Exchange) -> None:
        before, leaf = self._drawn.get(one.key, ("", None))
        shown = f"{one.seconds}{one.bad}"
        if before == shown:
            return
        if leaf is not None:
            leaf.delete()
        with self._list:
            leaf = dom.leaf(_exchange_html(one, self._time(one.at)), "wire-row", "details",
                            data_testid="spoken", data_name=one.name)  # fmt: skip
        leaf.move(target_index=place)
        self._drawn[one.key] = (shown, leaf)

    def _time(self, at: float) -> str:
        return clock_time(self.session.reader().local(at), seconds=True)

    def _exchanges(self) -> list[Exchange]:
        deliveries = [_delivered(d) for d in list(self.session.slack.deliveries.log)[-_MOST:]]
        calls = [_called(c) for c in list(self.session.slack.web_api.past_calls)[-_MOST:]]
        return sorted([*deliveries, *calls], key=lambda one: -one.at)[:_MOST]


def _delivered(delivery: Delivery) -> Exchange:
    kind = delivery.kind + (f", try {delivery.attempt + 1}" if delivery.attempt else "")
    return Exchange(f"d{delivery.number}", delivery.sent_at, True, delivery.name, kind,
                  delivery.seconds, delivery.failure or "", delivery.body)  # fmt: skip


def _called(call: PastCall) -> Exchange:
    return Exchange(f"c{id(call)}", call.at, False, call.method, "Web API", call.seconds,
                  call.error or "", call.args)  # fmt: skip


def _exchange_html(one: Exchange, when: str) -> str:
    arrow = "→ app" if one.to_app else "← app"
    took = "…" if one.seconds is None else f"{one.seconds * 1000:.0f} ms"
    bad = f'<span class="wire-bad">{escape(one.bad)}</span>' if one.bad else ""
    payload = json.dumps(_without_tokens(one.payload), indent=2, ensure_ascii=False, default=str)
    return (
        f'<summary><span class="wire-way">{arrow}</span><b>{escape(one.name)}</b>{bad}'
        f"<small>{escape(one.kind)} · {took} · {escape(when)}</small></summary>"
        f"<pre>{escape(payload[:_LONGEST])}</pre>"
    )


def _without_tokens(payload: Any) -> Any:
    """The payload, with JSON inside its fields opened up and tokens left out."""
    if isinstance(payload, dict):
        return {k: _without_tokens(v) for k, v in payload.items() if k != "token"}
    if isinstance(payload, list):
        return [_without_tokens(item) for item in payload]
    if isinstance(payload, str) and payload[:1] in ("{", "["):
        try:
            return _without_tokens(json.loads(payload))
        except ValueError:
            return payload
    return payload
