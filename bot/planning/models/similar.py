"""Last time: which past campaigns are most like one that is proposed.

Pure. Of one point each: the same kind, the share of the words that both audiences have in common,
and the share of channels. Shares are Jaccard's index: in both, by in either.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

MOST = 3

_SHORTEST = 3  # words of an audience that tell something
T = TypeVar("T")


@dataclass(frozen=True)
class Likeness:
    """What of a campaign is compared."""

    kind: str
    audience: str
    channels: tuple[str, ...]


def most_similar(wanted: Likeness, past: Sequence[tuple[T, Likeness]], most: int = MOST) -> list[T]:
    """The past campaigns that have something in common, the most similar first.

    Of equally similar ones, those that stand first in `past`.
    """
    ranked = sorted(past, key=lambda each: similarity(wanted, each[1]), reverse=True)
    return [each for each, like in ranked[:most] if similarity(wanted, like) > 0]


def similarity(one: Likeness, other: Likeness) -> Fraction:
    """How similar two campaigns are: from 0 to 3, the same either way round."""
    return (
        Fraction(one.kind == other.kind)
        + _share(_words(one.audience), _words(other.audience))
        + _share(_names(one.channels), _names(other.channels))
    )


def _share(one: frozenset[str], other: frozenset[str]) -> Fraction:
    either = one | other
    return Fraction(len(one & other), len(either)) if either else Fraction()


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.casefold()) if len(word) >= _SHORTEST)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
