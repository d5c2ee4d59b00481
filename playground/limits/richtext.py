"""Rich text: the block that carries formatted text as data, so nothing in it is parsed.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from playground.limits.shape import (
    Check,
    Shape,
    anything,
    boolean,
    by_type,
    integer,
    one_of,
    several,
    string,
    typed,
)

STYLES = (
    "bold",
    "italic",
    "strike",
    "code",
    "underline",
    "highlight",
    "client_highlight",
    "unlink",
)
STYLE = Shape({}, dict.fromkeys(STYLES, boolean))
STYLED: dict[str, Check] = {"style": STYLE}
LEAVES: dict[str, Check] = {
    "text": typed({"text": string(low=1)}, STYLED),
    "link": typed({"url": string(low=1)}, {**STYLED, "text": string(), "unsafe": boolean}),
    "emoji": typed({"name": string(low=1)}, {**STYLED, "unicode": string(), "skin_tone": anything}),
    "user": typed({"user_id": string(low=1)}, STYLED),
    "usergroup": typed({"usergroup_id": string(low=1)}, STYLED),
    "channel": typed({"channel_id": string(low=1)}, STYLED),
    "broadcast": typed({"range": one_of("here", "channel", "everyone")}, STYLED),
    "color": typed({"value": string(low=1)}, STYLED),
    "date": typed(
        {"timestamp": integer(0), "format": string(low=1)},
        {**STYLED, "url": string(), "fallback": string()},
    ),
}
LINE: dict[str, Check] = {"elements": several(by_type(LEAVES))}
SECTION = typed(LINE)
BORDER: dict[str, Check] = {"border": integer(0, 1)}
PARTS: dict[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_preformatted": typed(LINE, {**BORDER, "language": string()}),
    "rich_text_quote": typed(LINE, BORDER),
    "rich_text_list": typed(
        {
            "style": one_of("bullet", "ordered"),
            "elements": several(by_type({"rich_text_section": SECTION})),
        },
        {**BORDER, "indent": integer(0, 8), "offset": integer(0)},
    ),
}
RICH_TEXT: dict[str, Check] = {"elements": several(by_type(PARTS))}
