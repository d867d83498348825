"""Registered documents: taken in, changed, released, forgotten. The trail names numbers and levels, no titles."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.roles import OFFICER
from shoumi.console.scans import addresses, registered, running
from shoumi.console.scans.actions.plans import lines
from shoumi.console.scans.models import KEEPERS, NAMED, READERS, Document

_SECONDS: Final = 15.0  # the database waits for it
BIGGEST: Final = 64 * 2**20


class AboutForm(ActionForm):
    """What is kept beside the fingerprints."""

    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("Left empty: the file's name. It is kept sealed.")
    )
    level = forms.CharField(
        label=_("Level"), max_length=40, help_text=_("As on the document: 机密, 工作秘密, Confidential …")
    )
    until = forms.CharField(
        label=_("Protected until"), max_length=40, required=False,
        help_text=_("A day, such as 2036-12-31, or a moment, such as 2030-06-07T09:00 for an exam paper."),
    )  # fmt: skip
    belongs = lines(_("Where it may be"), _("Addresses, one a line: found there, it is no finding."), required=False)
    unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
    readers = forms.ChoiceField(
        label=_("Who may see the title"), choices=READERS, initial=KEEPERS,
        help_text=_("Ordinary staff never learn which document a text comes from."),
    )  # fmt: skip
    named = forms.CharField(
        label=_("Named people"), max_length=500, required=False, help_text=_("Accounts, separated by commas.")
    )

    def limit(self) -> None:
        self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

    def clean_until(self) -> str:
        until = self.cleaned_data["until"].strip()
        try:
            right = not until or parse_date(until) or parse_datetime(until)
        except ValueError:
            right = None
        if not right:
            raise forms.ValidationError(_("A day such as 2036-12-31, or a moment such as 2030-06-07T09:00."))
        return until

    def clean_belongs(self) -> list[str]:
        places = []
        for line in self.cleaned_data["belongs"].splitlines():
            if line.strip():
                try:
                    places.append(addresses.settled(line))
                except addresses.NotAllowed as error:
                    raise forms.ValidationError(str(error)) from error
        return places

    def clean_named(self) -> list[User]:
        names = [name for name in re.split(r"[,，、\s]+", self.cleaned_data["named"]) if name]
        found = list(User.objects.filter(username__in=[name.lower() for name in names], is_active=True))
        if len(found) != len(set(names)):
            raise forms.ValidationError(_("One of these is no open account."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("readers") == NAMED and not data.get("named"):
            self.add_error("named", _("Name them."))
        return data


class Register(Action):
    """A document's fingerprints are kept, so that passages of it are recognised anywhere. Its text is not kept."""

    name = "scans.document.register"
    label = _("Register document")
    intro = _("Its fingerprints are kept, never its text; the file itself is read and forgotten.")
    roles = frozenset({OFFICER})

    class Input(AboutForm):
        """The file, or where it is."""

        file = forms.FileField(label=_("File"), required=False, max_length=200)
        path = forms.CharField(
            label=_("Or its address"), max_length=1000, required=False,
            help_text=_("A file or folder within a place that may be scanned."),
        )  # fmt: skip
        field_order = ("file", "path")

        def clean_file(self) -> Any:
            file = self.cleaned_data["file"]
            if file is not None and file.size > BIGGEST:
                raise forms.ValidationError(_("Larger than 64 MiB: give its address instead."))
            return file

        def clean_path(self) -> str:
            path = self.cleaned_data["path"].strip()
            if not path:
                return ""
            try:
                addresses.root_of(path, self.action.actor.reach(self.action.roles))
                return addresses.settled(path)
            except addresses.NotAllowed as error:
                raise forms.ValidationError(str(error)) from error

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if not self.errors and bool(data.get("file")) == bool(data.get("path")):
                raise forms.ValidationError(_("Give a file, or an address; one of the two."))
            return data

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def write(self) -> Done:
        data = self.data
        about = {"id": "", "title": data["title"], "level": data["level"], "until": data["until"] or None,
                 "owner": data["unit"].name, "belongs": data["belongs"]}  # fmt: skip
        answer = self._ask(about)
        rows = [self._row(one) for one in answer["added"]]
        facts = {"numbers": [row.key for row in rows][:100], "level": data["level"], "until": data["until"],
                 "gaps": answer["gaps"][:20]}  # fmt: skip
        return Done(rows[0] if len(rows) == 1 else data["unit"], facts, answer)

    def _ask(self, about: dict[str, Any]) -> dict[str, Any]:
        data = self.data
        with placed(data["file"]) if data["file"] else _there(data["path"]) as path:
            try:
                answer = running.ask("register", {"paths": [path], "about": about}, _SECONDS)
            except (TimeoutError, RuntimeError) as error:
                raise Unmet(_("It could not be read within 15 seconds. Register it on the command line.")) from error
        if answer["type"] == "error":
            raise Unmet(answer["sentence"])
        if not answer["added"]:
            if answer["twice"]:
                raise Unmet(_("It is registered already, as %(number)s.") % {"number": answer["twice"][0]})
            raise Unmet(_("No text could be read in it, so there is nothing to recognise."))
        return answer

    def _row(self, one: dict[str, Any]) -> Document:
        data = self.data
        row, _new = Document.objects.update_or_create(
            key=one["id"],
            defaults={
                "unit": data["unit"], "level": data["level"], "until": data["until"], "readers": data["readers"],
                "characters": one["characters"], "by": self.actor.get_full_name(), "removed": None, "released": None,
            },
        )  # fmt: skip
        row.named.set(data["named"])
        return row


