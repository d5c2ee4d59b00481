"""The form of the CRM: who one of our salespeople is there."""

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.crm.page import Health
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import MOST_OPTIONS, Choice, select, text, user
from bot.slack.text import clean

_NOBODY = "-"
"""The option of who has no user in the CRM."""
_HINT = "Their open leads move to this user there at once."


class ChooseOwner(Form, id="crm.save_owner", title="Owner"):
    """Says who somebody is in the CRM: from a menu, or by email address where the CRM has more
    users than a menu lists."""

    by_email: Hidden[bool]
    person: str = user("Salesperson")
    user: str | None = select("Their user", hint=_HINT, when=lambda values: not values["by_email"])
    email: str = text(
        "Their user", most=254, placeholder="Email address", hint=_HINT,
        when=lambda values: values["by_email"],
    )  # fmt: skip

    @property
    def user_id(self) -> str | None:
        """The id that was chosen from the menu; None for nobody."""
        return None if self.user == _NOBODY else self.user

    @classmethod
    def of(cls, health: Health) -> View:
        """The form with the people and the users that there are."""
        people = [Choice(person.id, person.name) for person, _ in health.owners]
        if not people:
            nobody = SectionBlock(text=MarkdownTextObject(text="Nobody is in sales yet."))
            return View(type="modal", title="Owner", close="Done", blocks=[nobody])
        active = sorted(
            (each for each in health.connection.users if each["is_active"]),
            key=lambda each: each["name"],
        )
        by_email = len(active) >= MOST_OPTIONS
        label = f"Their user in {clean(health.name, 60)}"
        users = [
            Choice(_NOBODY, "Nobody"),
            *(Choice(each["id"], f"{each['name']} · {each['email']}") for each in active),
        ]
        return cls.modal(
            by_email=by_email,
            fields={
                "person": {"options": people},
                "user": {"label": label, "options": [] if by_email else users},
                "email": {"label": label},
            },
        )
