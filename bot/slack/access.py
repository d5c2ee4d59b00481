"""Access: who may use a command, a button or a form. Each says so where it is registered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """Who may use a route; `bot.wiring` checks it before anything is read or done.

    What a row allows on top of that (its owner, or a manager) is checked by the verb.
    """

    action: str
    """What the route is for, as a refusal says it: "announce campaigns"."""
    roles: tuple[str, ...]
    """One of these is enough."""
    or_team: bool = False
    """Whether being in a team is enough too."""
