"""The endpoints: two for each action, one for each list and question, all through one pair of functions.

A request comes with a token; it leaves as what the account may do or see, cut down to the token's scopes, through the
same ``Action.run`` and the same ``ListPage`` as a person's. Sensitive actions want the header ``Shoumi-Code``: a
one-time code of the account, so that a stolen token alone does none of them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.paginator import EmptyPage, Paginator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from shoumi.console.accounts import signin
from shoumi.console.accounts.models import User
from shoumi.console.action import Action, ActionError, Denied, Door, Gone, Invalid, Unmet, Unproven
from shoumi.console.api import calls, described, fields, scopes, tokens
from shoumi.console.api.models import Answer
from shoumi.console.api.problems import Problem, answer
from shoumi.console.lists import PER_PAGE, ListPage, cell
from shoumi.version import VERSION

_LONGEST_KEY: Final = 200


class Bearer(HttpBearer):
    """Find the token, count the request, and let its account act within the token's scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = tokens.find(token)
        if found is None:
            return None
        if not tokens.count(found):
            limit = _("At most %(n)d requests a minute. Wait a minute.") % {"n": tokens.PER_MINUTE}
            raise Problem("too-many", limit, headers={"Retry-After": "60"})
        user, allowed = found.user, frozenset(found.scopes)
        user.may_act = lambda action: action.name in allowed and User.may_act(user, action)
        request.user, request.secret = user, token
        return found


api = NinjaAPI(title="Shoumi", urls_namespace="doors", docs_url=None, openapi_url=None, auth=Bearer(), version=VERSION)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return answer(request, problem)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    detail = _("Send “Authorization: Bearer TOKEN”. The token may have ended; make another one under your name.")
    return answer(request, Problem("no-token", detail, headers={"WWW-Authenticate": "Bearer"}))


