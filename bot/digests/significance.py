"""Noise: whether a figure moved more than chance alone would move it.

The rule is one for counts and shares: a difference is more than chance where it is larger than
twice its standard error, computed as if nothing had changed, after half a lead is taken off for
counting in whole leads (the continuity correction). Where nothing changed, it speaks up in fewer
than one week of twenty. Counts of leads are taken to be Poisson, shares to be binomial; of these
see NIST/SEMATECH, e-Handbook of Statistical Methods, 7.3.3.
"""

from math import sqrt

RULE = (
    "“Usual” pools up to four earlier weeks, each at the same age if the figure is still growing. "
    "A change is *significant* if it's more than twice what chance alone would explain (twice the "
    "standard error: Poisson for counts, binomial for shares, corrected for whole numbers). If "
    "nothing has really changed, fewer than one week in twenty shows one. Times and amounts aren't "
    "judged: a few leads can move a median or a sum."
)
_ERRORS = 2


def count_moved(now: int, before: int, weeks: int) -> bool:
    """Whether `now` leads in one week differ from `before` leads in so many weeks together."""
    weekly = 1 + 1 / weeks
    error = sqrt((now + before) / (weeks + 1) * weekly)
    return abs(now - before / weeks) - weekly / 2 > _ERRORS * error


def share_moved(part: int, whole: int, part_before: int, whole_before: int) -> bool:
    """Whether `part` of `whole` differs from that of before; without any leads it does not."""
    if not whole or not whole_before:
        return False
    pooled = (part + part_before) / (whole + whole_before)
    sizes = 1 / whole + 1 / whole_before
    error = sqrt(pooled * (1 - pooled) * sizes)
    return abs(part / whole - part_before / whole_before) - sizes / 2 > _ERRORS * error
