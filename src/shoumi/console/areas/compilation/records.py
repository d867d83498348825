"""The forms of this room: the review form with every item and decision, the clearance sheet that goes with a proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.areas.compilation import rights
from shoumi.console.areas.compilation.models import (
    CLEARED,
    COMPILING,
    EXAMINING,
    PRINTED,
    REVIEWER,
    WITHDRAWN,
    Decision,
    Manuscript,
)
from shoumi.console.areas.compilation.views._base import rows
from shoumi.console.findings import words
from shoumi.console.records import Facts, Record, Signature, Signatures, Table, Text


class _OfManuscript(Record):
    model = Manuscript
    roles = rights.READERS
    states: tuple[str, ...] = ()

    def rows(self) -> Any:
        return rows()

    def level(self, thing: Any) -> Any:
        return thing.level

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("compilation:manuscript", args=(thing.pk,))


class ReviewForm(_OfManuscript):
    """Every item with its three decisions: what was published, on whose word. It quotes no text and names no source."""

    name = "compilation.review"
    title = gettext_lazy("Review form of a manuscript")
    landscape = True

    def rows(self) -> Any:
        return rows().exclude(state=EXAMINING)

    def may(self, user: Any, thing: Any) -> bool:
        return rights.may_read(user, thing)

    def blocks(self, thing: Any) -> Iterable[Any]:
        version = thing.current
        yield Facts(_facts(thing, version))
        if version.gaps:
            gaps = [(gap["inside"] or version.name, *words.gap(gap["reason"])) for gap in version.gaps]
            yield Table((_("Part"), _("Why"), _("What to do")), gaps, title=_("Not examined"), widths=(3, 4, 5))
        head = (
            _("No."),
            _("What"),
            _("Source"),
            _("Level"),
            _("Characters"),
            _("Compiler"),
            _("Reviewer"),
            _("Approver"),
        )
        lines = [_line(item) for item in thing.present.order_by("page", "pk")]
        none = _("Nothing was found that had to be decided.")
        yield Table(head, lines, title=_("Decided item by item"), widths=(1, 3, 2, 1.4, 1.4, 4, 4, 4), empty=none)
        yield Signatures([_place(thing, seat, label) for seat, label in _seats()], title=_("Signatures"))


class ClearanceSheet(_OfManuscript):
    """What was cleared, by its digests, who signed it with which key; and the proof that was signed off."""

    name = "compilation.clearance"
    title = gettext_lazy("Clearance for print")

    def rows(self) -> Any:
        return rows().filter(state__in=(CLEARED, PRINTED))

    def may(self, user: Any, thing: Any) -> bool:
        return user.pk in rights.seats(thing).values() or rights.may_read(user, thing)

    def blocks(self, thing: Any) -> Iterable[Any]:
        version = thing.current
        yield Text(_("This version may be printed as it is. Changed words need a new review and clearance."))
        yield Facts([*_facts(thing, version), (_("Digest of the signed record (SHA-256)"), version.record_digest)])
        signed = version.signatures.select_related("by__person", "key")
        places = [Signature(one.get_seat_display(), one.by.get_full_name(), one.at, one.key.key) for one in signed]
        yield Signatures(places, title=_("Signed with keys of their own"))
        proofs = thing.proofs.filter(version=version.number).exclude(answer="")
        lines = [(one.name, one.uploaded, one.get_answer_display(), one.sha256, one.signed_by) for one in proofs]
        head = (
            _("Proof sheet"),
            _("Compared"),
            _("Result of the comparison"),
            _("Digest (SHA-256)"),
            _("Proof signed off by"),
        )
        yield Table(head, lines, title=_("Proofs"), widths=(3, 2, 3, 5, 2), empty=_("No proof was compared yet."))


def _facts(thing: Any, version: Any) -> list[tuple[Any, Any]]:
    return [
        (_("Title"), thing.title), (_("Number"), thing.number), (_("Unit"), thing.unit.name),
        (_("State"), thing.get_state_display()), (_("Version"), version.number), (_("File"), version.name),
        (_("Inherited level"), thing.level), (_("Inherited term"), thing.spoken_term),
        (_("Places decided"), thing.items_count), (_("Not examined"), thing.gaps_count),
        (_("Compiler"), thing.compiler.get_full_name()), (_("Publisher"), _name(thing.publisher)),
        (_("Digest of the file (SHA-256)"), version.sha256),
    ]  # fmt: skip


def _line(item: Any) -> tuple[Any, ...]:
    def said(verdict: str, because: str, by: str = "") -> str:
        return f"{verdict}: {because}" + (f" ({by})" if by else "") if verdict else ""

    return (
        item.pk, words.rule(item.rule), _("a registered document") if item.document else "", item.level,
        item.length or "", said(item.get_proposed_display(), item.proposed_because),
        said(item.get_reviewed_display(), item.reviewed_because, item.reviewed_by),
        said(item.get_approved_display(), item.approved_because, item.approved_by),
    )  # fmt: skip


def _seats() -> tuple[tuple[str, Any], ...]:
    return (("compiler", _("Compiler")), (REVIEWER, _("Secrecy reviewer")), ("approver", _("Responsible approver")))


def _place(thing: Any, seat: str, label: Any) -> Signature:
    """Return a place: filled in when the person of this seat has decided in it."""
    holder = getattr(thing, seat)
    last = Decision.objects.filter(item__manuscript=thing, seat=seat, by=holder).first() if holder else None
    if last is None or thing.state in (COMPILING, WITHDRAWN):
        return Signature(label)
    return Signature(label, holder.get_full_name(), last.at, _("decided in this console"))


def _name(user: Any) -> str:
    return user.get_full_name() if user is not None else ""
