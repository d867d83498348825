"""The check before sending for programs: a token made for ``scans.check``; nothing is kept, no session is needed."""

from __future__ import annotations

from typing import Any, Final

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.api import calls
from shoumi.console.api.problems import Problem
from shoumi.console.roles import EVERYBODY
from shoumi.console.scans import checking, sending

_TEXT: Final = {"type": "string"}
_BODY: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "maxLength": sending.LONGEST},
        "files": {"type": "array", "maxItems": checking.MOST, "items": {"type": "string", "format": "binary"}},
    },
}


def _rows(*needed: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": list(needed)}}


_ANSWER: Final = {
    "type": "object",
    "required": ["verdict", "found", "gaps", "more"],
    "additionalProperties": False,
    "properties": {
        "verdict": {"enum": ["allow", "think", "stop", "unknown"]},
        "found": _rows("rule", "severity", "category", "snippet", "why", "name", "locator"),
        "gaps": _rows("trail", "reason", "why"),
        "more": {"type": "integer", "minimum": 0},
    },
}


def _check(user: Any, given: dict[str, Any]) -> dict[str, Any]:
    form = sending.CheckForm({"text": given.get("text", "")}, MultiValueDict({"files": given.get("files", [])}))
    parts = form.parts() if form.is_valid() else []
    if form.errors:
        raise Problem("invalid", errors={name: [str(one) for one in said] for name, said in form.errors.items()})
    try:
        checking.count(user.pk)
        return sending.told(checking.together(parts))
    except checking.TooOften as often:
        limit = {"n": checking.OFTEN, "minutes": round(checking.WINDOW / 60)}
        what = _("At most %(n)d checks of one account within %(minutes)d minutes, on pages and by programs together.")
        raise Problem("too-many", what % limit, headers={"Retry-After": str(often.seconds)}) from None
    except checking.Busy:
        what = _("Many people are checking just now. Try again in a moment.")
        raise Problem("busy", what, headers={"Retry-After": "5"}) from None


calls.add(
    calls.Call(
        "scans.check",
        gettext_lazy("Check before you send"),
        gettext_lazy("A text or up to five files in; allow, think or stop out, with masked places. Nothing is kept."),
        EVERYBODY,
        _BODY,
        _ANSWER,
        _check,
    )
)
