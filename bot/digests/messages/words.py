"""Small parts that every message of digests is made of."""

from datetime import date

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject, SectionBlock

from bot.digests.models import Week
from bot.metrics import Figures
from bot.slack.text import plural

Form = tuple[str, str, str]
"""A label, the metric that it stands for, and how it reads; without a value it reads `n/a`."""


def read(figures: Figures, form: Form) -> str:
    """The form, filled in."""
    _, metric, text = form
    return text.format_map(figures) if figures.has(metric) else figures[metric]


def fields(figures: Figures, forms: tuple[Form, ...]) -> SectionBlock:
    """Figures side by side, each below its label."""
    texts = [f"*{form[0]}*\n{read(figures, form)}" for form in forms]
    return SectionBlock(fields=[MarkdownTextObject(text=text) for text in texts])


def days(week: Week, until: date | None = None) -> str:
    """`16–22 November 2026`, `30 November – 6 December 2026`; until its Sunday, or another day."""
    first, last = week.monday, until or week.sunday
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if first.month == last.month:
        return f"{first.day}–{end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} – {end}"


def small(*lines: str) -> ContextBlock:
    """Lines in small print, in mrkdwn."""
    return ContextBlock(elements=[MarkdownTextObject(text="\n".join(filter(None, lines)))])


def claims(figures: Figures) -> str:
    """How many were claimed, and how soon."""
    received, claimed = figures.count("received"), figures.count("claimed")
    median = figures["claim_median"]
    if not claimed:
        return "it is not claimed yet" if received == 1 else "none is claimed yet"
    if received == 1:
        return f"it was claimed after {median}"
    if claimed == 1:
        return f"1 is claimed, after {median}"
    which = "all" if claimed == received else f"{claimed:,}"
    return f"{which} are claimed, half of them within {median}"


def maturing(figures: Figures) -> str:
    """What to think of a cohort some of whose leads are open; empty where none is."""
    undecided = figures.count("open")
    if not undecided:
        return ""
    whole = plural(figures.count("received"), "lead")
    state = f"{undecided:,} of {whole} {'is' if undecided == 1 else 'are'} neither won nor lost"
    return f"*Still maturing:* {state}, so what came of the week can change."
