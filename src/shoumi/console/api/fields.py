"""An action's form as JSON Schema, and input held against it before the form sees it.

The form itself stays the judge; this only makes types exact, so that a number is no text and nothing unknown passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from shoumi.console.action import Action, ActionForm

_TAKEN: Final = frozenset({"actor", "target", "door", "cls"})  # arguments of Action.run itself
_TYPES: Final[dict[str, Any]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}


def files(action: type[Action]) -> bool:
    """Say whether the form takes a file: then the request is multipart."""
    return any(isinstance(field, forms.FileField) for field in action.Input.base_fields.values())


def dynamic(action: type[Action]) -> bool:
    """Say whether the form may have more fields than it declares: those that depend on who asks."""
    return action.Input.limit is not ActionForm.limit


def schema(action: type[Action]) -> dict[str, Any]:
    """Return the JSON Schema of an action's input."""
    declared = action.Input.base_fields
    required = [
        name for name, field in declared.items() if field.required and not isinstance(field, forms.BooleanField)
    ]
    found: dict[str, Any] = {
        "type": "object",
        "properties": {name: of_field(field) for name, field in declared.items()},
        "additionalProperties": dynamic(action),
    }
    return {**found, "required": required} if required else found


def of_field(field: forms.Field) -> dict[str, Any]:
    """Return the JSON Schema of one field. Empty is the empty string or null, as in a form."""
    found = _kind(field)
    if not field.required and "type" in found:
        found = {**found, "type": [found["type"], "null"]}
        if "enum" in found:
            found["enum"] = [*dict.fromkeys([*found["enum"], ""]), None]
    return found


def _kind(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.FileField):
        return {"type": "string", "format": "binary"}
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.ModelMultipleChoiceField):
        return {"type": "array", "items": {"type": ["integer", "string"]}}
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string"}}
    if isinstance(field, forms.ModelChoiceField):
        return {"type": ["integer", "string"], "description": "id"} if field.required else {"description": "id"}
    if isinstance(field, forms.DecimalField):
        return {"type": ["number", "string"]} if field.required else {}
    if isinstance(field, forms.FloatField):
        return {"type": "number"}
    if isinstance(field, forms.IntegerField):
        limits = {"minimum": field.min_value, "maximum": field.max_value}
        return {"type": "integer", **{name: value for name, value in limits.items() if isinstance(value, int)}}
    return {"type": "string", **_text(field)}


def _text(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.ChoiceField) and field.choices and not isinstance(field, forms.TypedChoiceField):
        return {"enum": [str(key) for key, _label in _flat(field.choices)]}
    if isinstance(field, forms.EmailField):
        return {"format": "email", "maxLength": field.max_length or 320}
    formats = {forms.DateField: "date", forms.DateTimeField: "date-time"}
    for kind, name in formats.items():
        if isinstance(field, kind):
            return {"description": f"{name}, ISO 8601"}
    length = getattr(field, "max_length", None)
    least = {"minLength": 1} if field.required else {}
    return {**least, "maxLength": length} if length else least


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += label if isinstance(label, list | tuple) else [(key, label)]
    return found


def wrong(action: type[Action], given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return by field what is of the wrong type or not known."""
    known, problems = schema(action), {}
    for name, value in given.items():
        expected = known["properties"].get(name)
        if name in _TAKEN or (expected is None and not known["additionalProperties"]):
            problems[name] = [_("This field is not known.")]
        elif not _fits(value, expected or {}):
            problems[name] = [_("This is of the wrong type.")]
    return problems


def _fits(value: Any, expected: Mapping[str, Any]) -> bool:
    if "type" not in expected:
        return value is None or isinstance(value, str | int | float | bool | list)
    wanted = expected["type"] if isinstance(expected["type"], list) else [expected["type"]]
    if value is None:
        return "null" in wanted
    if isinstance(value, bool):
        return "boolean" in wanted
    if not any(isinstance(value, _TYPES[name]) for name in wanted if name != "null"):
        return False
    inner = expected.get("items", {})
    return all(_fits(one, inner) for one in value) if isinstance(value, list) else True


def described(form: ActionForm) -> list[dict[str, Any]]:
    """Return the fields of a form as it stands for this actor and thing: labels, choices, what is filled in."""
    return [_field(name, field, form.get_initial_for_field(field, name)) for name, field in form.fields.items()]


def _field(name: str, field: forms.Field, initial: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "label": str(field.label or name), "required": field.required}
    found["schema"] = of_field(field)
    if field.help_text:
        found["help"] = str(field.help_text)
    if hasattr(field, "choices"):
        pairs = _flat([(key, label) for key, label in list(field.choices)[:500]])
        found["choices"] = [[str(key), str(label)] for key, label in pairs if str(key)]
    if initial not in (None, ""):
        found["initial"] = json_value(initial)
    return found


def json_value(value: Any) -> Any:
    """Return a value as JSON holds it: numbers, truths and texts as they are, times as ISO 8601, all else in words."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(one) for one in value]
    if hasattr(value, "pk"):
        return value.pk
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
