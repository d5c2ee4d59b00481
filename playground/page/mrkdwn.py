"""Slack's mrkdwn as safe HTML: everything is escaped first, and only what is known becomes a tag.

The order matters: code and `<…>` tokens are taken out and replaced by private-use marks, the rest
is escaped, the marks of style are turned into tags, and the tokens are put back. So nothing that
somebody wrote is ever read as HTML, and nothing inside code is read as style.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from playground.page.emoji import EMOJI
from playground.page.links import link, safe_url
from playground.page.reader import Reader, ago, clock_time, full_moment, ordinal, relative_day
from playground.page.values import text_of

_MARKS = re.compile("[\ue000-\ue002]")
_STASHED = re.compile("[\ue000\ue002](\\d+)\ue001")
_BLOCK_LINE = re.compile("\ue002\\d+\ue001")
_PRE = re.compile(r"\n?```\n?(.+?)\n?```\n?", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_TOKEN = re.compile(r"<([^<>\n]+)>")
_BARE_LINK = re.compile(
    r"(?<![\w@/])https?://[^\s<>\ue000-\ue002]*[^\s<>.,;:!?)\]}'\"\ue000-\ue002*_~]"
)
_EMOJI = re.compile(r":([a-z0-9_+\-]+):(?::skin-tone-[2-6]:)?")
_BULLET = re.compile(r"^(?:[•◦▪–]|-)\s+")
_STYLES = tuple(
    (re.compile(rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]+?)(?<=\S){m}(?![\w{m}])"), tag)
    for m, tag in ((r"\*", "b"), ("_", "i"), ("~", "s"))
)
_DATE = re.compile(r"^!date\^(-?\d+)\^([^^|]*)(?:\^([^|]*))?(?:\|(.*))?$", re.DOTALL)
_BROADCASTS = {"here", "channel", "everyone"}
_PART = re.compile(r"\{(\w+)\}")


def emojify(escaped: str) -> str:
    """Replace the short codes that are known in text that is escaped already."""

    def draw(match: re.Match[str]) -> str:
        glyph = EMOJI.get(match[1])
        if glyph is None:
            return match[0]
        return f'<span class="mk-emoji" role="img" aria-label="{escape(match[1])}">{glyph}</span>'

    return _EMOJI.sub(draw, escaped)


def plain_html(text: str, *, emoji: bool = True) -> str:
    """A plain_text object's text: nothing is parsed but emoji short codes."""
    shown = escape(text)
    return (emojify(shown) if emoji else shown).replace("\n", "<br>")


def text_html(text: dict[str, Any] | str | None, reader: Reader) -> str:
    """A text object as HTML, by its type."""
    if isinstance(text, dict) and text.get("type") == "mrkdwn":
        return mrkdwn_html(text_of(text), reader)
    emoji = not isinstance(text, dict) or text.get("emoji") is not False
    return plain_html(text_of(text), emoji=emoji)


def user_html(reader: Reader, user_id: str, fallback: str | None = None) -> str:
    """A mention of a person; the reader's own name stands out."""
    name = reader.user_name(user_id) or fallback or user_id
    mine = " mk-mention-me" if user_id == reader.user else ""
    return f'<span class="mk-mention{mine}" data-user="{escape(user_id)}">@{escape(name)}</span>'


def channel_html(reader: Reader, channel_id: str, fallback: str | None = None) -> str:
    """A mention of a channel, which opens it."""
    name = reader.channel_name(channel_id) or fallback or channel_id
    return f'<a class="mk-mention" href="#" data-go="{escape(channel_id)}">#{escape(name)}</a>'


def mrkdwn_html(text: str, reader: Reader, *, breaks: bool = True) -> str:
    """The HTML of a mrkdwn text, as this reader sees it. Its markup is ours alone."""
    stash: list[str] = []

    def keep(html: str, mark: str = "\ue000") -> str:
        stash.append(html)
        return f"{mark}{len(stash) - 1}\ue001"

    def keep_pre(match: re.Match[str]) -> str:
        html = f"<pre>{_code_html(match[1], reader)}</pre>"
        return "\n" + keep(html, "\ue002") + "\n"

    work = _MARKS.sub("", text.replace("\r\n", "\n").replace("\x00", ""))
    work = _PRE.sub(keep_pre, work).strip("\n")
    work = _CODE.sub(lambda m: keep(f"<code>{_code_html(m[1], reader)}</code>"), work)
    work = _TOKEN.sub(lambda m: keep(token_html(m[1], reader)), work)
    work = _BARE_LINK.sub(lambda m: keep(link(_unescape(m[0]), escape(_unescape(m[0])))), work)
    work = _lines_html(work) if breaks else _styled(work)
    while _STASHED.search(work):
        work = _STASHED.sub(lambda m: stash[int(m[1])], work)
    return work


