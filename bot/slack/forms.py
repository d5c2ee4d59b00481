"""Forms: one class is the modal. From its fields come the blocks, with what stands in them at
first, and what Slack sends back is read into them.

A field is declared by a function of `bot.slack.inputs`, or is `Hidden`: the modal carries it along
(`private_metadata`). Each input has an *address*, which is its block id, the key of its errors in
FieldErrors, and the key under which it is changed when the form is drawn: the field's name, and
for repeated fields (a dict) `name:key`, for repeated groups `name:key:field`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from slack_sdk.models.blocks import Block, InputBlock, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.errors import FieldErrors, HandoffError, OutdatedForm
from bot.slack.incoming import Incoming
from bot.slack.kinds import Changes, Input, Values
from bot.slack.text import clean

T = TypeVar("T")

_TITLE, _LABEL, _HINT = 24, 150, 150  # a label and a hint have 2,000, which nobody reads
_BETWEEN = ":"
_NO_CHANGES: Mapping[str, Changes] = MappingProxyType({})


class _Hidden:
    """The mark of a field that the modal carries along."""


Hidden = Annotated[T, _Hidden()]
"""A value that the modal carries along and nobody sees, such as the id of what it is about."""


@dataclass(frozen=True)
class _Field:
    """A field of a form, as its annotation has it."""

    name: str
    of: Any
    """The type of one value."""
    input: Input | None
    """None for a group of fields."""
    takes_none: bool
    key: Any = None
    """The type of the keys of what is repeated."""

    @property
    def group(self) -> "type[Group]":
        """The fields that are repeated together."""
        group: type[Group] = self.of
        return group

    @property
    def nothing(self) -> Any:
        """What an empty field holds."""
        if self.key is not None:
            return {}
        return None if self.takes_none or self.input is None else self.input.empty()

    @property
    def may_be_empty(self) -> bool:
        return self.takes_none or self.nothing is not None

    @property
    def is_asked_for(self) -> bool:
        """Whether a text or a list, which can be empty, must not be."""
        must = self.input is not None and self.input.missing and not self.input.optional
        return bool(must) and self.nothing is not None

    def is_there(self, values: Values) -> bool:
        """Whether the form has it, by what stands in it."""
        when = self.input.when if self.input else None
        return when is None or when(values)


class Group(BaseModel):
    """Fields that stand together; a form repeats them for each key of a dict."""

    # A form's validator is built when it is first read: all of them at the start take longer.
    model_config = ConfigDict(defer_build=True)

    _fields: ClassVar[tuple[_Field, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = dict[str, _Field]()
        for name, info in cls.model_fields.items():
            if not _is_hidden(info):
                fields = _placed(fields, _field(name, info))
        cls._fields = tuple(fields.values())


class Form(Group):
    """A modal with fields.

        class Snooze(Form, id="lead.save_snooze", title="Snooze", submit="Snooze"):
            lead_id: Hidden[int]
            until: datetime = moment("Remind me")

    `Snooze.modal(lead_id=7, until=morning)` draws it, `Snooze.read(incoming)` reads it.
    """

    callback_id: ClassVar[str] = ""
    submit_label: ClassVar[str] = "Save"
    close_label: ClassVar[str] = "Cancel"
    _hidden: ClassVar[dict[str, FieldInfo]] = {}

    def __init_subclass__(
        cls,
        id: str = "",  # noqa: A002 - as Slack calls it, too
        submit: str = "",
        close: str = "",
        **config: Any,  # the title is pydantic's, too
    ) -> None:
        super().__init_subclass__(**config)
        cls.callback_id = id or cls.callback_id
        cls.submit_label = submit or cls.submit_label
        cls.close_label = close or cls.close_label

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls._hidden = {name: each for name, each in cls.model_fields.items() if _is_hidden(each)}

    @classmethod
    def modal(
        cls,
        *,
        title: str | None = None,
        submit: str | None = None,
        blocks: Sequence[Block] = (),
        below: Sequence[Block] = (),
        fields: Mapping[str, Changes] = _NO_CHANGES,
        notify_on_close: bool = False,
        **values: Any,
    ) -> View:
        """The modal with these values in it, hidden ones among them, by the names of the fields.

        `blocks` stand above the fields and `below` under them; `fields` says by address what of a
        field depends on the moment. Raises TypeError for what the form does not have.
        """
        if unknown := values.keys() - cls.model_fields.keys():
            raise TypeError(f"{cls.__name__} has no {sorted(unknown)}")
        hidden = {name: _given(name, info, values) for name, info in cls._hidden.items()}
        inputs = list(_drawn(cls, {**hidden, **values}, fields))
        addresses = {each.block_id for each in inputs}
        if unknown := {each for each in fields if each not in addresses and _at(cls, each) is None}:
            raise TypeError(f"{cls.__name__} has no {sorted(unknown)}")
        return View(
            type="modal",
            callback_id=cls.callback_id,
            private_metadata=json.dumps(to_jsonable_python(hidden)) if hidden else None,
            title=clean(title or str(cls.model_config.get("title") or ""), _TITLE),
            submit=submit or cls.submit_label,
            close=cls.close_label,
            notify_on_close=notify_on_close or None,
            blocks=[*blocks, *inputs, *below],
        )

    @classmethod
    def read(cls, incoming: Incoming) -> Self:
        """What a submitted form says.

        Raises FieldErrors for values that do not fit, OutdatedForm for a form that has other
        fields, options or hidden values than this class.
        """
        values, errors = cls._read(incoming)
        try:
            form = cls.model_validate(values)
        except ValidationError as error:
            # What could not be read is missing here; why, is known already.
            raise FieldErrors({**_sentences(error), **errors}) from None
        except FieldErrors as error:
            raise FieldErrors({**error.errors, **errors}) from None
        if errors:
            raise FieldErrors(errors)
        return form

    @classmethod
    def so_far(cls, incoming: Incoming) -> dict[str, Any]:
        """What stands in the form, as `modal` takes it, when something was chosen or clicked
        within; what cannot be read is left out. Raises OutdatedForm."""
        values, _ = cls._read(incoming)
        return values

    @classmethod
    def hidden(cls, incoming: Incoming) -> dict[str, Any]:
        """What the modal carries along, where no more is asked of it or it was closed. Raises
        OutdatedForm."""
        return cls._read_hidden(incoming.carried)

    @classmethod
    def _read(cls, incoming: Incoming) -> tuple[dict[str, Any], dict[str, str]]:
        """The values that can be read, and errors by address."""
        values, errors = cls._read_hidden(incoming.carried), dict[str, str]()
        raw = incoming.inputs
        if any(_at(cls, address) is None for address in raw):
            raise OutdatedForm
        for name, value in _read(cls, raw, values, errors):
            values[name] = value
        return values, errors

    @classmethod
    def _read_hidden(cls, note: str) -> dict[str, Any]:
        try:
            hidden = json.loads(note) if cls._hidden else {}
        except ValueError:
            raise OutdatedForm from None
        needed = {name for name, info in cls._hidden.items() if info.is_required()}
        if not isinstance(hidden, dict) or not needed <= hidden.keys() <= cls._hidden.keys():
            raise OutdatedForm
        try:
            return {
                name: _as(info.annotation, hidden[name]) if name in hidden else info.get_default()
                for name, info in cls._hidden.items()
            }
        except ValidationError:
            raise OutdatedForm from None


def _as(of: Any, value: Any) -> Any:
    """The value in its own type. Raises pydantic's ValidationError."""
    return TypeAdapter(of).validate_python(value)


