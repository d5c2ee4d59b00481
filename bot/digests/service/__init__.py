"""The verbs of digests: report on a week, send it, tell people of their own, and set it up."""

from bot.digests.service.explaining import explain, leads_for_metric, named
from bot.digests.service.opting import opt_in, opt_out, wants_own
from bot.digests.service.personal import NothingOfYourOwn, own_last, own_running
from bot.digests.service.quarterly import QUARTER, quarter
from bot.digests.service.reporting import (
    Reading,
    last,
    of_week,
    running,
    sum_up,
)
from bot.digests.service.sending import (
    DETAILS,
    HEADLINE,
    MONEY,
    OWN,
    SEND,
    delivered,
    delivered_own,
    send,
)
from bot.digests.service.setup import change, changeable, install, of_workspace, timetables

__all__ = [
    "DETAILS",
    "HEADLINE",
    "MONEY",
    "OWN",
    "QUARTER",
    "SEND",
    "NothingOfYourOwn",
    "Reading",
    "change",
    "changeable",
    "delivered",
    "delivered_own",
    "explain",
    "install",
    "last",
    "leads_for_metric",
    "named",
    "of_week",
    "of_workspace",
    "opt_in",
    "opt_out",
    "own_last",
    "own_running",
    "quarter",
    "running",
    "send",
    "sum_up",
    "timetables",
    "wants_own",
]
