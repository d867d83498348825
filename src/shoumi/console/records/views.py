"""The pages of records: one record as page, PDF or workbook; what was issued; whether a file is what was issued."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import ActionError, Unmet
from shoumi.console.audit.models import Entry
from shoumi.console.lists import XLSX as XLSX_TYPE
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import Page
from shoumi.console.records.actions import FetchIssue, IssueRecord
from shoumi.console.records.document import compose
from shoumi.console.records.models import KINDS, Issue
from shoumi.console.records.reading import READERS, readable
from shoumi.console.records.record import find, registry

ON_PAGE = 200  # rows of a table; PDF and workbook hold all
TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE}


class OneRecord(Page):
    """A record about one thing. As a page it is only read; PDF and workbook are issued."""

    anybody = True

    def get(self, request: HttpRequest, name: str, pk: str, form: str) -> HttpResponse:
        record = find(name)
        thing = record.find(pk) if record else None
        if record is None or thing is None or form not in record.forms or not record.may(request.user, thing):
            raise Http404
        if form == "html":
            return self.show(
                "records/record.html",
                document=compose(record, thing).shortened(ON_PAGE),
                addresses=[(kind.upper(), reverse("records:record", args=(name, pk, kind))) for kind in TYPES
                           if kind in record.forms],
                back=record.back(thing),
            )  # fmt: skip
        base = request.build_absolute_uri("/")
        try:
            made = IssueRecord.run(request.user, door=self.door, record=name, key=pk, form=form, base=base).result
        except Unmet as error:
            return self.show("said.html", 409, title=record.title, what=str(error))
        return file(made, bytes(made.kept.data))


def file(made: Issue, data: bytes) -> HttpResponse:
    """Answer with an issued file under its own name."""
    response = HttpResponse(data, content_type=TYPES[made.form])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.filename)
    return response


def _names(_user: Any) -> list[tuple[str, Any]]:
    return [(name, record.title) for name, record in registry().items()]


class Issues(ListPage):
    """What was issued in one's units."""

    name = "records.issues"
    title = gettext_lazy("Issued records")
    roles = READERS
    search = ("number", "title", "subject", "by_name", "unit__name", "digest")
    order = ("-year", "-seq")
    empty = gettext_lazy(
        "Every form that leaves as PDF or XLSX stands here with its number. You issue it on the thing's page."
    )
    columns = (
        Column("number", gettext_lazy("Record no."), lambda i: i.number, "seq"),
        Column("title", gettext_lazy("Record"), lambda i: i.title, "title"),
        Column("subject", gettext_lazy("Concerning"), lambda i: i.subject, "subject"),
        Column("unit", gettext_lazy("Unit"), lambda i: i.unit.name if i.unit else "", "unit__name"),
        Column("level", gettext_lazy("Level"), lambda i: i.level or _("none"), "level", "badge"),
        Column("form", gettext_lazy("Form"), lambda i: i.get_form_display(), "form"),
        Column("by", gettext_lazy("Issued by"), lambda i: i.by_name, "by_name"),
        Column("at", gettext_lazy("Issued"), lambda i: i.at, "at", "moment"),
        Column("language", gettext_lazy("Language"), lambda i: i.language, "language", shown=False),
        Column("digest", gettext_lazy("Digest (SHA-256)"), lambda i: i.digest, shown=False),
    )  # fmt: skip
    filters = (
        Filter("name", gettext_lazy("Record"), _names, lambda rows, value: rows.filter(name=value)),
        Filter("form", gettext_lazy("Form"), pairs(KINDS), lambda rows, value: rows.filter(form=value)),
    )

    def rows(self) -> QuerySet:
        return readable(self.request.user).select_related("unit")

    def address(self, row: Any) -> str:
        return reverse("records:issue", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Check a file"), reverse("records:check"))]


class OneIssue(Page):
    """An issued record: number, digest, who, history."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = readable(request.user).select_related("unit").filter(pk=pk).first()
        if made is None:
            raise Http404
        return self.show(
            "records/issue.html",
            issue=made,
            kept=hasattr(made, "kept"),
            history=Entry.objects.filter(subject=f"records.issue:{pk}")[:30],
        )


class File(Page):
    """The file as it was issued, once more."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            done: Any = FetchIssue.run(request.user, pk, door=self.door)
        except ActionError as error:
            raise Http404 from error
        return file(done.thing, done.result)


class CheckForm(forms.Form):
    """A file to compare."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("It is compared here and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.xlsx"}),
    )


class _CheckPage(Page):
    anybody = True

    def _show(self, form: forms.Form, status: int = 200, **more: Any) -> HttpResponse:
        found = more.get("issue")
        may_read = found is not None and readable(self.request.user).filter(pk=found.pk).exists()
        return self.show("records/check.html", status, form=form, may_read=may_read, **more)


class Check(_CheckPage):
    """Which issued record a file is, found by its digest."""

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        return self._show(CheckForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CheckForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form, 422)
        digest = digest_of(form.cleaned_data["file"])
        found = Issue.objects.filter(digest=digest).first()
        return self._show(CheckForm(), digest=digest, checked=True, same=found is not None, issue=found)


class CheckNumber(_CheckPage):
    """Whether a paper or file with this number is genuine. Who may not read it learns the number and the day only."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        del request
        return self._show(CheckForm(), number=number, issue=Issue.objects.filter(number=number).first())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        issue = Issue.objects.filter(number=number).first()
        form = CheckForm(request.POST, request.FILES)
        if not form.is_valid() or issue is None:
            return self._show(form, 422, number=number, issue=issue)
        digest = digest_of(form.cleaned_data["file"])
        same = digest == issue.digest
        return self._show(CheckForm(), number=number, issue=issue, digest=digest, checked=True, same=same)


def digest_of(upload: Any) -> str:
    """Return the SHA-256 of an upload, read in pieces."""
    found = hashlib.sha256()
    for piece in upload.chunks():
        found.update(piece)
    return found.hexdigest()