# What a class declares


def _is_hidden(info: FieldInfo) -> bool:
    return any(isinstance(each, _Hidden) for each in info.metadata)


def _field(name: str, info: FieldInfo) -> _Field:
    """The field that an annotation and its declaration make. Raises TypeError where they do not
    fit together."""
    declared = next((each for each in info.metadata if isinstance(each, Input)), None)
    of, key = info.annotation, None
    if get_origin(of) is dict:
        key, of = get_args(of)
    of, takes_none = _without_none(of)
    if get_origin(of) in (list, tuple):
        of = get_args(of)[0]
    if declared is None and not (isinstance(of, type) and issubclass(of, Group)):
        raise TypeError(f"{name} is neither an input, nor hidden, nor a group")
    field = _Field(name, of, declared, takes_none, key)
    if declared and (declared.optional or declared.when) and not field.may_be_empty:
        raise TypeError(f"{name} may be empty, so its type has to allow None")
    return field


def _placed(fields: dict[str, _Field], field: _Field) -> dict[str, _Field]:
    """The fields with one more, which says where it stands."""
    names = list(fields)
    at = names.index(field.input.before) if field.input and field.input.before else len(names)
    items = list(fields.items())
    return dict([*items[:at], (field.name, field), *items[at:]])


def _without_none(of: Any) -> tuple[Any, bool]:
    """The type without None, and whether it allows None."""
    if get_origin(of) not in (Union, UnionType):
        return of, False
    [inner] = [each for each in get_args(of) if each is not NoneType]
    return inner, True


