"""What keepers see of the texts: the list, one lesson or letter with its editions, the forms about them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shoumi.console.action import Action
from shoumi.console.audit.models import Entry
from shoumi.console.learning import content, standing
from shoumi.console.learning.actions import materials, requiring
from shoumi.console.learning.models import AREAS, DONE, KINDS, LESSON, Assignment, Edition, Material, Requirement
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import LEADER, OFFICER

READERS = frozenset({OFFICER, LEADER})


def _state(material: Material) -> Any:
    if material.retired_on:
        return gettext_lazy("out of use")
    return gettext_lazy("in use") if material.current_id else gettext_lazy("draft")


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    if state == "retired":
        return rows.exclude(retired_on=None)
    return rows.filter(retired_on=None, current__isnull=state == "draft")


def _count(rows: Any) -> Any:
    """Return how many of some rows belong to each text, counted by itself: joins of two would multiply."""
    own = rows.filter(material=OuterRef("pk")).order_by().values("material").annotate(count=Count("pk"))
    return Coalesce(Subquery(own.values("count")), 0)


class Materials(ListPage):
    """Lessons and letters, drafts and retired ones too."""

    name = "learning.materials"
    title = gettext_lazy("Lessons and letters")
    roles = READERS
    search = ("title_hans", "title_hant", "title_en", "slug")
    order = ("position", "slug")
    empty = gettext_lazy("Lessons to pass and letters to sign. Take in those that come with Shoumi, or write your own.")
    columns = (
        Column("title", gettext_lazy("Title"), lambda m: m.title, "position"),
        Column("kind", gettext_lazy("Kind"), lambda m: m.get_family_display() or m.get_kind_display(), "kind"),
        Column("area", gettext_lazy("Area"), lambda m: m.get_area_display() or _("all areas"), "area"),
        Column("unit", gettext_lazy("For unit"), lambda m: m.unit.name, "unit__name"),
        Column("edition", gettext_lazy("Edition"), lambda m: m.current.number if m.current else "", "current__number",
               "number"),
        Column("required", gettext_lazy("Required"), lambda m: m.required or "", "required", "number"),
        Column("open", gettext_lazy("To do"), lambda m: m.open, "open", "number"),
        Column("done", gettext_lazy("Done"), lambda m: m.done, "done", "number"),
        Column("state", gettext_lazy("State"), _state, "retired_on", "badge",
               tone=lambda m: "" if m.current_id or m.retired_on else "amber"),
    )  # fmt: skip
    filters = (
        Filter("kind", gettext_lazy("Kind"), pairs(KINDS), lambda rows, value: rows.filter(kind=value)),
        Filter("area", gettext_lazy("Area"), pairs(AREAS), lambda rows, value: rows.filter(area=value)),
        Filter("state", gettext_lazy("State"), pairs((
            ("use", gettext_lazy("in use")), ("draft", gettext_lazy("draft")), ("retired", gettext_lazy("out of use")),
        )), _in_state),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Assignment.objects.filter(standing.inside(self.request.user.reach(self.roles)))
        return standing.seen_by(self.request.user).select_related("current", "unit").annotate(
            required=_count(Requirement.objects.filter(ended=None)),
            open=_count(rows.filter(ended_on=None)),
            done=_count(rows.filter(way__in=DONE)),
        )  # fmt: skip

    def address(self, row: Any) -> str:
        return reverse("learning:material", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        me = self.request.user
        if not me.may_act(materials.AddMaterial):
            return []
        found = [(_("Write a lesson or letter"), reverse("learning:material-add"))]
        if me.reach(materials.KEEPERS).covers(materials.topmost().path) and materials.news():
            found.insert(0, (_("Take in the lessons that come with Shoumi"), reverse("learning:take")))
        return [*found, (_("Bring assignments up to date"), reverse("learning:assign"))]


class OneMaterial(Page):
    """A lesson or letter: its editions, who must do it, the next step."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        material = _seen(request.user, pk)
        reach = request.user.reach(materials.KEEPERS)
        draft = material.draft
        rows = material.assignments.filter(request.user.reach(self.roles).within("person__unit__path"))
        return self.show(
            "learning/material.html",
            material=material,
            state=_state(material),
            draft=draft,
            lacking=[name for code, name in settings.LANGUAGE_NAMES.items() if draft and code not in draft.texts],
            editions=material.editions.exclude(published_on=None),
            required=material.requirements.select_related("unit").order_by("ended", "pk"),
            open=rows.filter(ended_on=None).count(),
            done=rows.filter(way__in=DONE).count(),
            keeper=reach.covers(material.unit_path) and not material.retired_on,
            requiring=bool(reach) and material.current_id and not material.retired_on,
            endable={one.pk for one in material.requirements.select_related("unit") if reach.covers(one.unit_path)},
            history=Entry.objects.filter(subject=f"learning.material:{pk}")[:30],
        )


