"""The report of a machine that is not connected: JSON Lines, checked line by line, taken in once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.findings import ingest, lines, numbers, opening
from shoumi.console.findings.models import Inspection
from shoumi.console.roles import OFFICER
from shoumi.console.scans.actions.plans import lines as lines_field

BIGGEST: Final = 256 * 2**20  # bytes


class Upload(Action):
    """Results of another machine become an inspection here."""

    name = "scans.upload"
    label = _("Upload a report")
    intro = _(
        "The file that “shoumi scan … -f jsonl -o report.jsonl” wrote on "
        "the other machine. It holds masked places only. "
        "A later report of the same machine closes what is gone there."
    )
    roles = frozenset({OFFICER})

    class Input(ActionForm):
        """The file, and where it comes from."""

        file = forms.FileField(label=_("Report (JSON Lines)"), max_length=200)
        machine = forms.CharField(
            label=_("Machine"), max_length=100, help_text=_("Its number in the ledger, or its name.")
        )
        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        addresses = lines_field(
            _("Addresses that were scanned there"), _("One a line, as they were given to the command.")
        )

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

        def clean_file(self) -> Any:
            file = self.cleaned_data["file"]
            if file.size > BIGGEST:
                raise forms.ValidationError(_("Larger than 256 MiB: scan in several parts."))
            try:
                for _result in lines.read(bounded(file)):
                    pass
            except lines.Refused as error:
                raise forms.ValidationError(str(error)) from error
            return file

        def clean_addresses(self) -> list[str]:
            return [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def check(self) -> None:
        self.digest = digest(self.data["file"])
        before = Inspection.objects.filter(digest=self.digest, unit=self.data["unit"]).first()
        if before is not None:
            raise Unmet(_("This file was taken in already, as %(number)s.") % {"number": before.number})

    def write(self) -> Done:
        data = self.data
        made = Inspection.objects.create(
            number=numbers.following(Inspection, "I"), name=data["machine"], machine=data["machine"], unit=data["unit"],
            addresses=data["addresses"], by=self.actor.get_full_name(), digest=self.digest,
            series=f"upload:{data['unit'].pk}:{ingest.digest(data['machine'])}",
        )  # fmt: skip
        summary: dict[str, Any] = {}
        count = ingest.take(made, _results(data["file"], summary))
        ingest.finish(made, summary)
        opening.added_up(made)
        opening.inspected(made)
        return Done(made, {"machine": data["machine"], "results": count, "sha256": self.digest})


def _results(file: Any, summary: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for one in lines.read(bounded(file)):
        if one["type"] == "summary":
            summary.update(one)
        else:
            yield one


def bounded(file: Any) -> Iterable[bytes]:
    """Yield the lines of a file, each cut where no result is that long: a file without line ends costs nothing."""
    file.seek(0)
    while line := file.readline(lines.LINE + 2):
        yield line


def digest(file: Any) -> str:
    """Return the SHA-256 of a file."""
    file.seek(0)
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    return found.hexdigest()
