"""A manuscript and its versions: entered, uploaded again, handed on, sent back, withdrawn.

The compiler's own acts are personal: nobody else does them. With each new version the engine looks afresh, and
whatever was approved or signed for the version before counts no more.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet, changes
from shoumi.console.areas.compilation import fields, flows, rights, store
from shoumi.console.areas.compilation.models import (
    APPROVING,
    CLEARED,
    COMPILING,
    ENDED,
    EXAMINING,
    PRINTED,
    REVIEWING,
    SIGNING,
    WITHDRAWN,
    Counter,
    Manuscript,
    Version,
)
from shoumi.console.findings import telling
from shoumi.console.jobs import enqueue
from shoumi.console.notices import tell


def page(thing: Manuscript) -> str:
    """Return where a manuscript stands."""
    return reverse("compilation:manuscript", args=(thing.pk,))


def bring(thing: Manuscript, file: Any, note: str = "") -> Version:
    """Keep a file as the current version, and let the engine look at it."""
    data = file.read()
    version = Version(
        manuscript=thing, number=thing.version, name=file.name[:200], size=len(data), note=note,
        sha256=hashlib.sha256(data).hexdigest(), token=store.token(),
    )  # fmt: skip
    store.keep(version.token, "source", data)
    version.save()
    thing.enter(EXAMINING)
    thing.problem = ""
    thing.save()
    enqueue("compilation.examine", key=f"version {version.pk}", version=version.pk)
    return version


class _Own(Action):
    """Something that only the compiler does."""

    personal = True
    model = Manuscript

    def owner(self) -> Any:
        return self.target.compiler_id


class AddManuscript(Action):
    """A manuscript is entered; who enters it is its compiler."""

    name = "compilation.add"
    label = _("Enter a manuscript")
    intro = _(
        "You are its compiler: you answer for what you took from where, and cannot clear it. It is examined first; "
        "then everything found is decided item by item, by you, a reviewer and an approver."
    )
    personal = True

    class Input(ActionForm):
        """What it is called, the file, who will print it."""

        title = forms.CharField(label=_("Title"), max_length=200)
        file = fields.UploadField(_("Manuscript"))
        publisher = fields.AccountField(_("Publisher"), required=False)

    def check(self) -> None:
        if self.data["publisher"] is not None and self.data["publisher"].pk == self.actor.pk:
            raise Unmet(_("The compiler does not sign the proof off. Name another person."))

    def write(self) -> Done:
        thing = Manuscript.objects.create(
            number=Counter.following(), title=self.data["title"], unit=self.actor.person.unit, compiler=self.actor,
            publisher=self.data["publisher"],
        )  # fmt: skip
        version = bring(thing, self.data["file"])
        return Done(thing, {"file": version.name, "sha256": version.sha256, "size": version.size})


class UploadVersion(_Own):
    """The next version. Decisions about what is still there are kept; everything else begins again."""

    name = "compilation.upload"
    label = _("Upload the next version")
    intro = _(
        "Decisions about what is still there are kept, and only what is new waits. An approval or clearance of the "
        "version before lapses."
    )

    class Input(ActionForm):
        """The file, and what was changed."""

        file = fields.UploadField(_("Manuscript"))
        note = forms.CharField(label=_("What changed"), max_length=500, required=False)

    def check(self) -> None:
        if self.target.state in ENDED:
            raise Unmet(_("This manuscript is closed. Enter a new one."))
        if self.target.state == EXAMINING and not self.target.problem:
            raise Unmet(_("It is being examined. Wait until that is done."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        before = thing.current
        thing.version += 1
        thing.returned = ""
        version = bring(thing, self.data["file"], self.data["note"])
        flows.lapse(thing, _("a new version was uploaded."))
        leave(before)
        return Done(thing, {"version": version.number, "file": version.name, "sha256": version.sha256})


def leave(version: Version) -> None:
    """Remove the text of a version that counts no more, once that is certain; a signed record holds none and stays."""
    transaction.on_commit(lambda: store.clear(version.token, ("signed",)))


class ExamineAgain(_Own):
    """The engine looks once more: it could not, or documents were registered since."""

    name = "compilation.examine"
    label = _("Examine again")
    intro = _("The same file is compared with the documents that are registered now. An approval or clearance lapses.")

    def check(self) -> None:
        if self.target.state in ENDED:
            raise Unmet(_("This manuscript is closed. Enter a new one."))
        if self.target.state == EXAMINING and not self.target.problem:
            raise Unmet(_("It is being examined. Wait until that is done."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        version = thing.current
        version.signatures.all().delete()
        version.record_digest, version.pieces = "", 0
        version.save()
        thing.enter(EXAMINING)
        thing.problem = ""
        thing.save()
        flows.lapse(thing, _("it is examined again."))
        enqueue("compilation.examine", key=f"version {version.pk}", version=version.pk)
        return Done(thing, {"version": version.number})


class Submit(_Own):
    """The compiler has said something about every item and hands the manuscript to the secrecy reviewer."""

    name = "compilation.submit"
    label = _("Hand to the reviewer")
    intro = _("A secrecy officer of your unit decides every item. Until it comes back, you change nothing.")

    def check(self) -> None:
        thing: Manuscript = self.target
        if thing.state != COMPILING:
            raise Unmet(_("It is not with you now."))
        if thing.problem:
            raise Unmet(_("It could not be examined. Upload it in another format, or let it be examined again."))
        silent = thing.present.filter(proposed="").count()
        if silent:
            raise Unmet(_("Say for every item why it may stay: %(n)d are left.") % {"n": silent})
        wrong = thing.present.filter(proposed__in=("remove", "rewrite")).count()
        if wrong:
            raise Unmet(
                _("%(n)d items are to be removed or rewritten. Upload a version without them first.") % {"n": wrong}
            )
        self.officers = [one for one in telling.officers(thing.unit) if one.pk != thing.compiler_id]
        if not self.officers:
            raise Unmet(_("No other person is secrecy officer over this unit, so nobody could review it."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        thing.enter(REVIEWING)
        thing.returned = ""
        thing.save()
        told = [thing.reviewer] if not rights.free(thing.reviewer) else self.officers
        tell(
            told,
            format_lazy(_("A manuscript waits for your review: {what}"), what=str(thing)),
            page(thing),
            thing=thing,
        )
        return Done(thing, {"version": thing.version, "items": thing.items_count})


class SendBack(Action):
    """Reviewer or approver sends the manuscript back to its compiler."""

    name = "compilation.send-back"
    label = _("Send back to the compiler")
    intro = _("Decisions are kept. The compiler uploads a new version, or explains and hands it in again.")
    roles = rights.READERS
    model = Manuscript

    class Input(ActionForm):
        """What must change."""

        reason = fields.because(_("What must change"))

    def check(self) -> None:
        thing: Manuscript = self.target
        if thing.state not in (REVIEWING, APPROVING, SIGNING):
            raise Unmet(_("It is not with a reviewer or approver now."))
        if rights.seat(self.actor, thing) not in ("reviewer", "approver"):
            raise Unmet(_("Only its reviewer or approver sends it back."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        thing.enter(COMPILING)
        thing.returned = self.data["reason"]
        thing.save()
        unsign(thing)
        flows.lapse(thing, self.data["reason"])
        sentence = format_lazy(_("Your manuscript came back: {what}"), what=str(thing))
        tell([thing.compiler], sentence, page(thing), urgency="amber", thing=thing)
        return Done(thing, {"version": thing.version, "reason": self.data["reason"]})


def unsign(thing: Manuscript) -> None:
    """Forget the record and the signatures of the current version."""
    version = thing.current
    version.signatures.all().delete()
    if version.record_digest:
        version.record_digest = ""
        version.save()


class NamePublisher(_Own):
    """The person who compares the proof with the clearance."""

    name = "compilation.publisher"
    label = _("Name the publisher")

    class Input(ActionForm):
        """Who."""

        publisher = fields.AccountField(_("Publisher"))

    def initial(self) -> dict[str, Any]:
        holder = self.target.publisher
        return {"publisher": holder.person.number} if holder else {}

    def check(self) -> None:
        if self.data["publisher"].pk == self.target.compiler_id:
            raise Unmet(_("The compiler does not sign the proof off. Name another person."))
        if self.target.state in ENDED:
            raise Unmet(_("This manuscript is closed. Enter a new one."))

    def write(self) -> Done:
        changed = changes(self.target, {"publisher": self.data["publisher"]})
        self.target.save()
        if self.target.state == CLEARED:
            wake(self.target)
        return Done(self.target, changed)


def wake(thing: Manuscript) -> None:
    """Tell the publisher that it is their turn."""
    if thing.publisher is not None:
        sentence = format_lazy(_("Cleared for print, compare the proof: {what}"), what=str(thing))
        tell([thing.publisher], sentence, reverse("compilation:publish", args=(thing.pk,)), thing=thing)


class Withdraw(_Own):
    """It will not be published. Its text is removed; what was decided stays."""

    name = "compilation.withdraw"
    label = _("Withdraw the manuscript")
    intro = _("It will not be published. Its text is removed from here; numbers, decisions and reasons stay.")
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = fields.because()

    def check(self) -> None:
        if self.target.state == PRINTED:
            raise Unmet(_("Its proof is signed off; it is published."))
        if self.target.state == WITHDRAWN:
            raise Unmet(_("The manuscript is withdrawn already."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        thing.enter(WITHDRAWN)
        thing.save()
        flows.lapse(thing, _("the manuscript was withdrawn."))
        leave(thing.current)
        return Done(thing, {"version": thing.version, "reason": self.data["reason"]})
