"""Selects: a list to search in, with descriptions and headings, for one choice or for several."""

from __future__ import annotations

from typing import Any

from nicegui import events, ui

from playground.page.surface import Choice, OnValue, Surface, choices_of
from playground.page.values import all_options, text_of

Json = dict[str, Any]

_OPTION = """
<q-item v-bind="props.itemProps" :class="props.opt.heading ? 'sel-heading' : 'sel-option'"
        data-testid="option" :data-value="props.opt.key">
  <q-item-section>
    <q-item-label>{{ props.opt.label }}</q-item-label>
    <q-item-label v-if="props.opt.description" caption>{{ props.opt.description }}</q-item-label>
  </q-item-section>
  <q-item-section v-if="props.selected" side>✓</q-item-section>
</q-item>
"""


class ChoiceSelect(ui.select):
    """NiceGUI's select with headings and descriptions in its list."""

    def __init__(self, choices: list[Choice], value: Any, *, multiple: bool = False) -> None:
        self._choices = _with_headings(choices)
        known = {choice.value for choice in choices}
        fitting = [v for v in value or [] if v in known] if multiple else value
        if not multiple and value not in known:
            fitting = None
        super().__init__(
            {choice.value: choice.label for choice in self._choices},
            value=fitting,
            multiple=multiple,
            with_input=True,
        )
        self._describe()
        self.add_slot("option", _OPTION)
        self.props("outlined dense options-dense hide-bottom-space behavior=menu")
        self.props["transition-duration"] = 80
        self.props["popup-content-class"] = "sel-popup"
        if multiple:
            self.props("use-chips")

    def offer(self, choices: list[Choice]) -> None:
        """Replace what the list offers, keeping what is chosen."""
        chosen = self.value if self.multiple else [self.value]
        kept = [c for c in self._choices if c.value in chosen and c not in choices]
        self._choices = _with_headings([*choices, *kept])
        self.set_options({choice.value: choice.label for choice in self._choices})

    def update(self) -> None:
        """Send it to the page, which happens when what runs now has ended."""
        super().update()
        self._describe()

    def _describe(self) -> None:
        with self.props.suspend_updates():  # each change would send it to the page again
            for line, choice in zip(self.props["options"], self._choices, strict=True):
                line["key"] = choice.value
                line["description"] = choice.description
                if choice.value.startswith("\0"):
                    line.update(heading=True, disable=True)


def _with_headings(choices: list[Choice]) -> list[Choice]:
    """The lines of the list: before each new group, one that cannot be chosen."""
    lines: list[Choice] = []
    group = ""
    for choice in choices:
        if choice.group and choice.group != group:
            lines.append(Choice(f"\0{choice.group}", choice.group))
        group = choice.group
        lines.append(choice)
    return lines


def offered(element: Json, surface: Surface) -> list[Choice]:
    """What a select of this type offers before anything is typed."""
    kind = str(element.get("type")).removeprefix("multi_")
    if kind == "users_select":
        return surface.people()
    if kind in ("conversations_select", "channels_select"):
        return surface.conversations(element)
    return choices_of(all_options(element))


def draw_select(element: Json, block_id: str, surface: Surface, on_value: OnValue) -> ChoiceSelect:
    """A select of any of Slack's ten kinds; `on_value` is told each new plain value."""
    kind = str(element.get("type"))
    multiple = kind.startswith("multi_")
    value = surface.value(block_id, element)
    choices = offered(element, surface)
    if kind.endswith("external_select"):
        choices = _initial_choices(element, value)
    select = ChoiceSelect(choices, value, multiple=multiple)
    select.props["placeholder"] = "" if value else text_of(element.get("placeholder"))
    select.props["aria-label"] = text_of(element.get("placeholder")) or "Select"
    if most := element.get("max_selected_items"):
        select.props["max-values"] = int(most)

    async def changed(event: events.ValueChangeEventArguments[Any]) -> None:
        hint = text_of(element.get("placeholder"))
        select.props["placeholder"] = "" if event.value else hint
        await on_value(event.value)

    select.on_value_change(changed)
    if kind.endswith("external_select"):
        _ask_the_app(select, element, block_id, surface)
    return select


def _initial_choices(element: Json, value: Any) -> list[Choice]:
    """What an external select shows before the app was asked: only what is chosen in it."""
    options = element.get("initial_options") or [element.get("initial_option")]
    known = choices_of([(None, option) for option in options if option])
    chosen = value if isinstance(value, list) else [value]
    extra = [Choice(str(v), str(v)) for v in chosen if v and v not in {c.value for c in known}]
    return [*known, *extra]


def _ask_the_app(select: ChoiceSelect, element: Json, block_id: str, surface: Surface) -> None:
    """Fetch the options of an external select when it opens and while one types."""
    least = int(element.get("min_query_length", 3))

    async def ask(typed: str) -> None:
        if len(typed) >= least:
            select.offer(await surface.suggestions(block_id, element, typed))

    async def typing(event: events.GenericEventArguments) -> None:
        await ask(str(event.args or ""))

    async def opened() -> None:
        await ask("")

    select.on("input-value", typing, throttle=0.25, leading_events=False)
    if least == 0:
        select.on("focus", opened, args=[])