def token_html(token: str, reader: Reader) -> str:
    """What stood between `<` and `>`: a mention, a date, a link, or else just text."""
    body, _, label = token.partition("|")
    if match := re.fullmatch(r"@([UWB][A-Z0-9]+)", body):
        return user_html(reader, match[1], _unescape(label).lstrip("@") or None)
    if match := re.fullmatch(r"#([CDG][A-Z0-9]+)", body):
        return channel_html(reader, match[1], _unescape(label) or None)
    if match := _DATE.match(token):
        url = _unescape(match[3]) if match[3] else None
        return date_html(reader, int(match[1]), _unescape(match[2]), url, _unescape(match[4] or ""))
    if body.startswith("!"):
        return _special_html(body[1:], label)
    if address := safe_url(_unescape(body)):
        shown = _styled(label) if label else escape(address.removeprefix("mailto:"))
        return link(address, shown)
    return escape(f"<{_unescape(token)}>")


def _special_html(name: str, label: str) -> str:
    if name in _BROADCASTS:
        return f'<span class="mk-mention mk-mention-me">@{name}</span>'
    if name.startswith("subteam^"):
        shown = _unescape(label).lstrip("@") or name.removeprefix("subteam^")
        return f'<span class="mk-mention">@{escape(shown)}</span>'
    return escape(_unescape(label) or f"<!{_unescape(name)}>")


def _code_html(text: str, reader: Reader) -> str:
    """Code: no style and no emoji, but Slack keeps links and mentions alive in it."""
    parts = _TOKEN.split(text)
    return "".join(
        token_html(part, reader) if number % 2 else escape(_unescape(part))
        for number, part in enumerate(parts)
    )


def _unescape(text: str) -> str:
    """Undo the three entities that Slack knows, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _styled(text: str) -> str:
    html = escape(_unescape(text))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return emojify(html)


def _lines_html(text: str) -> str:
    """Line by line: quotes become one block, bullets hang, the rest is broken as it stands."""
    out: list[str] = []
    quote: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith(("&gt;&gt;&gt;", ">>>")):
            rest = [re.sub(r"^(&gt;|>){3} ?", "", line), *lines[number + 1 :]]
            _flush(quote, out)
            out.append(f"<blockquote>{_lines_html(chr(10).join(rest))}</blockquote>")
            return "".join(out)
        if match := re.match(r"^(?:&gt;|>) ?", line):
            quote.append(_styled(line[match.end() :]))
            continue
        _flush(quote, out)
        out.append(_line_html(line))
    _flush(quote, out)
    return re.sub(r"(?:<br>)$", "", "".join(out))


def _line_html(line: str) -> str:
    if _BULLET.match(line):
        return f'<div class="mk-bullet">{_styled(line)}</div>'
    if _BLOCK_LINE.fullmatch(line):
        return line
    return _styled(line) + "<br>"


def _flush(quote: list[str], out: list[str]) -> None:
    if quote:
        out.append(f"<blockquote>{'<br>'.join(quote)}</blockquote>")
        quote.clear()


def date_html(reader: Reader, stamp: int, template: str, url: str | None, fallback: str) -> str:
    """`<!date^…>` in the reader's zone; the fallback where the stamp cannot be a date."""
    try:
        moment = reader.local(stamp)
        shown = _PART.sub(lambda part: _part(reader, stamp, part[1]), template)
    except (ValueError, OverflowError, OSError):
        return escape(fallback)
    title = full_moment(reader, stamp)
    html = f'<time datetime="{moment.isoformat()}" title="{title}">{escape(shown)}</time>'
    return link(url, html) if url else html


def _part(reader: Reader, stamp: int, name: str) -> str:
    """One `{…}` of a template; an unknown one stays as it is."""
    moment = reader.local(stamp)
    if name.endswith("_pretty") and (near := relative_day(moment.date(), reader.today())):
        return near
    shown = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "date": f"{moment:%B} {ordinal(moment.day)}, {moment.year}",
        "date_short": f"{moment:%b} {moment.day}, {moment.year}",
        "date_long": f"{moment:%A}, {moment:%B} {ordinal(moment.day)}, {moment.year}",
        "time": clock_time(moment),
        "time_secs": clock_time(moment, seconds=True),
        "ago": ago(reader, stamp),
    }
    return shown.get(name.removesuffix("_pretty"), f"{{{name}}}")
