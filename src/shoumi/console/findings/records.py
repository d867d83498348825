"""What an office files about inspections: record with coverage, rectification notice, case file, incident report, year.

No record holds more of a finding than its page shows: masked text, and never the title of a registered document.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import Unit
from shoumi.console.findings import words
from shoumi.console.findings.checklist import ITEMS, QUESTIONS
from shoumi.console.findings.models import Case, Finding, Inspection, SelfInspection
from shoumi.console.findings.models.cases import CLOSED, ENDED, EXCEPTED
from shoumi.console.findings.models.found import FALSE, OPEN, RANKS, SEVERITIES
from shoumi.console.records import Facts, Record, Signature, Signatures, Table, Text
from shoumi.console.roles import AREA, LEADER, OFFICER

READERS: Final = frozenset({OFFICER, LEADER, AREA})
MOST: Final = 2000  # lines of a table; more than a person reads, and said


class InspectionRecord(Record):
    """What was inspected and found, with a certificate of coverage: what was and what was not examined."""

    name = "findings.inspection"
    title = gettext_lazy("Inspection record")
    model = Inspection
    roles = READERS

    def rows(self) -> Any:
        return Inspection.objects.select_related("unit")

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("findings:inspection", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        summary, found = thing.summary, thing.summary.get("findings", {})
        yield Text(_coverage(thing), title=_("Certificate of coverage"))
        yield Table(
            (_("Why not examined"), _("How many"), _("What it means, and what to do")),
            [
                (_reason(reason), count, " ".join(words.gap(reason)))
                for reason, count in sorted(summary.get("gaps", {}).items())
            ],
            empty=_("Nothing was left out."),
            widths=(3, 1, 9),
        )
        yield Facts(
            [
                (_("Unit"), thing.unit.name),
                (_("Addresses"), "\n".join(thing.addresses)),
                (_("By"), thing.by),
                (_("Machine"), thing.machine),
                (_("Began"), thing.began),
                (_("Ended at"), thing.ended),
                (_("Files"), summary.get("files", 0)),
                (_("inside archives and mails"), summary.get("members", 0)),
                (_("without text"), sum(summary.get("skipped", {}).values())),
                (_("left out"), summary.get("excluded", 0)),
                (_("Rules"), ", ".join(f"{name} {version}" for name, version in summary.get("packs", {}).items())),
                (_("Version"), summary.get("version", "")),
            ],
            title=_("What was inspected"),
        )
        counts = [(label, found.get(SEVERITIES[rank], 0)) for rank, label in RANKS]
        yield Table((_("Severity"), _("Number of places")), counts, title=_("What was found"), widths=(3, 1))
        rows = (
            Finding.objects.filter(occurrences__seen=thing)
            .distinct()
            .select_related("unit", "case")
            .order_by("rank", "pk")
        )
        yield Table(
            (_("Severity"), _("What"), _("First place"), _("Masked text"), _("State")),
            [
                (row.get_rank_display(), words.rule(row.rule), row.path, row.snippet,
                 row.case.number if row.case else row.get_state_display())
                for row in rows[:MOST]
            ],
            title=_("Findings"),
            widths=(2, 4, 6, 6, 2),
            empty=_("Nothing was found."),
        )  # fmt: skip
        gaps = thing.gaps.all()
        yield Table(
            (_("File"), _("Why"), _("What was done")),
            [(str(gap), gap.get_reason_display(), gap.note) for gap in gaps[:MOST]],
            title=_("Not examined, one by one"),
            widths=(7, 3, 4),
            empty=_("Nothing was left out."),
        )
        yield Signatures([Signature(_("Inspected by"), thing.by, thing.ended), Signature(_("Responsible leader"))])


def _coverage(thing: Inspection) -> str:
    if thing.state == "complete" and not thing.gap_count:
        return _(
            "Everything at the addresses below was examined, but for what "
            "carries no text and what was left out on purpose."
        )
    if thing.state == "complete":
        return _("%(count)d things at the addresses below were NOT examined. For them this record says nothing.") % {
            "count": thing.gap_count
        }
    return _("The inspection is NOT complete (%(state)s). What comes after that point was not examined.") % {
        "state": thing.get_state_display()
    }


def _reason(reason: str) -> Any:
    from shoumi.console.findings.models.found import REASONS

    return dict(REASONS).get(reason, reason)


class Notice(Record):
    """The order to put something right, as the unit gets it."""

    name = "findings.notice"
    title = gettext_lazy("Rectification notice")
    model = Case
    roles = READERS

    def rows(self) -> Any:
        return Case.objects.select_related("unit", "responsible__unit", "leader__unit").exclude(ordered=None)

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("findings:case", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        yield Facts(_parties(thing))
        yield Text(thing.order, title=_("What must be put right"))
        yield _found(thing)
        yield Text(
            _("Say in the console, until the day above, what was done. The case is closed only after a clean re-check.")
        )
        yield Signatures(
            [Signature(_("Order issued by"), thing.by, thing.ordered), Signature(_("Directly responsible")),
             Signature(_("Responsible leader"))]
        )  # fmt: skip


def _parties(case: Case) -> list[tuple[Any, Any]]:
    return [
        (_("Unit"), case.unit.name),
        (_("Severity"), case.get_rank_display()),
        (_("What is wrong"), case.title),
        (_("Comes from"), case.get_kind_display()),
        (_("Directly responsible"), case.responsible),
        (_("Responsible leader"), case.leader),
        (_("Ordered"), case.ordered),
        (_("Until"), case.deadline),
    ]


def _found(case: Case) -> Table:
    rows = case.findings.order_by("rank", "pk")[:MOST]
    return Table(
        (_("What"), _("First place"), _("Masked text"), _("Number of places")),
        [(words.rule(row.rule), row.path, row.snippet, row.places) for row in rows],
        title=_("Findings"),
        widths=(4, 6, 6, 1),
        empty=_("None: the case does not come from an inspection."),
    )


class CaseFile(Notice):
    """Everything about a case: order, answer, re-check, end, accountability, report of the incident."""

    name = "findings.case"
    title = gettext_lazy("Case file")

    def rows(self) -> Any:
        return Case.objects.select_related("unit", "responsible__unit", "leader__unit")

    def blocks(self, thing: Any) -> Iterator[Any]:
        yield Facts([*_parties(thing), (_("State"), thing.get_state_display()), (_("Case opened"), thing.opened),
                     (_("Opened by"), thing.by)])  # fmt: skip
        yield Text(thing.order or "—", title=_("What must be put right"))
        yield Facts(
            [
                (_("What was done"), thing.answer),
                (_("Answered"), thing.answered),
                (_("Re-checked"), thing.checked),
                (_("Result of the re-check"), thing.check_result),
                (_("Nothing left"), thing.clean if thing.checked else None),
                (_("Closed"), thing.closed),
                (_("Closing reason"), thing.closing),
                (_("Exception by the leader"), thing.state == EXCEPTED),
            ],
            title=_("Rectification"),
        )
        yield Text(thing.accountability or _("Nothing was recorded."), title=_("Accountability"))
        if thing.incident:
            yield _report(thing)
        yield _found(thing)
        yield Signatures([Signature(_("Secrecy officer")), Signature(_("Responsible leader"))])


def _report(case: Case) -> Facts:
    form = case.form
    return Facts(
        [
            (_("Discovered"), case.discovered),
            (_("To be reported until"), case.due),
            (_("Reported"), case.reported),
            (_("Later than 24 hours"), case.late),
            (_("To the secrecy department"), form.get("authority")),
            (_("To the superior"), form.get("superior")),
            (_("What happened"), form.get("happened")),
            (_("What it is about"), form.get("content")),
            (_("What was done at once"), form.get("measures")),
        ],
        title=_("Report of the incident (Implementing Regulations, art. 61)"),
    )


class IncidentReport(Notice):
    """The form with which an incident is reported within 24 hours."""

    name = "findings.incident"
    title = gettext_lazy("Report of an incident")

    def rows(self) -> Any:
        return Case.objects.select_related("unit", "responsible__unit", "leader__unit").filter(incident=True)

    def blocks(self, thing: Any) -> Iterator[Any]:
        yield Facts(
            [
                (_("Unit"), thing.unit.name),
                (_("What is wrong"), thing.title),
                (_("Directly responsible"), thing.responsible),
                (_("Responsible leader"), thing.leader),
            ]
        )
        yield _report(thing)
        yield Signatures([Signature(_("Reported by")), Signature(_("Responsible leader")), Signature(_("Received by"))])


class SelfInspectionRecord(Record):
    """A self-inspection: thirteen items, every question, every answer."""

    name = "findings.selfinspection"
    title = gettext_lazy("Record of a self-inspection")
    model = SelfInspection
    roles = frozenset({OFFICER, LEADER})

    def rows(self) -> Any:
        return SelfInspection.objects.select_related("unit")

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("findings:selfcheck", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        answers = {answer.question: answer for answer in thing.answers.select_related("case")}
        yield Facts(
            [
                (_("Unit"), thing.unit.name),
                (_("By"), thing.by),
                (_("Began"), thing.began),
                (_("Ended at"), thing.ended),
                (_("Answered"), f"{len(answers)} / {len(QUESTIONS)}"),
            ]
        )
        for number, item in enumerate(ITEMS, 1):
            rows = [(question, *_answered(answers.get(key))) for key, question in item.keyed()]
            head = (_("Question"), _("Answer given"), _("What was seen"), _("Case"))
            yield Table(head, rows, title=f"{number}. {item.label}", widths=(7, 2, 5, 2))
        yield Text(thing.conclusion or _("Not ended yet."), title=_("Conclusion"))
        yield Signatures([Signature(_("Secrecy officer")), Signature(_("Responsible leader"))])


def _answered(answer: Any) -> tuple[Any, Any, Any]:
    if answer is None:
        return _("not answered"), "", ""
    return answer.get_verdict_display(), answer.note, answer.case.number if answer.case else ""


class Year(Record):
    """What a unit and those below it inspected, found and put right in a year. The key is ``unit-year``."""

    name = "findings.year"
    title = gettext_lazy("Yearly summary of inspections")
    model = Unit
    roles = frozenset({OFFICER, LEADER})

    def find(self, key: Any) -> Any:
        """Return the unit with its year, or None."""
        unit, _dash, year = str(key).partition("-")
        found = super().find(unit)
        if found is None or (year and not (year.isascii() and year.isdigit() and 2000 <= int(year) <= 2200)):
            return None
        found.year = int(year) if year else timezone.localdate().year
        return found

    def reference(self, thing: Any) -> str:
        return f"{thing.code} {thing.year}"

    def back(self, thing: Any) -> str:
        del thing
        return reverse("findings:inspections")

    def blocks(self, thing: Any) -> Iterator[Any]:
        units = Unit.objects.filter(path__startswith=thing.path)
        inside = {"gte": date(thing.year, 1, 1), "lt": date(thing.year + 1, 1, 1)}

        def within(column: str) -> dict[str, Any]:
            return {f"{column}__date__{how}": day for how, day in inside.items()}

        inspections = list(Inspection.objects.filter(unit__in=units, **within("began")))
        cases = Case.objects.filter(unit__in=units, **within("opened"))
        found = Finding.objects.filter(unit__in=units, **within("first_seen"))
        yield Facts(
            [
                (_("Unit"), thing.name),
                (_("Year"), thing.year),
                (_("Inspections"), len(inspections)),
                (_("of them complete"), sum(one.state == "complete" for one in inspections)),
                (_("Files"), sum(one.summary.get("files", 0) for one in inspections)),
                (_("Not examined"), sum(one.gap_count for one in inspections)),
                (_("Findings"), found.count()),
                (_("of them to decide"), found.filter(state=OPEN).count()),
                (_("of them false positives"), found.filter(state=FALSE).count()),
                (_("Cases"), cases.count()),
                (_("closed after re-check"), cases.filter(state=CLOSED).count()),
                (_("closed with an exception"), cases.filter(state=EXCEPTED).count()),
                (_("overdue today"), cases.filter(deadline__lt=timezone.localdate()).exclude(state__in=ENDED).count()),
                (_("Incidents"), cases.filter(incident=True).count()),
                (_("reported later than 24 hours"), sum(case.late for case in cases.filter(incident=True))),
            ]
        )
        severities = dict(found.order_by().values_list("rank").annotate(n=Count("pk")))
        yield Table((_("Severity"), _("Findings")), [(label, severities.get(rank, 0)) for rank, label in RANKS],
                    title=_("By severity"), widths=(3, 1))  # fmt: skip
        rows = units.annotate(
            open=Count("findings", filter=Q(findings__state=OPEN), distinct=True),
            cases_open=Count("cases", filter=~Q(cases__state__in=ENDED), distinct=True),
        )
        yield Table(
            (_("Unit"), _("To decide"), _("Open cases")),
            [(unit.name, unit.open, unit.cases_open) for unit in rows],
            title=_("By unit"),
            widths=(6, 2, 2),
        )
        yield Table(
            (_("Case"), _("What is wrong"), _("Unit"), _("Directly responsible"), _("State")),
            [
                (case.number, case.title, case.unit.name, case.responsible.name if case.responsible else "",
                 case.get_state_display())
                for case in cases.select_related("unit", "responsible").order_by("number")[:MOST]
            ],
            title=_("Cases"),
            widths=(3, 6, 3, 3, 3),
            empty=_("None."),
        )  # fmt: skip
        yield Signatures([Signature(_("Secrecy officer")), Signature(_("Responsible leader"))])