def _seen(user: Any, pk: int) -> Material:
    material = standing.seen_by(user).select_related("current", "unit").filter(pk=pk).first()
    if material is None:
        raise Http404
    return material


class OneEdition(Page):
    """An edition as it reads in one language, with the right answers marked."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = Edition.objects.select_related("material__unit").filter(pk=pk).first()
        if edition is None or not standing.seen_by(request.user).filter(pk=edition.material_id).exists():
            raise Http404
        wanted = request.GET.get("in", "")
        language = edition.language(wanted if wanted in edition.texts else get_language() or "")
        text = edition.text(language)
        return self.show(
            "learning/edition.html",
            edition=edition,
            material=edition.material,
            text=text,
            language_of_text=language,
            languages_of_text=[(code, settings.LANGUAGE_NAMES.get(code, code)) for code in edition.texts],
            questions=[
                (question, [(option, place in question.right) for place, option in enumerate(question.options)])
                for question in text.questions
            ],
        )


class Source(Page):
    """A text as a Markdown file: to edit elsewhere and import again, or as an example."""

    roles = READERS

    def get(self, request: HttpRequest, language: str, pk: int | None = None) -> HttpResponse:
        if pk is None:
            example = next(one for one in content.shipped() if one.kind == LESSON and one.slug == "phones")
            name, texts = "example", example.texts
        else:
            edition = (
                Edition.objects.filter(pk=pk, material__in=standing.seen_by(request.user))
                .select_related("material")
                .first()
            )
            if edition is None:
                raise Http404
            name, texts = f"{edition.material.slug}-{edition.number}", edition.texts
        if language not in texts:
            raise Http404
        response = HttpResponse(texts[language], content_type="text/markdown; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}-{language}.md"'
        return response


class _Form(ActionPage):
    """A form about a lesson or letter."""

    def address(self, done: Any) -> str:
        thing = done.thing.material if isinstance(done.thing, Requirement) else done.thing
        return reverse("learning:material", args=(thing.pk,)) if thing else reverse("learning:materials")

    def back(self, act: Action) -> str:
        target = act.target.material if isinstance(act.target, Requirement) else act.target
        return reverse("learning:material", args=(target.pk,)) if target else reverse("learning:materials")


class Take(_Form):
    """Take in what comes with Shoumi."""

    action = materials.TakeIn
    template = "learning/take.html"

    def more(self, act: Action) -> dict[str, Any]:
        del act
        language = get_language() or "en"
        from shoumi.console.learning.reading import read

        return {"news": [(one, read(one.texts[language])) for one in materials.news()]}


class Add(_Form):
    """A new lesson or letter."""

    action = materials.AddMaterial
    template = "learning/write.html"


class Write(_Form):
    """Edit the draft."""

    action = materials.WriteDraft
    template = "learning/write.html"

    def get(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        act = self._open(keys)
        wanted = request.GET.get("in", "")
        base = act.target.draft or act.target.current
        form = act.form()
        if wanted in settings.LANGUAGE_NAMES:
            form.initial |= {"language": wanted, "text": base.texts.get(wanted, "")}
        return self._form(act, form, self._proof(act))

    def more(self, act: Action) -> dict[str, Any]:
        return {"editing": act.target, "languages_of_text": settings.LANGUAGE_NAMES.items()}


class Publish(_Form):
    """Publish the draft."""

    action = materials.Publish


class Drop(_Form):
    """Discard the draft."""

    action = materials.DropDraft


class Retire(_Form):
    """Retire."""

    action = materials.Retire


class Require(_Form):
    """Require it."""

    action = requiring.Require


class End(_Form):
    """End a requirement."""

    action = requiring.EndRequirement
