"""People's hands on the stand-in of Slack, from another process: they click at a steady pace."""

import json
import threading
from itertools import cycle

from benchmarks.load import Line, at_pace, post
from benchmarks.office import Slack


class Hands:
    """The hands of everyone in the stand-in."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._own = threading.local()

    def claim(self, user: str, ts: str) -> float:
        """Press *Claim* on a card; returns the seconds until the app acknowledged."""
        act = {
            "user": user,
            "act": "click",
            "message": [self._slack.channel, ts],
            "args": ["lead.claim"],
        }
        answer = self._line.send(post("/control/act", act))
        outcome = json.loads(answer.body)
        assert answer.status == 200, outcome
        assert outcome["ok"], outcome
        return float(outcome["seconds"])

    def claim_all(self, stamps: list[str], per_second: float) -> list[float]:
        """Everyone in turns claims each of these cards, so many a second."""
        users = [user for user, _ in zip(cycle(self._slack.users), stamps, strict=False)]
        took: list[float] = []
        at_pace(
            lambda number: took.append(self.claim(users[number], stamps[number])),
            per_second,
            len(stamps) / per_second,
        )
        return took

    @property
    def _line(self) -> Line:
        """A connection a thread."""
        if not hasattr(self._own, "line"):
            self._own.line = Line(self._slack.port)
        line: Line = self._own.line
        return line
