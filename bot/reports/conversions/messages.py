"""How files for ad platforms are spoken of: the answer to who asks, and the words beside a file."""

from collections.abc import Iterable, Sequence

from bot.formats import plural
from bot.reports.conversions.formats import TAKES_CORRECTIONS
from bot.reports.conversions.models import ConversionFile, Part, Platform, Standing
from bot.slack.text import moment, safe

COMMAND = "/digest conversions"


def overview(standings: Iterable[Standing]) -> str:
    """What is new for each platform, and how to get it."""
    lines = "\n".join(map(_standing, standings))
    return (
        f"*Conversions for ad platforms*\n{lines}\n"
        f"`{COMMAND} google` sends you what is new, `{COMMAND} google 3` sends file 3 again."
    )


def _standing(standing: Standing) -> str:
    platform = f"• *{standing.platform.label}*"
    waiting = _counts({Part.CONVERSIONS: standing.new, Part.CORRECTIONS: standing.corrected})
    if standing.last is None:
        return f"{platform}: {waiting or 'nothing yet'}"
    last = f"last file: {standing.last.number}, {moment(standing.last.made_at)}"
    return f"{platform}: {waiting or 'nothing new'}; {last}"


def made(files: Sequence[ConversionFile], standing: Standing) -> str:
    """What comes to who asked for what is new; `standing` is how things are now."""
    platform = standing.platform
    if files:
        names = " and ".join(f"file {each.number} ({_count(each)})" for each in files)
        return f"I'm sending you {names} for {platform.label}."
    if standing.last is None:
        return (
            f"No conversions for {platform.label} yet. A lead from one of its ads has to be "
            "qualified or won first."
        )
    number, when = standing.last.number, moment(standing.last.made_at)
    return (
        f"Nothing new for {platform.label} since file {number}, {when}. "
        f"`{COMMAND} {platform} {number}` sends it again."
    )


def again(file: ConversionFile) -> str:
    """What comes to who asked for a file once more."""
    return f"I'm sending you file {file.number} for {Platform(file.platform).label} again."


def unknown(words: str) -> str:
    """What somebody hears who named no platform of ours."""
    return f"I don't know the platform “{safe(words, 60)}”. Choose google, meta or linkedin."


def no_number(words: str) -> str:
    """What somebody hears who named a file by anything else."""
    return f"“{safe(words, 60)}” isn't a file number. `{COMMAND}` shows the latest."


def comment(file: ConversionFile) -> str:
    """The sentences that come with a file."""
    platform = Platform(file.platform)
    return f"{platform.label}, file {file.number}: {_count(file)}. {_what_to_do(platform, file)}"


def _what_to_do(platform: Platform, file: ConversionFile) -> str:
    if file.part == Part.CORRECTIONS:
        if platform in TAKES_CORRECTIONS:
            return "Upload it as conversion adjustments, a day after the conversions it corrects."
        return (
            f"{platform.label} doesn't take corrections as a file. Keep this list beside its "
            "figures."
        )
    return {
        Platform.GOOGLE: "Upload it in Google Ads under Goals → Conversions → Uploads.",
        Platform.META: "Upload it in Events Manager as offline events.",
        Platform.LINKEDIN: "Upload it in Campaign Manager under Conversion tracking, as CSV.",
    }[platform]


def _count(file: ConversionFile) -> str:
    return _counts({Part(file.part): file.rows})


def _counts(counts: dict[Part, int]) -> str:
    words = {
        Part.CONVERSIONS: ("new conversion", "new conversions"),
        Part.CORRECTIONS: ("correction", "corrections"),
    }
    return ", ".join(plural(count, *words[part]) for part, count in counts.items() if count)