def _at(group: type[Group], address: str) -> _Field | None:
    """The field that has an address; None: there is none."""
    name, _, rest = address.partition(_BETWEEN)
    field = next((each for each in group._fields if each.name == name), None)
    if field is None or field.key is None:
        return field if not rest else None
    if field.input is not None:
        return field if rest else None
    return _at(field.group, rest.rpartition(_BETWEEN)[2])


# Drawing


def _given(name: str, info: FieldInfo, values: Values) -> Any:
    if name not in values and info.is_required():
        raise TypeError(f"{name} is missing")
    return values.get(name, info.get_default())


def _drawn(
    group: type[Group], values: Values, changes: Mapping[str, Changes], prefix: str = ""
) -> Iterator[Block]:
    """The blocks of these fields; `prefix` is how the addresses of a group begin."""
    for field in group._fields:
        address, value = f"{prefix}{field.name}", values.get(field.name)
        if not field.is_there(values):
            continue
        if field.key is None:
            yield from _input(field, address, value, values, changes)
            continue
        for key, each in (value or {}).items():
            own = f"{address}{_BETWEEN}{key}"
            if field.input is not None:
                yield from _input(field, own, each, values, changes)
            else:
                inner = dict(each) if isinstance(each, Mapping | BaseModel) else {}
                yield from _drawn(field.group, inner, changes, f"{own}{_BETWEEN}")


def _input(
    field: _Field, address: str, value: Any, values: Values, changes: Mapping[str, Changes]
) -> Iterator[Block]:
    assert field.input is not None
    shown = field.input.changed(changes.get(address, {}))
    if isinstance(shown.above, str):
        yield from [SectionBlock(text=shown.above)] if shown.above else []
    else:
        yield from shown.above
    yield InputBlock(
        block_id=address,
        label=PlainTextObject(text=clean(shown.title(values), _LABEL), emoji=False),
        hint=PlainTextObject(text=clean(shown.hint, _HINT), emoji=False) if shown.hint else None,
        optional=shown.optional or None,
        dispatch_action=True if shown.refresh else None,
        element=shown.element(shown.refresh or field.name, field.of, value),
    )


# Reading


def _read(
    group: type[Group], raw: Values, values: Values, errors: dict[str, str], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """The values of these fields, one after the other; `values` holds those that were read."""
    for field in group._fields:
        address = f"{prefix}{field.name}"
        if not field.is_there(values):
            yield field.name, field.nothing
        elif field.key is not None:
            yield field.name, dict(_read_repeated(field, raw, values, errors, address))
        elif address in raw:
            yield from _read_one(field, raw[address], values, errors, address)
        elif field.input is not None and field.input.when is not None:
            yield field.name, field.nothing  # it was sent before the form was drawn anew
        else:
            raise OutdatedForm


def _read_one(
    field: _Field, raw: Any, values: Values, errors: dict[str, str], address: str
) -> Iterator[tuple[str, Any]]:
    assert field.input is not None
    typed = clean(raw, len(raw) + 1).strip() if isinstance(raw, str) else raw
    if typed in (None, "", []):
        if field.may_be_empty and not field.is_asked_for:
            yield field.name, field.nothing
        else:
            errors[address] = field.input.wanted(field.of)
        return
    try:
        yield field.name, field.input.read(typed, field.of, values)
    except OutdatedForm:
        raise
    except (ValueError, HandoffError) as error:
        errors[address] = str(error)


def _read_repeated(
    field: _Field, raw: Values, values: Values, errors: dict[str, str], address: str
) -> Iterator[tuple[Any, Any]]:
    own = f"{address}{_BETWEEN}"
    keys = [each.removeprefix(own) for each in raw if each.startswith(own)]
    if field.input is None:
        keys = list(dict.fromkeys(each.rpartition(_BETWEEN)[0] for each in keys))
    for key in keys:
        name = _key(field.key, key)
        if field.input is None:
            read = dict[str, Any]()
            for inner, value in _read(field.group, raw, read, errors, f"{own}{key}{_BETWEEN}"):
                read[inner] = value
            yield name, read
        else:
            one = _Field(key, field.of, field.input, field.takes_none)
            for _, value in _read_one(one, raw[f"{own}{key}"], values, errors, f"{own}{key}"):
                yield name, value


def _key(of: Any, key: str) -> Any:
    try:
        return _as(of, key)
    except ValidationError:
        raise OutdatedForm from None


def _sentences(error: ValidationError) -> dict[str, str]:
    """By address, what the form's own validators say."""
    return {
        _BETWEEN.join(map(str, each["loc"])): str(each.get("ctx", {}).get("error") or each["msg"])
        for each in error.errors()
    }
