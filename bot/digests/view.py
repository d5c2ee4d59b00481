"""How digests look: one headline, the key figures, the campaigns, and what is missing."""

from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.digests.model import Report, Week
from bot.digests.tables import Form, campaigns, read, table
from bot.leads.model import Rating
from bot.metrics import METRICS, Figures
from bot.slack import AnyBlock, Message
from bot.slack.text import moment, plural

_KEY_FIGURES: tuple[Form, ...] = (
    ("Leads received", "received", "{received}"),
    ("Claimed", "claimed", "{claimed} ({acceptance_rate})"),
    ("Time to claim", "claim_median", "median {claim_median}, p90 {claim_p90}"),
    ("Speed-to-lead", "response_median", "median {response_median}, p90 {response_p90}"),
    ("Rated", "rating_coverage", "{rated} ({rating_coverage} of claimed)"),
    ("Quality index", "quality_index", "{quality_index} of 3, n = {rated}"),
    ("Outcomes", "won", "{won} won, {lost} lost (win rate {win_rate})"),
    ("Won amount", "won_amount", "{won_amount}"),
)


_METHOD = (
    "Amounts by campaign are attributed by UTM, first touch, which does not prove the cause. "
    "`/digest formulas` says how each figure is computed."
)


@dataclass(frozen=True)
class _Gap:
    """Something missing: of which leads, how to say it of one and of many, and what to do."""

    metric: str
    whole: str
    noun: str
    one: str
    many: str
    deed: str


_GAPS = (
    _Gap("unclaimed", "received", "lead", "has no owner", "have no owner",
         "Press _Claim_ on the card."),
    _Gap("unanswered", "claimed", "claimed lead", "has no first response", "have no first response",
         "Call or write, then press _Contacted_ on the card."),
    _Gap("unrated", "claimed", "claimed lead", "is not rated", "are not rated",
         "Press _Hot_, _Good_, _Weak_ or _Junk_ on the card."),
    _Gap("unattributed", "received", "lead", "belongs to no campaign", "belong to no campaign",
         "Check the `utm_campaign` codes of links and forms."),
    _Gap("undisposed", "lost", "lost lead", "has no disposition", "have no disposition",
         "Ask the owner why: the next campaign learns from it."),
)  # fmt: skip


def digest(report: Report) -> Message:
    """A week's digest; of a running week, what is known by now."""
    title = f"{'This week so far' if report.is_running else 'Weekly digest'}: {_days(report.week)}"
    headline = _headline(report)
    body = _figures(report) if report.total.count("received") else [_nothing_came(report)]
    blocks = [HeaderBlock(text=title), SectionBlock(text=f"*{headline}*"), *body, _notes(report)]
    return Message(f"{title}. {headline}", blocks)


def formulas() -> Message:
    """How each figure is computed."""
    text = (
        "Every figure is over the leads received in the week, from Monday to Sunday in the "
        "workspace's time zone. Where there is nothing to divide by, it reads n/a."
    )
    rows = [("Figure", "How it is computed")]
    rows += [(metric.label, metric.formula) for metric in METRICS]
    title = HeaderBlock(text="The figures of the digest")
    return Message(text, [title, SectionBlock(text=text), table(rows, align="left")])


def _days(week: Week) -> str:
    """`16–22 November 2026`, `30 November – 6 December 2026`."""
    first, last = week.monday, week.sunday
    end = f"{last.day} {last:%B %Y}"
    if first.month == last.month:
        return f"{first.day}–{end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} – {end}"


def _headline(report: Report) -> str:
    """What happened, in one sentence."""
    total = report.total
    received, won = total.count("received"), total.count("won")
    if not received:
        return _silence(report)
    came = ("has come in" if received == 1 else "have come in") if report.is_running else "came in"
    parts = [f"{plural(received, 'lead')} {came}{_change(report)}", _claims(total)]
    if won:
        parts.append(f"{won:,} {_is(won)} won")
    return "; ".join(parts) + "."


