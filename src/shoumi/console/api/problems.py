"""Errors as problem documents (RFC 9457): a type that programs compare, words in the caller's language."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

KIND: Final = "application/problem+json"
TITLES: Final = {
    "unreadable": (400, _("This request could not be read")),
    "no-token": (401, _("A token is needed")),
    "denied": (403, _("This is not allowed")),
    "proof-needed": (403, _("A one-time code is needed")),
    "missing": (404, _("Nothing was found here")),
    "method": (405, _("This is done by another method")),
    "unmet": (409, _("This cannot be done now")),
    "repeated": (409, _("This idempotency key was used already")),
    "too-large": (413, _("This is too large")),
    "media-type": (415, _("This form of content is not read here")),
    "invalid": (422, _("Something in the input needs your attention")),
    "too-many": (429, _("Too many requests")),
    "busy": (503, _("Many ask just now")),
}


class Problem(Exception):
    """Something went wrong that the caller can do something about."""

    def __init__(
        self,
        kind: str,
        detail: Any = "",
        errors: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.errors, self.headers = kind, detail, errors, headers or {}


def answer(request: HttpRequest, problem: Problem) -> JsonResponse:
    """Return a problem as an answer."""
    status, title = TITLES[problem.kind]
    content: dict[str, Any] = {"type": f"urn:shoumi:problem:{problem.kind}", "title": str(title), "status": status}
    if problem.detail:
        content["detail"] = str(problem.detail)
    if problem.errors is not None:
        content["errors"] = problem.errors
    content["instance"] = request.path
    return JsonResponse(content, status=status, headers=problem.headers, content_type=KIND)
