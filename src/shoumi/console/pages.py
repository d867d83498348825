"""The base of every page: who may open it, and how an action becomes a form.

A page declares its ``roles``; without any it is nobody's. What lies beyond somebody's reach is answered like something
that does not exist, so that numbers in addresses tell nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as day_of
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shoumi.console.accounts import signin
from shoumi.console.action import Action, ActionError, ActionForm, Denied, Door, Gone, Invalid, Unmet, Unproven


class Page(View):
    """A page for signed-in accounts with one of ``roles``; ``anybody`` opens it to every signed-in account."""

    roles: ClassVar[frozenset[str]] = frozenset()
    anybody: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (self.anybody or request.user.holds(self.roles)):
            raise PermissionDenied
        try:
            return super().dispatch(request, *arguments, **options)
        except Gone as error:
            raise Http404 from error
        except Denied as error:
            raise PermissionDenied from error

    @property
    def door(self) -> Door:
        """Where what this page does comes in."""
        return signin.door(self.request)

    def see(self, rows: Any, key: Any, column: str = "unit__path") -> Any:
        """Return one row that the account's roles reach; raise Http404 for every other."""
        reach = self.request.user.reach(self.roles)
        found = rows.filter(reach.within(column), pk=key).first()
        if found is None:
            raise Http404
        return found

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Answer with a template."""
        return render(self.request, template, context, status=status)


class Proof(forms.Form):
    """Password and code, asked again in place."""

    prefix = "proof"
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=200,
        strip=False,
    )
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        help_text=gettext_lazy("Six digits from your authenticator. Each code works once."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        max_length=10,
    )


class ActionPage(Page):
    """The form of one action: shown, filled in again with its errors, done. The action itself decides who may."""

    action: ClassVar[type[Action]]
    template: ClassVar[str] = "form.html"
    anybody = True

    def get(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        del request
        act = self._open(keys)
        return self._form(act, act.form(), self._proof(act))

    def post(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        act = self._open(keys)
        proof = self._proof(act, request.POST)
        given = {**request.POST.dict(), **{name: request.POST.getlist(name) for name in self.many()}}
        given |= request.FILES.dict()
        if proof is not None and not self._proves(proof):
            return self._form(act, act.form(given), proof, status=422)
        given = {name: value for name, value in given.items() if not name.startswith(("proof-", "csrf"))}
        try:
            done = self.action.run(request.user, act.target, door=self.door, **given)
        except Invalid as error:
            return self._form(act, error.form, self._proof(act), status=422)
        except (Unmet, Unproven) as error:
            form = act.form(given)
            form.is_valid()
            form.add_error(None, str(error))
            form.links = getattr(error, "links", ())  # shown beside the sentence
            return self._form(act, form, self._proof(act), status=422)
        return self.after(done)

    def many(self) -> tuple[str, ...]:
        """Return names of fields that carry several values."""
        return tuple(
            name
            for name, field in self.action.Input.base_fields.items()
            if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        )

    def address(self, done: Any) -> str:
        """Return where to go afterwards."""
        raise NotImplementedError

    def after(self, done: Any) -> HttpResponse:
        """Answer once it is done: say so, and go on."""
        messages.success(self.request, _("Done: %(what)s") % {"what": self.action.label})
        return redirect(self.address(done))

    def back(self, act: Action) -> str:
        """Return where "cancel" leads."""
        del act
        return "/"

    def _open(self, keys: dict[str, Any]) -> Action:
        try:
            return self.action.open(self.request.user, keys.get("pk"), door=self.door)
        except Denied as error:
            if self.request.user.may_act(self.action):
                raise Gone from error  # the kind of act is allowed, this thing is out of reach
            if self.request.method == "POST":
                self._refused(keys)
            raise

    def _refused(self, keys: dict[str, Any]) -> None:
        """Let the action itself refuse, so that the attempt is written down."""
        try:
            self.action.run(self.request.user, keys.get("pk"), door=self.door)
        except ActionError:
            return

    def _proof(self, act: Action, given: Any = None) -> Proof | None:
        return Proof(given) if act.sensitive and not self.door.proof_holds else None

    def _proves(self, proof: Proof) -> bool:
        if not proof.is_valid():
            return False
        data = proof.cleaned_data
        try:
            if signin.prove(self.request, self.request.user, data["password"], data["code"]):
                return True
            proof.add_error("password", _("Password or code is not right. Codes change every 30 seconds."))
        except signin.Locked as lock:
            proof.add_error("password", locked(lock))
        return False

    def _form(self, act: Action, form: ActionForm, proof: Proof | None, status: int = 200) -> HttpResponse:
        back = self.back(act)
        return self.show(self.template, status, act=act, form=form, proof=proof, back=back, **self.more(act))

    def more(self, act: Action) -> dict[str, Any]:
        """Return more for the template."""
        del act
        return {}


def locked(lock: signin.Locked) -> str:
    """Say until when nothing is checked, and who can help."""
    until = day_of(timezone.localtime(lock.until), "H:i")
    return _("Too many attempts. Try again at %(time)s, or ask your security administrator.") % {"time": until}
