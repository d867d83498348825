"""The forms of this room: the certificate of a passed lesson, the signed letter, the list of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import CATEGORIES, Unit
from shoumi.console.learning import standing
from shoumi.console.learning.actions.signing import words
from shoumi.console.learning.models import Assignment, Attempt, Signature
from shoumi.console.records import Facts, Record, Table, Text
from shoumi.console.records.blocks import Signature as Place
from shoumi.console.records.blocks import Signatures
from shoumi.console.roles import LEADER, OFFICER, Reach

READERS = frozenset({OFFICER, LEADER})


class _Own(Record):
    """A record about oneself; officers and leaders of the unit read it too."""

    roles = READERS

    def may(self, user: Any, thing: Any) -> bool:
        return thing.user_id == user.pk or super().may(user, thing)


class Certificate(_Own):
    """Somebody passed a lesson."""

    name = "learning.certificate"
    title = gettext_lazy("Certificate of secrecy training")
    model = Attempt
    forms = ("html", "pdf")

    def rows(self) -> Any:
        return Attempt.objects.filter(passed=True).select_related("edition__material", "person__unit")

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def blocks(self, thing: Any) -> Iterable[Any]:
        edition = thing.edition
        yield Facts([
            (_("Name"), thing.person.name), (_("Staff number"), thing.person.number),
            (_("Unit"), thing.person.unit.name), (_("Lesson"), edition.material.title),
            (_("Edition"), edition.number), (_("Passed"), thing.ended),
            (_("Right answers"), f"{thing.right} / {len(thing.order)}"), (_("Needed"), thing.needed),
            (_("Attempt"), thing.count),
        ])  # fmt: skip
        yield Text(_("The person named above took this lesson and passed its quiz in this console."))

    def back(self, thing: Any) -> str:
        return reverse("learning:quiz", args=(thing.pk,))


class Letter(_Own):
    """A signed letter, in the words that were signed."""

    name = "learning.letter"
    title = gettext_lazy("Signed letter")
    model = Signature
    forms = ("html", "pdf")

    def rows(self) -> Any:
        return Signature.objects.select_related("edition__material", "person__unit")

    def heading(self, thing: Any) -> Any:
        return thing.edition.text(thing.language).title

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def blocks(self, thing: Any) -> Iterable[Any]:
        yield Facts([
            (_("Name"), thing.name), (_("Unit"), thing.unit_name), (_("Post"), thing.post),
            (_("Clearance"), dict(CATEGORIES).get(thing.category, "")), (_("Edition"), thing.edition.number),
        ])  # fmt: skip
        yield Text(words(thing))
        note = _("signed with password and one-time code")
        yield Signatures([Place(_("Signed by"), thing.name, thing.at, note)])
        yield Facts([(_("Digest of the text"), thing.digest)])

    def back(self, thing: Any) -> str:
        return reverse("learning:signed", args=(thing.pk,))


class UnitList(Record):
    """Who has not, in one unit and below, as a list to take into a meeting."""

    name = "learning.unit"
    title = gettext_lazy("Lessons and letters: who has not")
    model = Unit
    roles = READERS

    def blocks(self, thing: Any) -> Iterable[Any]:
        sums = standing.by_unit(Reach((thing.path,)))[:1]
        yield Facts([(_("Unit"), thing.name)] + [
            (label, value)
            for one in sums
            for label, value in (
                (_("People"), one.people), (_("Done within a year"), one.done), (_("To do"), one.open),
                (_("Overdue"), one.overdue),
            )
        ])  # fmt: skip
        rows = Assignment.objects.filter(person__unit__path__startswith=thing.path, ended_on=None)
        rows = rows.filter(person__departed_on=None).select_related("person__unit", "material")
        yield Table(
            [_("Name"), _("Staff number"), _("Unit"), _("Lesson or letter"), _("Due"), _("State")],
            [(one.person.name, one.person.number, one.person.unit.name, one.material.title, one.due_on, one.state)
             for one in rows.order_by("due_on", "person__number")],
            empty=_("Nobody: everything is done."),
        )  # fmt: skip

    def back(self, thing: Any) -> str:
        del thing
        return reverse("learning:units")
