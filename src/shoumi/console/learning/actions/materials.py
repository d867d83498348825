"""Lessons and letters themselves: taken in from Shoumi, written, imported, published, retired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.learning import assigning, reading
from shoumi.console.learning.content import Shipped, shipped
from shoumi.console.learning.models import (
    AREAS,
    FAMILIES,
    KINDS,
    LESSON,
    LETTER,
    Edition,
    Material,
    Requirement,
)
from shoumi.console.roles import OFFICER

KEEPERS: Final = frozenset({OFFICER})
LANGUAGES: Final = tuple((code, settings.LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES)


class TextForm(ActionForm):
    """A text in one language, typed or from a file."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    file = forms.FileField(
        label=_("Markdown file"),
        help_text=_("UTF-8, as in the example. When a file is given, the text below is not used."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".md,.markdown,.txt"}),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=reading.MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > 4 * reading.MOST_CHARACTERS:
            raise forms.ValidationError(_("This file is too large for a lesson."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This file is not UTF-8 text. Save it as UTF-8 and try again.")) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        source = data.get("file") or data.get("text") or ""
        if self.errors:
            return data
        try:
            found = reading.read(source)
        except reading.Unreadable as error:
            raise forms.ValidationError(error.sentence) from error
        kind = data.get("kind") or (self.target.kind if self.target else "")
        if kind == LESSON and not found.questions:
            raise forms.ValidationError(_("A lesson ends with a quiz: a line “# Quiz”, then questions."))
        if kind == LETTER and found.questions:
            raise forms.ValidationError(_("A letter has no quiz."))
        data["source"] = source.replace("\r\n", "\n")
        return data


class AddMaterial(Action):
    """A new lesson or letter of the office or of a unit; a draft at first."""

    name = "learning.material.add"
    label = _("Write a lesson or letter")
    intro = _("It stays a draft until you publish it. Add the other languages on its page.")
    roles = KEEPERS

    class Input(TextForm):
        """What it is, and its first text."""

        kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
        family = forms.ChoiceField(
            label=_("Kind of letter"), choices=[("", "—"), *FAMILIES], required=False, help_text=_("For letters only.")
        )
        area = forms.ChoiceField(label=_("Area"), choices=[("", _("all areas")), *AREAS], required=False)
        unit = forms.ModelChoiceField(
            Unit.objects, label=_("For unit"), help_text=_("And all units below. The topmost one: the whole office.")
        )
        field_order = ("kind", "family", "area", "unit", "language", "file", "text")

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))
            self.fields["unit"].initial = self.fields["unit"].queryset.first()
            self.fields["language"].initial = get_language()

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("kind") == LETTER and not data.get("family"):
                self.add_error("family", _("Please choose one."))
            if data.get("kind") == LESSON:
                data["family"] = ""
            return data

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def write(self) -> Done:
        data = self.data
        texts = {data["language"]: data["source"]}
        title = reading.read(data["source"]).title
        material = Material(
            kind=data["kind"], family=data["family"], area=data["area"], unit=data["unit"], slug=_slug(title)
        )
        material.entitle(texts)
        material.save()
        Edition.objects.create(material=material, number=1, texts=texts)
        return Done(material, {"kind": material.kind, "title": title, "language": data["language"]})


class WriteDraft(Action):
    """The draft gets a text in one language. The published edition stays as it is."""

    name = "learning.draft.write"
    label = _("Edit draft")
    intro = _("People go on reading the published edition until you publish this one.")
    roles = KEEPERS
    model = Material

    class Input(TextForm):
        """The text, and how long and how strict it is."""

        minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, initial=10)
        pass_mark = forms.IntegerField(
            label=_("Pass mark (%)"), min_value=1, max_value=100, initial=75, help_text=_("For lessons.")
        )

    def initial(self) -> dict[str, Any]:
        base = self.target.draft or self.target.current
        language = get_language() or "en"
        text = base.texts.get(language, "") if base else ""
        return {"language": language, "text": text, "minutes": base.minutes, "pass_mark": base.pass_mark}

    def check(self) -> None:
        if self.target.retired_on:
            raise Unmet(_("This is out of use. Write a new one."))

    def write(self) -> Done:
        draft = self.target.draft or _draft(self.target)
        draft.texts = {**draft.texts, self.data["language"]: self.data["source"]}
        draft.minutes, draft.pass_mark, draft.digest = self.data["minutes"], self.data["pass_mark"], ""
        draft.save()
        return Done(self.target, {"edition": draft.number, "language": self.data["language"]})


class DropDraft(Action):
    """A draft is thrown away; what was published stays."""

    name = "learning.draft.drop"
    label = _("Discard draft")
    roles = KEEPERS
    model = Material
    grave = True

    def check(self) -> None:
        if self.target.draft is None:
            raise Unmet(_("There is no draft."))
        if self.target.current is None:
            raise Unmet(_("It was never published. Take it out of use instead."))

    def write(self) -> Done:
        number = self.target.draft.number
        self.target.draft.delete()
        return Done(self.target, {"edition": number})


