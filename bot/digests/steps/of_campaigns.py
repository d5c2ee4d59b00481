"""The rules over the figures of each campaign, beside those of the whole week."""

from bot.digests.steps.rule import ENOUGH, OfCampaign
from bot.metrics import Figures
from bot.slack.text import plural


def _is_poor(figures: Figures, _total: Figures) -> bool:
    poor = figures.count("weak") + figures.count("junk")
    return figures.count("rated") >= ENOUGH and 2 * poor >= figures.count("rated")


def _poor(figures: Figures, _total: Figures) -> str:
    poor = figures.count("weak") + figures.count("junk")
    return (
        f"brought {poor:,} weak or junk of {plural(figures.count('rated'), 'rated lead')}. Read "
        "the reasons with sales, then change its audience or its form, or pause it."
    )


def _is_dear(figures: Figures, total: Figures) -> bool:
    """Whether a lead of it costs twice what a lead costs on average, or more."""
    whole, own = total.amounts("cpl"), figures.amounts("cpl")
    if len(whole) != 1 or set(whole) != set(own) or figures.count("received") < ENOUGH:
        return False
    [(currency, average)] = whole.items()
    return 0 < 2 * average <= own[currency]


def _dear(figures: Figures, total: Figures) -> str:
    return (
        f"costs {figures['cpl']} a lead; the week's average is {total['cpl']}. Move its budget "
        "to what brings good leads for less, or say what makes them worth it."
    )


def _is_in_vain(figures: Figures, _total: Figures) -> bool:
    spent = sum(figures.amounts("spend").values())
    return spent > 0 and not figures.count("received")


def _in_vain(figures: Figures, _total: Figures) -> str:
    return (
        f"cost {figures['spend']} and brought no lead. Try its link and its form, or stop it "
        "until they work."
    )


def _is_good(figures: Figures, _total: Figures) -> bool:
    good = figures.count("hot") + figures.count("good")
    return figures.count("rated") >= ENOUGH and 4 * good >= 3 * figures.count("rated")


def _good(figures: Figures, _total: Figures) -> str:
    good = figures.count("hot") + figures.count("good")
    return (
        f"brought {good:,} hot or good of {plural(figures.count('rated'), 'rated lead')}. See "
        "whether more budget finds more of them."
    )


OF_CAMPAIGNS = (
    OfCampaign("in_vain", _is_in_vain, _in_vain, needs_money=True),
    OfCampaign("poor", _is_poor, _poor),
    OfCampaign("dear", _is_dear, _dear, needs_money=True),
    OfCampaign("good", _is_good, _good),
)
"""The rules over each campaign; the first that applies speaks for it."""
