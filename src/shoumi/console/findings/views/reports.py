"""Reports of leaks: by name, without a name, the reply code, and the pages of those who look into them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action
from shoumi.console.findings import anonymous, routing
from shoumi.console.findings.actions import reports
from shoumi.console.findings.models import Report, Rules
from shoumi.console.findings.models.reports import STATES
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page

STEPS: dict[str, type[Action]] = {
    "answer": reports.AnswerReport, "end": reports.EndReport, "case": reports.ReportToCase,
}  # fmt: skip


class File(ActionPage):
    """Report by name."""

    action = reports.FileReport
    template = "findings/report_form.html"

    def more(self, act: Action) -> dict[str, Any]:
        del act
        return {"anonymous": Rules.current().anonymous}

    def address(self, done: Any) -> str:
        del done
        return reverse("findings:my-reports")


class Mine(Page):
    """What I have reported, and the answers."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("findings/my_reports.html", reports=reports.mine(request.user))


class AnonymousForm(forms.Form):
    """What happened, where, about whom; nothing about who writes."""

    text = forms.CharField(
        label=gettext_lazy("What happened"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What, where, when; no secret itself, and nothing that shows who you are."),
    )  # fmt: skip
    unit = forms.CharField(
        label=gettext_lazy("Where"), max_length=200, required=False, help_text=gettext_lazy("Name or code of the unit.")
    )
    about = forms.CharField(
        label=gettext_lazy("About whom"), max_length=500, required=False,
        help_text=gettext_lazy("Names or staff numbers, separated by commas. None of them "
            "will see it, nor who is above or below them."),
    )  # fmt: skip

    def clean_unit(self) -> Unit | None:
        return reports.called(self.cleaned_data["unit"])

    def clean_about(self) -> list[int]:
        self.people = reports.named(self.cleaned_data["about"])
        return [person.pk for person in self.people]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not routing.readers(data.get("unit"), self.people):
            raise forms.ValidationError(
                _(
                    "Everybody who could look into it here is in that chain. "
                    "Report it to the secrecy department directly."
                )
            )
        return data


class CodeForm(forms.Form):
    """A reply code, and perhaps a further message."""

    code = forms.CharField(
        label=gettext_lazy("Reply code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(
        label=gettext_lazy("Further message"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


@method_decorator(sensitive_post_parameters(), name="dispatch")
class _Nameless(View):
    """A page for somebody who is not signed in; no session begins here."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        if not Rules.current().anonymous:
            raise Http404
        if request.user.is_authenticated:
            return render(request, "findings/signed_in.html", status=403)
        return super().dispatch(request, *arguments, **options)


class Anonymous(_Nameless):
    """Report without a name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "findings/anonymous.html", {"form": AnonymousForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AnonymousForm(request.POST)
        if not form.is_valid():
            if not anonymous.guess():
                form.errors.clear()
                form.add_error(None, _("Too much has come in within this hour. Try again after the full hour."))
                return render(request, "findings/anonymous.html", {"form": form}, status=429)
            return render(request, "findings/anonymous.html", {"form": form}, status=422)
        try:
            code = anonymous.submit(form.cleaned_data["text"], form.cleaned_data["unit"], form.cleaned_data["about"])
        except anonymous.Flood:
            form.add_error(None, _("Too much has come in within this hour. Try again after the full hour."))
            return render(request, "findings/anonymous.html", {"form": form}, status=429)
        return render(request, "findings/code.html", {"code": code})


class Code(_Nameless):
    """Read answers by reply code, and write once more."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "findings/by_code.html", {"form": CodeForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return render(request, "findings/by_code.html", {"form": form}, status=422)
        code, text = form.cleaned_data["code"], form.cleaned_data["text"]
        report, waits = anonymous.known(code)
        if report is None and not waits:
            form.add_error("code", _("No report has this code. Check each letter."))
            return render(request, "findings/by_code.html", {"form": form}, status=422)
        if text:
            try:
                anonymous.reply(code, text)
            except anonymous.Flood:
                form.add_error(None, _("Too much has come in within this hour. Try again after the full hour."))
                return render(request, "findings/by_code.html", {"form": form}, status=429)
        fresh = CodeForm(initial={"code": code})
        context = {"form": fresh, "report": report, "waits": waits and report is None, "sent": bool(text)}
        return render(request, "findings/by_code.html", context)


class Reports(ListPage):
    """Reports that one may see: those that were routed here."""

    name = "findings.reports"
    title = gettext_lazy("Reported leaks")
    roles = reports.READERS
    search = ("number", "text")
    order = ("-day", "-number")
    exports = False
    empty = gettext_lazy("What people report stands here, for those who are neither concerned nor in the chain.")
    columns = (
        Column("number", gettext_lazy("Number"), lambda r: r.number, "number"),
        Column("day", gettext_lazy("Day"), lambda r: r.day, "day", "day"),
        Column("by", gettext_lazy("By"), lambda r: r.reporter.person.name if r.reporter else _("without a name")),
        Column("where", gettext_lazy("Where"), lambda r: r.unit.name if r.unit else "", "unit__name"),
        Column("text", gettext_lazy("What happened"), lambda r: r.text[:80]),
        Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), "state", "badge",
               tone=lambda r: {"new": "amber", "done": "jade"}.get(r.state, "")),
    )  # fmt: skip
    filters = (Filter("state", gettext_lazy("State"), pairs(STATES), lambda rows, value: rows.filter(state=value)),)

    def rows(self) -> QuerySet:
        return Report.objects.filter(readers=self.request.user).select_related("unit", "reporter__person")

    def address(self, row: Any) -> str:
        return reverse("findings:report-one", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(reports.SetRules)
        return [(_("Rules for reports"), reverse("findings:report-rules"))] if may else []


class OneReport(Page):
    """A report and its messages."""

    roles = reports.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Report.objects.filter(readers=request.user).select_related("unit", "reporter__person", "case")
        report = rows.filter(pk=pk).first()
        if report is None:
            raise Http404
        return self.show("findings/report.html", report=report, about=report.about.all(), thread=report.messages.all())


class ReportStep(ActionPage):
    """A step of a report as a form."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)

    def address(self, done: Any) -> str:
        return reverse("findings:report-one", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:report-one", args=(act.target.pk,))


class ReportRules(ActionPage):
    """Whether reports without a name are allowed."""

    action = reports.SetRules

    def address(self, done: Any) -> str:
        del done
        return reverse("findings:reports")

    def back(self, act: Action) -> str:
        del act
        return reverse("findings:reports")
