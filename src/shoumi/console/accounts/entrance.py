"""The pages before anybody is signed in: set-up, one-time link, sign-in, second factor, sign-out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shoumi.console.accounts import codes, signin, tokens
from shoumi.console.accounts.actions import own, setup
from shoumi.console.accounts.models import Office, User
from shoumi.console.action import Invalid, Unmet
from shoumi.console.pages import locked


class Password(forms.Form):
    """Account and password."""

    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class Code(forms.Form):
    """The second factor."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        help_text=gettext_lazy("Six digits from your authenticator. Each code works once."),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SignIn(View):
    """Account and password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        if not User.objects.exists():
            return render(request, "accounts/empty.html")
        return _form(request, Password(), "password")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = Password(request.POST)
        if not form.is_valid():
            return _form(request, form, "password", 422)
        try:
            user = signin.password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        except signin.Locked as lock:
            form.add_error(None, locked(lock))
            return _form(request, form, "password", 429)
        if user is None:
            form.add_error(None, _("Account or password is not right."))
            return _form(request, form, "password", 422)
        request.session["next"] = request.GET.get("next", "")
        return redirect("accounts:code" if user.code_secret else "accounts:enrol")


class SecondFactor(View):
    """The code, after the password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _form(request, Code(), "code") if _half(request) else redirect("accounts:signin")

    def post(self, request: HttpRequest) -> HttpResponse:
        user, form = _half(request), Code(request.POST)
        if user is None:
            messages.info(request, _("That took more than five minutes. Begin again."))
            return redirect("accounts:signin")
        if not form.is_valid():
            return _form(request, form, "code", 422)
        try:
            if signin.code(request, user, form.cleaned_data["code"]):
                return redirect(_next(request))
        except signin.Locked as lock:
            form.add_error(None, locked(lock))
            return _form(request, form, "code", 429)
        form.add_error("code", _("This code is not right, or it was used already. Wait for the next one."))
        return _form(request, form, "code", 422)


class Enrol(View):
    """A new second factor, right after the first password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = _half(request)
        if user is None or user.code_secret:
            return redirect("accounts:signin")
        return self._page(request, user, codes.fresh(), None)

    def post(self, request: HttpRequest) -> HttpResponse:
        user = _half(request)
        if user is None:
            messages.info(request, _("That took more than five minutes. Begin again."))
            return redirect("accounts:signin")
        secret = request.POST.get("secret", "")
        if not _secret(secret):
            return redirect("accounts:enrol")
        try:
            own.EnrolCode.run(user, door=signin.door(request), secret=secret, code=request.POST.get("code", ""))
        except Invalid as error:
            return self._page(request, user, secret, error.form, 422)
        except Unmet:
            return redirect("accounts:signin")
        signin.enter(request, User.objects.full().get(pk=user.pk))
        return redirect(_next(request))

    def _page(self, request: HttpRequest, user: User, secret: str, form: Any, status: int = 200) -> HttpResponse:
        form = form or own.EnrolCode(user, signin.door(request)).form()
        form.initial["secret"] = secret
        picture = codes.picture(user, secret, Office.current().name)
        groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        context = {"form": form, "picture": picture, "groups": groups, "account": user}
        return render(request, "accounts/enrol.html", context, status=status)


class SignOut(View):
    """Leave; only by a form, so that no link elsewhere can do it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        signin.leave(request)
        messages.info(request, _("You are signed out."))
        return redirect("accounts:signin")


class SetUp(View):
    """The first set-up, opened by the one-time link that ``shoumi serve`` prints."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        _invitation(token, setting_up=True)
        return self._page(request, setup.SetUp(setup.ACTOR, signin.door(request)).form())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        _invitation(token, setting_up=True)
        given = {name: value for name, value in request.POST.dict().items() if not name.startswith("csrf")}
        try:
            done = setup.SetUp.run(setup.ACTOR, door=signin.door(request), **given)
        except Invalid as error:
            return self._page(request, error.form, 422)
        except Unmet as error:
            messages.info(request, str(error))
            return redirect("accounts:signin")
        tokens.spend(token)
        links = [
            (role, user, request.build_absolute_uri(reverse("accounts:invitation", args=(key,))))
            for role, user, key in done.result
        ]
        return render(request, "accounts/link.html", {"links": links, "first": True})

    def _page(self, request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
        return render(request, "accounts/setup.html", {"form": form}, status=status)


class Invitation(View):
    """A first or new password, opened by a one-time link; then the second factor."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        user = _invitation(token).user
        return self._page(request, user, own.ChoosePassword(user, signin.door(request)).form())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        user = _invitation(token).user
        given = {name: request.POST.get(name, "") for name in ("password", "again")}
        try:
            own.ChoosePassword.run(user, door=signin.door(request), **given)
        except Invalid as error:
            return self._page(request, user, error.form, 422)
        except Unmet as error:
            messages.info(request, str(error))
            return redirect("accounts:signin")
        tokens.spend(token)
        try:
            signin.password(request, user.username, given["password"])
        except signin.Locked as lock:
            messages.info(request, locked(lock))
            return redirect("accounts:signin")
        return redirect("accounts:code" if user.code_secret else "accounts:enrol")

    def _page(self, request: HttpRequest, user: User, form: Any, status: int = 200) -> HttpResponse:
        return render(request, "accounts/invitation.html", {"form": form, "account": user}, status=status)


def _invitation(token: str, *, setting_up: bool = False) -> Any:
    found = tokens.find(token)
    if found is None or (found.user is None) != setting_up or (found.user and not found.user.is_active):
        raise Http404
    return found


def _half(request: HttpRequest) -> User | None:
    return signin.half(request)


def _next(request: HttpRequest) -> str:
    """Return where the person wanted to go; never another site."""
    wanted = request.session.pop("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=False)
    return wanted if wanted and safe and not urlsplit(wanted).netloc else settings.LOGIN_REDIRECT_URL


def _secret(text: str) -> bool:
    return len(text) == 32 and all(letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" for letter in text)


def _form(request: HttpRequest, form: forms.Form, step: str, status: int = 200) -> HttpResponse:
    return render(request, "accounts/signin.html", {"form": form, "step": step}, status=status)