@api.get("/openapi.json", auth=None, include_in_schema=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description of everything, in the caller's language."""
    del request
    return JsonResponse(described.openapi())


@api.get("/lists/{name}", include_in_schema=False)
def read(request: HttpRequest, name: str) -> HttpResponse:
    """Return one page of a list: searched, filtered and sorted as on its page."""
    held, page = frozenset(request.auth.scopes), scopes.lists().get(name)
    if page is None or not ({name, scopes.READ} & held):
        raise Problem("missing" if page is None else "denied", _scope(name) if page else "")
    if not scopes.may_read(request.user, page):
        raise Problem("denied", Denied.sentence)
    return JsonResponse(_rows(request, page))


def _rows(request: HttpRequest, page: type[ListPage]) -> dict[str, Any]:
    known = {"q", "sort", "page", *page.also, *(one.key for one in page.filters)}
    unknown = sorted(set(request.GET) - known)
    if unknown:
        raise Problem("invalid", errors={name: [_("This parameter is not known.")] for name in unknown})
    view = page()
    view.setup(request)
    _choices(request, view)
    paginator = Paginator(view._sorted(view._searched(view._filtered(view.rows()))), PER_PAGE)
    number = request.GET.get("page", "1")
    try:
        found = paginator.page(int(number) if number.isascii() and number.isdigit() else 0)
    except (EmptyPage, ValueError):
        raise Problem("invalid", errors={"page": [_("There is no such page.")]}) from None
    return {
        "list": page.name,
        "count": paginator.count,
        "page": found.number,
        "pages": paginator.num_pages,
        "rows": [
            {
                "id": fields.json_value(getattr(row, "pk", None)),
                "address": view.address(row),
                "cells": {column.key: fields.json_value(cell(column, row).value) for column in page.columns},
            }
            for row in found
        ],
    }


def _choices(request: HttpRequest, view: ListPage) -> None:
    """Refuse a filter's value that is none of its choices; a page would ignore it, a program should not."""
    problems = {}
    for one in view.filters:
        value = request.GET.get(one.key, "")
        if value and value not in {str(key) for key, _label in one.choices(request.user)}:
            problems[one.key] = [_("This is none of the choices.")]
    wanted = request.GET.get("sort", "").removeprefix("-")
    if wanted and wanted not in {column.key for column in view.columns if column.sort}:
        problems["sort"] = [_("This is none of the choices.")]
    if "\0" in "".join(request.GET.values()):
        problems["q"] = [_("This is of the wrong type.")]
    if problems:
        raise Problem("invalid", errors=problems)


@api.post("/calls/{name}", include_in_schema=False)
def call(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a question that changes nothing."""
    found = calls.registry().get(name)
    if found is None:
        raise Problem("missing")
    if name not in request.auth.scopes or not request.user.holds(found.roles):
        raise Problem("denied", _scope(name))
    try:
        given = _content(request, files=found.files)
    except RequestDataTooBig:
        raise Problem("too-large") from None
    except (ValueError, RecursionError, MultiPartParserError, SuspiciousOperation):
        raise Problem("unreadable", _("The content is no JSON.")) from None
    known = found.body["properties"]
    wrong = {key: [_("This field is not known.")] for key in given if key not in known}
    wrong |= {k: [_("This is of the wrong type.")] for k, v in given.items() if k in known and not _is(v, known[k])}
    if wrong:
        raise Problem("invalid", errors=wrong)
    return JsonResponse(found.ask(request.user, given))


def _is(value: Any, schema: dict[str, Any]) -> bool:
    return isinstance(value, list if schema["type"] == "array" else str)


@api.get("/actions/{name}", include_in_schema=False)
def form(request: HttpRequest, name: str) -> HttpResponse:
    """Describe an action's input as it stands for this account."""
    return _form(request, name, None)


@api.get("/actions/{name}/{pk}", include_in_schema=False)
def form_of(request: HttpRequest, name: str, pk: str) -> HttpResponse:
    """Describe an action's input as it stands for this account and thing."""
    return _form(request, name, pk)


def _form(request: HttpRequest, name: str, pk: str | None) -> HttpResponse:
    action = _action(request, name, pk)
    try:
        act = action.open(request.user, pk, door=_door(request))
    except ActionError as error:
        raise _as_problem(error, request, action) from error
    content = {"action": name, "label": str(action.label), "intro": str(action.intro), "sensitive": action.sensitive}
    return JsonResponse({**content, "grave": action.grave, "fields": fields.described(act.form())})


@api.post("/actions/{name}", include_in_schema=False)
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Do an action that is about no particular thing."""
    return _act(request, name, None)


@api.post("/actions/{name}/{pk}", include_in_schema=False)
def act_on(request: HttpRequest, name: str, pk: str) -> HttpResponse:
    """Do an action to a thing."""
    return _act(request, name, pk)


def _act(request: HttpRequest, name: str, pk: str | None) -> HttpResponse:
    action = _action(request, name, pk)
    given = _given(request, action)
    kept, known = _repeated(request)
    if known is not None:
        return known
    try:
        content = _run(request, action, pk, given)
    except Problem:
        if kept is not None:  # nothing was done: the key may be used again
            kept.delete()
        raise
    if kept is not None:
        sealed = tokens.seal(request.secret, json.dumps(content).encode())
        Answer.objects.filter(pk=kept.pk).update(sealed=sealed)
    return JsonResponse(content)


def _run(request: HttpRequest, action: type[Action], pk: str | None, given: dict[str, Any]) -> dict[str, Any]:
    try:
        done = action.run(request.user, pk, door=_door(request, action), **given)
    except ActionError as error:
        raise _as_problem(error, request, action) from error
    thing = done.thing
    about = {"kind": thing._meta.label_lower, "id": fields.json_value(thing.pk), "name": str(thing)} if thing else None
    result = done.result if isinstance(done.result, str | int | bool) else None
    return {"action": action.name, "thing": about, "result": result}


def _action(request: HttpRequest, name: str, pk: str | None) -> type[Action]:
    action = scopes.actions().get(name)
    if action is None or (action.model is None) != (pk is None):
        raise Problem("missing")
    if name not in request.auth.scopes and request.method == "GET":
        raise Problem("denied", _scope(name))
    return action


def _scope(name: str) -> str:
    return _("This token was not made for “%(name)s”.") % {"name": name}


def _given(request: HttpRequest, action: type[Action]) -> dict[str, Any]:
    """Read the input: JSON, or a form with files where the action takes one."""
    try:
        given = _content(request, files=fields.files(action))
        if request.content_type == "multipart/form-data":
            given = {**request.POST.dict(), **request.FILES.dict()}
            unknown = {} if fields.dynamic(action) else set(given) - set(action.Input.base_fields)
            problems = {name: [_("This field is not known.")] for name in unknown}
        else:
            problems = fields.wrong(action, given)
    except RequestDataTooBig:
        raise Problem("too-large") from None
    except (ValueError, RecursionError, MultiPartParserError, SuspiciousOperation):
        raise Problem("unreadable", _("The content is no JSON.")) from None
    if problems:
        raise Problem("invalid", errors=problems)
    return {name: value for name, value in given.items() if value is not None}


def _content(request: HttpRequest, *, files: bool) -> dict[str, Any]:
    """Return the members of a JSON object, or a form's texts with lists of files."""
    kind = request.content_type
    if kind == "multipart/form-data" and files:
        return {**request.POST.dict(), **{name: request.FILES.getlist(name) for name in request.FILES}}
    if kind != "application/json" and (kind or request.body):
        raise Problem("media-type", _("Send application/json, or multipart/form-data where a file belongs to it."))
    given = json.loads(request.body or b"{}", parse_constant=_constant)
    if not isinstance(given, dict):
        raise Problem("unreadable", _("The content is a JSON object with one member for each field."))
    return given


def _constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _door(request: HttpRequest, action: type[Action] | None = None) -> Door:
    """Return the door; for a sensitive action, with the proof that the header brings."""
    place = signin.address(request)
    digits = request.headers.get("Shoumi-Code", "")
    if action is None or not action.sensitive or not digits or not request.user.may_act(action):
        return Door("api", place)
    try:
        proven = signin.second(request, User.objects.full().get(pk=request.user.pk), digits)
    except signin.Locked as lock:
        seconds = max(1, int((lock.until - timezone.now()).total_seconds()))
        raise Problem("too-many", _("Too many wrong codes."), headers={"Retry-After": str(seconds)}) from None
    if not proven:
        raise Problem("proof-needed", _("This code is not right, or it was used already. Wait for the next one."))
    return Door("api", place, timezone.now())


def _as_problem(error: ActionError, request: HttpRequest, action: type[Action]) -> Problem:
    if isinstance(error, Invalid):
        return Problem("invalid", errors={name: [str(one) for one in said] for name, said in error.form.errors.items()})
    if isinstance(error, Unproven):
        how = _("Send the header “Shoumi-Code” with a one-time code from the authenticator of the token's owner.")
        return Problem("proof-needed", how)
    if isinstance(error, Denied):
        if request.user.may_act(action) and action.model is not None:
            return Problem("missing", Gone.sentence)  # the kind of act is allowed, this thing is out of reach
        return Problem("denied", error.sentence if action.name in request.auth.scopes else _scope(action.name))
    if isinstance(error, Gone):
        return Problem("missing", error.sentence)
    return Problem("unmet", error.sentence if isinstance(error, Unmet) else str(error))


def _repeated(request: HttpRequest) -> tuple[Answer | None, HttpResponse | None]:
    """Return the place for the answer, or the answer that was given before to the same request."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None, None
    if len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem("unreadable", _("An idempotency key is at most 200 printable characters of ASCII."))
    body = b"".join([request.method.encode(), b" ", request.path.encode(), b"\n", _body(request)])
    same = {"token": request.auth, "key": hashlib.sha256(key.encode()).hexdigest()}
    print_of = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            return Answer.objects.create(**same, request=print_of), None
    except IntegrityError:
        before = Answer.objects.filter(**same).first()
    if before is None or before.request != print_of:
        raise Problem("repeated", _("It belonged to another request. Use a new key for each act.")) from None
    content = tokens.unseal(request.secret, before.sealed) if before.sealed else None
    if content is None:
        what = _("The first request with it was not answered. Look whether it was done before you use another key.")
        raise Problem("repeated", what, headers={"Retry-After": "5"}) from None
    return None, HttpResponse(content, content_type="application/json", headers={"Idempotency-Replayed": "true"})


def _body(request: HttpRequest) -> bytes:
    if request.content_type == "application/json" or not request.content_type:
        return request.body
    parts = [f"{name}={value}".encode() for name, value in sorted(request.POST.items())]
    for name, file in sorted(request.FILES.items()):
        parts.append(name.encode() + hashlib.sha256(file.read()).digest())
        file.seek(0)
    return b"\n".join(parts)
