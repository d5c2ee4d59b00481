"""Text that is safe to show: what others wrote is hostile until it has gone through here."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

_BAR = 20  # characters

# Controls that reorder or hide text (Unicode TR 9 and the C0/C1 controls but tab and newline).
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


# What phones, Macs and Slack make of what was typed, as a keyboard has it.
_TYPED = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060"),
        "…": "...",
    }
)
_DRAWN = re.compile(r"<[@#!]")
_DATE, _MENTION = re.compile(r"<!date[^|>]*\|([^>]*)>"), re.compile(r"<@(\w+)>")
_QUOTED = re.compile(r"""(?<!\S)(["'])\s*(.*?)\s*\1(?!\S)""")


def typed(text: str) -> str:
    """What somebody typed, in one form: straight quotes, plain dashes and spaces, no entities."""
    escaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(_INVISIBLE.sub("", escaped).translate(_TYPED).split())


def unquoted(text: str) -> str:
    """The same words without the quotes around some of them."""
    return _QUOTED.sub(r"\2", text)


def clean(text: str, limit: int = 3000) -> str:
    """Text without invisible controls, cut to `limit` characters with an ellipsis."""
    storable = text.encode("utf-8", "replace").decode()  # a lone surrogate fits nowhere
    visible = _INVISIBLE.sub("", storable.replace("\r\n", "\n").replace("\r", "\n"))
    return visible if len(visible) <= limit else visible[: limit - 1].rstrip() + "…"


def safe(text: str, limit: int = 1000) -> str:
    """Text for mrkdwn: cleaned, cut, then escaped, so that no mention, link or markup works.

    Escaping can make a character five times as long (`&amp;`), so `limit` bounds the result too.
    """
    kept = clean(text, limit)
    if len(escaped := _escape(kept)) <= limit:
        return escaped
    while kept and len(escaped := _escape(kept)) >= limit:
        kept = kept[: -1 - (len(escaped) - limit) // 6]
    return _escape(kept) + "…"


def _escape(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # No escape exists for a quote at the start of a line, nor for *bold* and the like at the start
    # of a word: a zero-width space takes away their effect. Within a word they have none.
    unquoted = re.sub(r"^(\s*)&gt;", "\\1\u200b&gt;", escaped, flags=re.MULTILINE)
    return re.sub(r"((?<!\w)[*_~](?=\S)|`)", "\\1\u200b", unquoted)


def share(lengths: Iterable[int], room: int, longest: int) -> int:
    """How long each of these texts may be, so that all fit into the room: the short ones leave
    theirs to the others. `longest`, where all fit as they are."""
    in_order = sorted(lengths)
    for position, length in enumerate(in_order):
        each = room // (len(in_order) - position)
        if length > each:
            return each
        room -= length
    return longest


def mention(slack_user_id: str) -> str:
    """The person, by their Slack ID, as Slack draws them."""
    return f"<@{slack_user_id}>"


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A time that each reader sees in their own zone; where that fails, in UTC."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%Y-%m-%d %H:%M} UTC>"


def is_plain(text: str) -> bool:
    """Whether a text reads the same where Slack draws no mentions and no times."""
    return not _DRAWN.search(text)


def unescaped(text: str) -> str:
    """A text for mrkdwn as it reads where Slack takes no escapes."""
    return html.unescape(text).replace("\u200b", "")


def without_drawings(text: str, names: Mapping[str, str]) -> str:
    """A message as it reads outside Slack: times in UTC, and people by their names, given by Slack
    ID."""
    dated = _DATE.sub(r"\1", text)
    return unescaped(_MENTION.sub(lambda found: names.get(found[1], "somebody"), dated))


def bar(done: int, total: int) -> str:
    """A line that fills up, and how far it is."""
    part = done / total if total else 1.0
    # Nothing looks begun before it has, or done before it is.
    filled = _BAR if done >= total else min(max(round(part * _BAR), int(done > 0)), _BAR - 1)
    return f"{'█' * filled}{'░' * (_BAR - filled)}  {int(part * 100)}%"