class Publish(Action):
    """The draft becomes the edition that people read; letters are to be signed again."""

    name = "learning.draft.publish"
    label = _("Publish")
    intro = _("The edition cannot be changed afterwards. Earlier answers and signatures stay with their editions.")
    roles = KEEPERS
    model = Material

    class Input(ActionForm):
        """What is new, and whether everybody does it again."""

        note = forms.CharField(label=_("What is new"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
        again = forms.BooleanField(
            label=_("Everybody does it again"),
            required=False,
            help_text=_("Those who passed an earlier edition are assigned it again. Letters are always signed again."),
        )

    def check(self) -> None:
        draft = self.target.draft
        if draft is None:
            raise Unmet(_("There is no draft."))
        shapes = {draft.text(language).shape for language in draft.texts}
        if len(shapes) > 1:
            raise Unmet(_("The languages differ in the number of cases or questions, or in the right answers."))

    def write(self) -> Done:
        draft, again = self.target.draft, self.data["again"] or self.target.kind == LETTER
        draft.note, draft.published_on = self.data["note"], timezone.now()
        draft.published_by = self.actor.get_full_name()
        draft.save()
        facts = _make_current(self.target, draft, again=again)
        return Done(self.target, {**facts, "note": self.data["note"]})


class Retire(Action):
    """A lesson or letter is no longer used; its requirements end, open assignments lapse."""

    name = "learning.material.retire"
    label = _("Take out of use")
    intro = _("Nobody has to do it any more. Who did it stays on record. This cannot be undone.")
    roles = KEEPERS
    model = Material
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.retired_on:
            raise Unmet(_("This is out of use already."))

    def write(self) -> Done:
        self.target.retired_on = timezone.localdate()
        self.target.save()
        self.target.requirements.filter(ended=None).update(ended=timezone.now())
        open_rows = self.target.assignments.filter(ended_on=None)
        lapsed = open_rows.update(ended_on=timezone.localdate(), way="lapsed")
        return Done(self.target, {"reason": self.data["reason"], "lapsed": lapsed})


class TakeIn(Action):
    """The lessons and letters that come with Shoumi are published here, with who must do them; newer texts later."""

    name = "learning.content.take"
    label = _("Take in the lessons that come with Shoumi")
    intro = _(
        "Nine lessons and eight letters in three languages are published, with who must do them and when. "
        "You can change all of it afterwards. What your office has edited itself is left alone."
    )
    roles = KEEPERS

    def units(self) -> Iterable[str]:
        return (topmost().path,)

    def check(self) -> None:
        self.news = news()
        if not self.news:
            raise Unmet(_("Everything that comes with Shoumi is here already."))

    def write(self) -> Done:
        known = dict(Material.objects.filter(shipped=True).values_list("slug", "pk"))
        for one in self.news:
            if one.slug in known:
                _newer(Material.objects.get(pk=known[one.slug]), one, self.actor.get_full_name())
            else:
                _first(one, self.actor.get_full_name())
        added, _lapsed = assigning.carry_out(assigning.plan())
        return Done(None, {"taken": [one.slug for one in self.news], "assigned": added})


def _slug(title: str) -> str:
    """Return a free name for the address; names of what comes with Shoumi never begin with "own"."""
    stem = f"own-{slugify(title)[:60]}".rstrip("-")
    taken = set(Material.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def topmost() -> Unit:
    """Return the topmost unit: the whole office."""
    return Unit.objects.filter(parent=None).order_by("pk").first() or Unit(path="")


def news() -> list[Shipped]:
    """Return what comes with Shoumi and is not here, or newer than here and not edited by the office."""
    here = {one.slug: one for one in Material.objects.filter(shipped=True).select_related("current")}
    taken = set(Edition.objects.filter(material__shipped=True).exclude(digest="").values_list("digest", flat=True))
    found = []
    for one in shipped():
        material = here.get(one.slug)
        untouched = material is not None and material.retired_on is None and bool(material.current.digest)
        if material is None or (untouched and one.digest not in taken):
            found.append(one)
    return found


def _first(one: Shipped, by: str) -> None:
    unit = topmost()
    material = Material(
        unit=unit, kind=one.kind, slug=one.slug, family=one.facts.get("kind", ""), area=one.facts.get("area", ""),
        position=one.facts["order"], shipped=True,
    )  # fmt: skip
    material.entitle(one.texts)
    material.save()
    _make_current(material, _edition(material, one, by), again=False)
    for asked in one.facts["required"]:
        Requirement.objects.create(material=material, unit=unit, by=by, **asked)


def _newer(material: Material, one: Shipped, by: str) -> None:
    _make_current(material, _edition(material, one, by), again=material.kind == LETTER)


def _edition(material: Material, one: Shipped, by: str) -> Edition:
    latest = material.editions.exclude(published_on=None).first()
    number = latest.number + 1 if latest else 1
    draft = material.draft
    if draft:  # the office is writing: its draft comes after
        Edition.objects.filter(pk=draft.pk).update(number=number + 1)
    return Edition.objects.create(
        material=material, number=number, texts=one.texts, digest=one.digest, published_on=timezone.now(),
        published_by=by, pass_mark=one.facts.get("pass_mark", 75), minutes=one.facts.get("minutes", 5),
    )  # fmt: skip


def _draft(material: Material) -> Edition:
    base = material.current
    return Edition(
        material=material, number=base.number + 1, texts=base.texts, pass_mark=base.pass_mark, minutes=base.minutes
    )


def _make_current(material: Material, edition: Edition, *, again: bool) -> dict[str, Any]:
    """Let an edition be the one that is read; assign it again when an earlier one no longer counts."""
    material.current = edition
    material.entitle(edition.texts)
    if again:
        material.counts_from = edition.number
    material.save()
    found = [assigning.plan(only=asked) for asked in material.requirements.filter(ended=None)] if again else []
    added = sum(assigning.carry_out(one)[0] for one in found)
    return {"edition": edition.number, "languages": sorted(edition.texts), "again": again, "assigned": added}
