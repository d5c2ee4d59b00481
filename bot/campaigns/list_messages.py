"""How the list of campaigns looks, and how `/offer` answers: one offer, or several in short."""

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot import formats
from bot.campaigns.messages import facts, offer_for_a_call, offer_terms
from bot.campaigns.models import RECENTLY_DAYS, AsOf, Campaign, Kind, OfferSearch, Overview, Stage
from bot.campaigns.texts import (
    how_it_ended,
    late_words,
    offer_line,
    only,
    plain,
    terms_changed,
)
from bot.formats import plural
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.paging import page_count, page_turns
from bot.slack.text import moment, safe

NEW = "campaign.new"
LIST = "campaign.list"

_MOST_LISTED = 10  # of each group: four times that stays below Slack's 50 blocks

SHOW = "campaign.show_offer"
SHOW_ALL = "campaign.show_whole_offer"
OFFERS = "campaign.offers"

_LONGEST_NOTE = 2_000  # what a modal carries along, below Slack's 3,000


def listing(overview: Overview) -> Message:
    """The answer to `/campaign list`."""
    if overview.is_empty:
        return only(
            "No campaign is live, coming up or just over. Marketing announces one with `/campaign`."
        )
    groups = {
        "Live": overview.running,
        "Paused": overview.paused,
        "Coming up": overview.coming,
        f"Ended in the last {RECENTLY_DAYS} days": overview.ended,
    }
    text = (
        f"{plural(len(overview.running), 'campaign')} live, {len(overview.coming)} coming up, "
        f"{len(overview.ended)} ended in the last {RECENTLY_DAYS} days."
    )
    blocks = [
        block for title, campaigns in groups.items() for block in _group(title, campaigns, overview)
    ]
    if overview.paused:
        text = f"{text[:-1]}, {len(overview.paused)} paused."
    return Message(text, [*blocks, ActionsBlock(elements=[_all_button()])])


def all_campaigns(
    campaigns: Sequence[Campaign], number: int, count: int, size: int, readers: Mapping[int, int]
) -> View:
    """A page of all campaigns, each with its stage."""
    pages = page_count(count, size)
    rows = [SectionBlock(text=_listed_line(campaign, readers)) for campaign in campaigns]
    nothing = SectionBlock(text="No campaigns yet. Marketing announces one with `/campaign`.")
    return View(
        type="modal",
        callback_id=LIST,
        title="Campaigns",
        close="Done",
        blocks=[
            *(rows or [nothing]),
            *page_turns(LIST, number, pages),
            note(f"{plural(count, 'campaign')}, page {number + 1} of {pages}"),
        ],
    )


def _all_button() -> ButtonElement:
    return ButtonElement(text="All campaigns", action_id=LIST, value="0")


def _listed_line(campaign: Campaign, readers: Mapping[int, int]) -> str:
    stage, kind = Stage(campaign.stage).label, Kind(campaign.kind).label
    read = readers.get(campaign.id)
    return (
        f"*{safe(campaign.name)}* · *{stage}* · {kind} · {campaign.owner.mention}\n"
        f"{offer_line(campaign)}" + (f"\nRead by {read} in sales" if read else "")
    )


def _group(title: str, campaigns: Sequence[Campaign], overview: Overview) -> list[Block]:
    if not campaigns:
        return []
    blocks: list[Block] = [HeaderBlock(text=plain(title, 150))]
    blocks.extend(_listed_row(campaign, overview) for campaign in campaigns[:_MOST_LISTED])
    left = len(campaigns) - _MOST_LISTED
    if left > 0:
        blocks.append(note(f"and {left:,} more"))
    return blocks


def _listed_row(campaign: Campaign, overview: Overview) -> SectionBlock:
    readers = overview.readers.get(campaign.id, 0)
    return SectionBlock(
        text=f"*{safe(campaign.name)}* · {Kind(campaign.kind).label}\n{offer_line(campaign)}\n"
        f"Read by {readers} of {overview.sales} in sales"
    )