@contextmanager
def placed(file: Any) -> Iterator[str]:
    """Put an upload into a private folder under its own name, and take it away again."""
    folder = tempfile.mkdtemp(dir=settings.HOME.folder("incoming"))
    try:
        name = os.path.basename(file.name) or "file"
        path = os.path.join(folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for piece in file.chunks():
                target.write(piece)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _there(path: str) -> Iterator[str]:
    yield path


class Describe(Action):
    """Where it belongs, until when it is protected, who may see its title."""

    name = "scans.document.change"
    label = _("Change what is known")
    roles = frozenset({OFFICER})
    model = Document
    Input = AboutForm

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (self.target.unit.path, unit.path) if unit else (self.target.unit.path,)

    def initial(self) -> dict[str, Any]:
        from shoumi.console.scans import said

        row, known = self.target, registered.entry(self.target.key)
        title = known.title if known is not None and said.may_read(row, self.actor) else ""
        return {
            "title": title, "level": row.level, "until": row.until, "unit": row.unit_id, "readers": row.readers,
            "belongs": "\n".join(known.belongs) if known is not None else "",
            "named": ", ".join(row.named.values_list("username", flat=True)),
        }  # fmt: skip

    def check(self) -> None:
        if self.target.removed or registered.entry(self.target.key) is None:
            raise Unmet(_("The registry no longer knows it."))

    def write(self) -> Done:
        row, data = self.target, self.data
        known = registered.entry(row.key)
        registered.change(
            row.key, title=data["title"] or known.title, level=data["level"], until=data["until"] or None,
            belongs=tuple(data["belongs"]), owner=data["unit"].name,
        )  # fmt: skip
        before = row.readers
        for name in ("level", "until", "unit", "readers"):
            setattr(row, name, data[name])
        row.save()
        row.named.set(data["named"])
        return Done(row, {"level": row.level, "until": row.until, "readers": [before, row.readers],
                          "belongs": data["belongs"]})  # fmt: skip


class Release(Action):
    """The document is protected no longer, by a decision before its time."""

    name = "scans.document.release"
    label = _("Release before its time")
    intro = _("Passages of it are then information only. The decision is kept with the document.")
    roles = frozenset({OFFICER})
    model = Document
    sensitive = grave = True

    class Input(ActionForm):
        """By which decision."""

        because = forms.CharField(label=_("Decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.released or self.target.removed:
            raise Unmet(_("It was released already, or is no longer registered."))

    def write(self) -> Done:
        registered.release(self.target.key, self.data["because"])
        self.target.released = timezone.now()
        self.target.save()
        return Done(self.target, self.data)


class Forget(Action):
    """The fingerprints are forgotten, at once."""

    name = "scans.document.forget"
    label = _("Forget document")
    intro = _("Passages of it are no longer recognised. To know it again, register the original anew.")
    roles = frozenset({OFFICER})
    model = Document
    sensitive = grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.removed:
            raise Unmet(_("It is forgotten already."))

    def write(self) -> Done:
        registered.remove(self.target.key)
        self.target.removed = timezone.now()
        self.target.save()
        return Done(self.target, self.data)