def _silence(report: Report) -> str:
    sentence = "No leads have come in yet" if report.is_running else "No leads came in"
    if not _has_before(report):
        return f"{sentence}."
    week = "last week" if report.is_running else "the week before"
    return f"{sentence}; {week} brought {report.before['received']}."


def _has_before(report: Report) -> bool:
    return report.before.count("received") > 0


def _change(report: Report) -> str:
    """How many more or fewer than the week before; a running week cannot be compared."""
    if report.is_running or not _has_before(report):
        return ""
    more = report.total.count("received") - report.before.count("received")
    if not more:
        return ", as many as the week before"
    return f", {abs(more):,} {'more' if more > 0 else 'fewer'} than the week before"


def _claims(total: Figures) -> str:
    received, claimed, median = (
        total.count("received"),
        total.count("claimed"),
        total["claim_median"],
    )
    if not claimed:
        return "it is not claimed yet" if received == 1 else "none is claimed yet"
    if received == 1:
        return f"it was claimed after {median}"
    if claimed == 1:
        return f"1 is claimed, after {median}"
    which = "all" if claimed == received else f"{claimed:,}"
    return f"{which} are claimed, half of them within {median}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _nothing_came(report: Report) -> Block:
    lines = [
        "If you expected leads:",
        "• See whether your forms and ad platforms still send; an admin can ask `/handoff status`.",
        "• Announce what runs with `/campaign`, so that its leads are known when they come.",
        "• Type in those who called or wrote with `/lead`.",
    ]
    if report.is_running and _has_before(report):
        lines.insert(0, "`/digest last` shows last week's figures.")
    return SectionBlock(text="\n".join(lines))


def _figures(report: Report) -> list[AnyBlock]:
    """The part of a digest that has leads to speak of."""
    return [
        SectionBlock(fields=[_field(report, form) for form in _KEY_FIGURES]),
        SectionBlock(text=_ratings(report.total)),
        *campaigns(report.campaigns),
        SectionBlock(text=_missing(report.total)),
    ]


def _field(report: Report, form: Form) -> MarkdownTextObject:
    """A key figure, above that of the week before where that had leads."""
    text = f"*{form[0]}*\n{read(report.total, form)}"
    if _has_before(report):
        week = "last week" if report.is_running else "week before"
        text += f"\n_{week}: {read(report.before, form)}_"
    return MarkdownTextObject(text=text)


def _ratings(total: Figures) -> str:
    if not total.count("rated"):
        return "*Ratings*\nNo lead is rated yet."
    return "*Ratings*\n" + " · ".join(f"{rating.label} {total[rating]}" for rating in Rating)


def _missing(total: Figures) -> str:
    """Every hole in the figures as a sentence, with what to do."""
    lines = [_gap(total, gap) for gap in _GAPS if total.count(gap.metric)]
    if not lines:
        lines = ["Nothing: every lead has an owner, a response, a rating and a campaign."]
    return "\n".join(["*What is missing*", *lines])


def _gap(total: Figures, gap: _Gap) -> str:
    count, share = total.count(gap.metric), total[f"{gap.metric}_share"]
    state = gap.one if count == 1 else gap.many
    whole = plural(total.count(gap.whole), gap.noun)
    return f"• {count:,} of {whole} ({share}) {state}. {gap.deed}"


def _notes(report: Report) -> Block:
    """What a reader has to know to trust the figures."""
    notes = [f"Leads received Monday to Sunday ({report.zone}), as of {moment(report.as_of)}."]
    if report.total.count("received"):
        notes += [note for note in (_maturing(report.total), _whole(report), _METHOD) if note]
    return ContextBlock(elements=[MarkdownTextObject(text="\n".join(notes))])


def _maturing(total: Figures) -> str:
    undecided = total.count("open")
    if not undecided:
        return ""
    whole = plural(total.count("received"), "lead")
    state = f"{undecided:,} of {whole} {_is(undecided)} neither won nor lost"
    return f"*Still maturing:* {state}, so what came of the week can change."


def _whole(report: Report) -> str:
    is_compared = report.is_running and _has_before(report)
    return "The figures of last week are those of the whole week." if is_compared else ""