def offers(result: OfferSearch) -> Message:
    """The answer to `/offer` with or without words: private to whoever asked."""
    if not result.offers:
        return only(_nothing(result))
    if result.count == 1:
        return offer(result.offers[0])
    summary = f"{plural(result.count, 'offer')} {_search_words(result)}."
    return Message(summary, [SectionBlock(text=summary), *map(_offer_row, result.offers)])


def pages(result: OfferSearch, words: str, page: int, size: int) -> View:
    """More offers than one answer lists, a page of them; `asked` is what was written."""
    last = max(-(-result.count // size) - 1, 0)
    summary = (
        f"{plural(result.count, 'offer')} {_search_words(result)}, page {page + 1} of {last + 1}"
    )
    return View(
        type="modal", callback_id=OFFERS, private_metadata=words[:_LONGEST_NOTE], title="Offers",
        close="Done",
        blocks=[
            *map(_offer_row, result.offers), *page_turns(OFFERS, page, last + 1),
            note(summary),
        ],
    )  # fmt: skip


def whole_offer(as_of: AsOf) -> View:
    """All of one offer, over what it was looked up in."""
    shown = as_of.offer
    blocks = [
        *_offer_head(as_of),
        *offer_for_a_call(shown),
        SectionBlock(fields=facts(shown, as_of.campaign)),
        _source(as_of),
    ]
    return View(type="modal", title="Offer", close="Back", blocks=blocks)


def offer(as_of: AsOf) -> Message:
    """What of one offer is asked for on the phone; a button shows the rest."""
    shown, version = as_of.offer, as_of.version
    assert version is not None, "only what was announced is found"
    rest = ButtonElement(text="All details", action_id=SHOW_ALL, value=str(version.id))
    return Message(
        f"“{safe(shown.name)}”: {_standing(as_of)} {offer_line(shown)}.",
        [
            *_offer_head(as_of),
            *offer_terms(shown),
            ActionsBlock(elements=[rest]),
            _source(as_of),
        ],
    )


def _offer_head(as_of: AsOf) -> list[Block]:
    shown = as_of.offer
    return [
        HeaderBlock(text=plain(_warning(as_of) + shown.name, 150)),
        SectionBlock(text=f"{_standing(as_of)}\n{offer_line(shown)}"),
    ]


def _source(as_of: AsOf) -> Block:
    version = as_of.version
    assert version is not None, "only what was announced is found"
    since = f", since {moment(version.in_force_from)}" if version.in_force_from else ""
    today = ". `/offer` shows today's terms." if as_of.only_terms_changed else ""
    return note(f"Version {version.number}{since}{today}")


def _offer_row(as_of: AsOf) -> SectionBlock:
    shown = as_of.offer
    price = f"\n{safe(shown.price, 220)}" if shown.price else ""
    assert as_of.version is not None, "only what was announced is found"
    button = ButtonElement(text="Show", action_id=SHOW, value=str(as_of.version.id))
    text = f"*{safe(shown.name)}*\n{_standing(as_of)}\n{offer_line(shown)}{price}"
    return SectionBlock(text=text, accessory=button)


def _warning(as_of: AsOf) -> str:
    """What nobody may overlook, in front of the name."""
    if as_of.only_terms_changed:
        return "⚠ "
    return "" if as_of.campaign.is_in_force(as_of.today) else "⛔ "


def _standing(as_of: AsOf) -> str:
    if as_of.day == as_of.today and not as_of.changed_on:
        return _standing_today(as_of)
    return _standing_ahead(as_of) if as_of.day > as_of.today else _standing_then(as_of)


def _standing_today(as_of: AsOf) -> str:
    """Whether the offer holds, and what to say where it does not."""
    campaign = as_of.campaign
    if as_of.was_over:
        reason = safe(late_words(campaign), 320)
        return f"*{how_it_ended(campaign)}. Don't promise it.* Say: {reason}"
    if campaign.stage == Stage.PAUSED:
        return _ask_owner("Paused.", campaign)
    if campaign.starts_on > as_of.today:
        return f"*Starts on {formats.day(campaign.starts_on)}.* Don't promise it before then."
    if campaign.ends_on:
        return f"Valid until {formats.day(campaign.ends_on)}."
    return "Valid until further notice."


def _standing_ahead(as_of: AsOf) -> str:
    """Whether it will hold on a day to come, as things stand."""
    campaign, day = as_of.campaign, formats.day(as_of.day, as_of.today)
    if campaign.is_over(as_of.today):
        return f"*{how_it_ended(campaign)}. Don't promise it.*"
    if as_of.was_over:
        return f"*It will be over on {day}:* it ends{_end(campaign)}."
    if campaign.stage == Stage.PAUSED:
        return _ask_owner("It's paused today.", campaign)
    if not as_of.in_force:
        return f"*It won't have started on {day}:* it starts on {formats.day(campaign.starts_on)}."
    today = _not_yet(as_of) or "It's valid today too."
    return f"Valid on {day}. {today}"


def _standing_then(as_of: AsOf) -> str:
    """Whether it held on a day that has passed, and what has become of it."""
    day = formats.day(as_of.day, as_of.today)
    if as_of.only_terms_changed:
        return f"{terms_changed(as_of)} As promised on {day}:"
    if as_of.in_force:
        return f"Valid on {day}. {_since(as_of)}"
    return _why_not_then(as_of, day)


def _why_not_then(as_of: AsOf, day: str) -> str:
    campaign = as_of.campaign
    if as_of.stage == Stage.CANCELLED:
        return f"*It was already cancelled on {day}.*"
    if as_of.was_over:
        return f"*It was already over on {day}:* it ended{_end(campaign)}."
    if as_of.stage == Stage.PAUSED:
        return f"*It was paused on {day}.* {_since(as_of)}"
    if campaign.stage == Stage.CANCELLED:
        return f"*It hadn't started on {day}*, and was cancelled. Don't promise it."
    return f"*It hadn't started on {day}:* it starts on {formats.day(as_of.offer.starts_on)}."


def _since(as_of: AsOf) -> str:
    """What has become of it."""
    campaign = as_of.campaign
    if campaign.stage == Stage.CANCELLED:
        return "*It was cancelled. Don't promise it today.*"
    if campaign.is_over(as_of.today):
        return f"*It ended{_end(campaign)}. Don't promise it today.*"
    if campaign.stage == Stage.PAUSED:
        return _ask_owner("It's paused today.", campaign)
    if as_of.changed_on:
        return f"{terms_changed(as_of)} `/offer` shows today's."
    return _not_yet(as_of) or "It's still valid today."


def _not_yet(as_of: AsOf) -> str:
    """From when it may be promised; empty where that is so already."""
    starts_on = as_of.campaign.starts_on
    if starts_on <= as_of.today:
        return ""
    return f"*It starts on {formats.day(starts_on)}. Don't promise it before then.*"


def _ask_owner(what: str, campaign: Campaign) -> str:
    return f"*{what}* Ask {campaign.owner.mention} before you promise it."


def _end(campaign: Campaign) -> str:
    return f" on {formats.day(campaign.ends_on)}" if campaign.ends_on else ""


def _search_words(result: OfferSearch) -> str:
    words = f"for “{safe(result.words, 100)}”" if result.words else ""
    if result.day != result.today:
        return f"{words or 'valid'} on {formats.day(result.day)}"
    return words or "valid today"


def _nothing(result: OfferSearch) -> str:
    day = _on(result.day, result.today)
    if not result.words:
        return (
            f"No offer is valid {day}. `/campaign list` shows what starts soon and what has ended."
        )
    return (
        f"No offer for “{safe(result.words, 100)}” {day}. Try fewer words, or the beginning of a "
        "name: `/offer sum`. `/offer` alone shows today's offers, `/offer summer on 2026-05-01` an "
        "earlier day's."
    )


def _on(day: date, today: date) -> str:
    return "today" if day == today else f"on {formats.day(day)}"
