"""What a form asked and what was answered, and why an answer does not fit its field."""

import copy
from typing import NotRequired

from typing_extensions import TypedDict

from bot.sources import values


class Answer(TypedDict):
    """A question of a form or a column of a list, and what was answered."""

    question: str
    answer: str
    field: NotRequired[str]
    """The field that says all of it; without one, the answer is shown under its question."""
    problem: NotRequired[str]
    """Why the field that the question means could not take it."""
    at: NotRequired[str]
    """The moment that it tells, in ISO 8601: each reader sees it on their own clock."""
    meeting: NotRequired[bool]
    """It tells of the payload's meeting, which is shown as it stands and not as it was booked."""


NO_ADDRESS = "is not an email address"
NO_NUMBER = "is not a phone number"
CUT_SHORT = (
    "was rounded by Excel, which shows long numbers as 4.9E+11: format the column as text and "
    "export it again"
)
ABOUT = {NO_ADDRESS: "email", NO_NUMBER: "phone", CUT_SHORT: "phone"}
"""Each problem with the field that it is about."""


def problem_with(field: str, text: str) -> str | None:
    """Why a field could not take this text, where a reader would wonder."""
    if field == "phone" and values.is_cut_short(text):
        return CUT_SHORT
    return {"email": NO_ADDRESS, "phone": NO_NUMBER}.get(field)


def note(answers: object, field: str, text: str, problem: str | None) -> list[Answer]:
    """The answers with this one among them, which its field could not take as it is."""
    noted: list[Answer] = copy.deepcopy(answers) if isinstance(answers, list) else []
    answer = next((each for each in noted if each.get("field") == field), None)
    if answer is None:
        answer = Answer(question=field.replace("_", " ").capitalize(), answer=text)
        noted.append(answer)
    answer.pop("field", None)
    if problem:
        answer["problem"] = problem
    return noted
