"""Pages of the project itself: home, languages, keyboard help, health, and calm words when something went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shoumi.console import home
from shoumi.console.pages import Page
from shoumi.console.roles import LEADER, OFFICER
from shoumi.console.todo import Todo, todos
from shoumi.version import VERSION


class Home(Page):
    """What waits for this person, and what rooms add for their role; short lists for who has much to do."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = todos(request.user)
        keeps = request.user.holds({OFFICER, LEADER})
        made = [render_to_string(one.template, dict(one.context), request) for one in home.parts(request.user)]
        wide = bool(request.user.reach({LEADER}))
        return self.show("home.html", todos=waiting, lists=_lists(waiting, split=keeps), parts=made, wide=wide)


def _lists(waiting: list[Todo], *, split: bool) -> list[tuple[Any, list[Todo]]]:
    """Return the things to do as one list, or as those overdue, due soon, and the rest."""
    if not split:
        return [("", waiting)] if waiting else []
    headings = (("seal", _("Overdue")), ("amber", _("Due today or soon")), ("plain", _("When there is time")))
    found = [(label, [todo for todo in waiting if todo.urgency == urgency]) for urgency, label in headings]
    return [(label, rows) for label, rows in found if rows]


class Keys(Page):
    """Which keys do what."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        keys = [("j", _("next row")), ("k", _("previous row")), ("Enter", _("open the row"))]
        keys += [("/", _("go to the search box")), ("g", _("go to the first page")), ("?", _("this page"))]
        keys += [("x", _("choose the row")), ("e", _("evidence of the finding")), ("f", _("false positive"))]
        keys += [("c", _("case"))]
        return self.show("keys.html", keys=keys)


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Answer a monitor: whether the database answers; to this machine itself also whether background work is done."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        more = _work() if _from_here(request) else {}
    except DatabaseError:
        return JsonResponse({"status": "failing", "version": VERSION}, status=503)
    return JsonResponse({"status": "ok", "version": VERSION, **more})


def _work() -> dict[str, Any]:
    from shoumi.console.jobs import state

    now = state.now()
    return {"work": "ok" if now.well else "not done", "workers": now.workers, "waited": round(now.waited)}


def _from_here(request: HttpRequest) -> bool:
    """Say whether the request began on this machine; a proxy says for whom it asks."""
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language; kept in a cookie, so that it also holds at the door."""
    wanted, back = request.POST.get("language", ""), request.POST.get("back", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def bad(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer a request that makes no sense."""
    del exception
    return _say(request, 400, _("This request could not be read"), _("Go back, reload the page, and try again."))


def denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer who may not."""
    del exception
    what = _("None of your roles opens this page. If your work needs it, ask your security administrator for the role.")
    return _say(request, 403, _("This page is not for your role"), what)


def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of this console, or came too late."""
    del reason
    what = _("It was open for too long, or came from somewhere else. Go back, reload the page, and send it again.")
    return _say(request, 403, _("This form is no longer good"), what)


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer for what is not there, or not for this person."""
    del exception
    what = _(
        "It may have been moved, a one-time link may have been used, or it belongs to a unit you do not answer for."
    )
    return _say(request, 404, _("Nothing was found here"), what)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for a mistake in Shoumi; needs no database, since that may be what failed."""
    del request
    what = _(
        "Nothing was changed. Try again in a minute; if it happens again, tell your system administrator the time."
    )
    context = {"title": _("Something went wrong here, not with you"), "what": what}
    return render(None, "broken.html", context, status=500)


def _say(request: HttpRequest, status: int, title: str, what: str) -> HttpResponse:
    return render(request, "said.html", {"title": title, "what": what}, status=status)
