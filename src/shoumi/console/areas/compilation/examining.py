"""What the engine says of a manuscript, into rows and sealed pages; what it says of a proof.

Enters a version or a proof; leaves items by content, so that decisions of earlier versions hold. Done twice, it counts
once. What cannot be examined at all goes back to the compiler with a sentence.
"""

from __future__ import annotations

import time
from typing import Any, Final

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.areas.compilation import store
from shoumi.console.areas.compilation.actions import clearing, manuscripts
from shoumi.console.areas.compilation.models import (
    ANSWERED,
    CLEARED,
    COMPILING,
    EXAMINING,
    FAILED,
    WAITING,
    Item,
    Manuscript,
    Proof,
    Version,
)
from shoumi.console.audit import keys
from shoumi.console.findings import opening
from shoumi.console.findings.models.cases import ADDED_UP
from shoumi.console.findings.models.found import SEVERITIES
from shoumi.console.notices import tell
from shoumi.console.scans import reviewing

_STEP: Final = 1.0  # seconds between words about progress
_TIME = _("It took longer than half an hour. Upload it in parts, or in a plainer format.")
_ENDED = _("The program that reads it ended early. Upload it in another format.")
_GONE = _("The uploaded file is not there any more. Upload it again.")


def examine(key: int) -> None:
    """Examine a version that waits for it."""
    version = Version.objects.select_related("manuscript__compiler__person", "manuscript__unit").get(pk=key)
    thing = version.manuscript
    if thing.state != EXAMINING or thing.version != version.number:
        return
    try:
        data = store.take(version.token, "source")
        found = reviewing.review(
            data, version.name, about=thing.number, compiler=thing.compiler.get_full_name(), told=_Told(version)
        )
    except store.NotThere:
        _give_up(version, _GONE)
    except reviewing.Unreadable as error:
        _give_up(version, error.sentence or {"time": _TIME}.get(error.reason, _ENDED))
    else:
        for number, parts in enumerate(found.pages, 1):
            store.keep_json(version.token, f"page-{number}", parts)
        store.keep_json(version.token, "record", found.sheet["record"])
        _take_in(version, found)


class _Told:
    """Notes how far the reading is, once a second."""

    def __init__(self, version: Version) -> None:
        self._version, self._last = version.pk, 0.0

    def __call__(self, pieces: int) -> None:
        if time.monotonic() - self._last >= _STEP:
            self._last = time.monotonic()
            Version.objects.filter(pk=self._version).update(pieces=pieces)


@transaction.atomic
def _give_up(version: Version, why: Any) -> None:
    thing = _locked(version)
    if thing is not None:
        thing.problem = str(why)[:500]
        thing.enter(COMPILING)
        thing.save()
        _say(thing, _("Your manuscript could not be examined: {what}"))


@transaction.atomic
def _take_in(version: Version, found: reviewing.Reviewed) -> None:
    thing = _locked(version)
    if thing is None:
        return
    sheet = found.sheet
    version.pages, version.sources, version.gaps = len(found.pages), sheet["sources"], sheet["gaps"]
    version.generation = str(sheet["record"].get("registry", ""))[:100]
    version.pieces = sum(len(page) for page in found.pages)
    version.save()
    _items(thing, version.number, found.items)
    thing.level, thing.term = sheet["level"][:60], sheet["term"][:60]
    thing.gaps_count, thing.problem = len(sheet["gaps"]), ""
    thing.enter(COMPILING)
    thing.recount()
    thing.save()
    for one in sheet["added_up"]:
        _add_up(thing, one)
    _say(thing, _("Your manuscript is examined: {what}"))


def _items(thing: Manuscript, version: int, items: list[dict[str, Any]]) -> None:
    """Make what is new; what is still there keeps its decisions and the version it was first seen in."""
    known = {item.content: item for item in thing.items.all()}
    fresh: list[Item] = []
    still: list[Item] = []
    for one in items:
        item = known.get(one["id"]) or Item(manuscript=thing, content=one["id"], first=version)
        (still if item.pk else fresh).append(item)
        item.last, item.rule, item.category = version, one["rule"], one["category"]
        item.rank = SEVERITIES.index(one["severity"])
        item.level, item.term = one["level"][:60], one["term"][:60]
        for name in ("codes", "document", "length", "coverage", "page", "places", "where"):
            setattr(item, name, one[name])
    Item.objects.bulk_create(fresh, batch_size=200)
    names = ("last", "rank", "codes", "level", "term", "length", "coverage", "page", "places", "where")
    Item.objects.bulk_update(still, names, batch_size=200)


def _locked(version: Version) -> Manuscript | None:
    """Return the manuscript, locked, when it still waits for this version."""
    rows = Manuscript.objects.select_for_update(of=("self",)).select_related("unit", "compiler__person")
    thing = rows.get(pk=version.manuscript_id)
    return thing if thing.state == EXAMINING and thing.version == version.number else None


def _add_up(thing: Manuscript, one: dict[str, Any]) -> None:
    """Open a case: short excerpts of one document, in several manuscripts and files, add up."""
    opening.open_case(
        title=str(_("Excerpts of a registered document add up over manuscripts (last: %(number)s)"))
        % {"number": thing.number},
        unit=thing.unit,
        kind=ADDED_UP,
        by=thing.compiler.get_full_name(),
        rank=SEVERITIES.index(one["severity"]),
        source=f"accumulated:{one['id']}:{thing.unit_id}",
        order=str(_("%(length)d characters in %(files)d files. Decide whether they may appear together."))
        % {"length": one["length"], "files": one["files"]},
    )


def _say(thing: Manuscript, sentence: Any) -> None:
    what = format_lazy(sentence, what=str(thing))
    tell([thing.compiler], what, manuscripts.page(thing), thing=thing)


def compare(key: int) -> None:
    """Compare a proof that waits for it with the clearance."""
    proof = Proof.objects.select_related("manuscript").get(pk=key)
    thing = proof.manuscript
    if proof.state != WAITING:
        return
    try:
        data = store.take(proof.token, "proof")
        if thing.state != CLEARED or thing.version != proof.version:
            _answer(proof, FAILED, problem=_("The clearance has lapsed since."))
            return
        version = thing.current
        trusted = [_raw(one.key.public) for one in version.signatures.select_related("key")]
        said = reviewing.compare(
            data, proof.name, clearing.clearance(version), trusted, about=f"{thing.number}-proof-{key}"
        )
    except store.NotThere:
        _answer(proof, FAILED, problem=_GONE)
    except reviewing.Unreadable as error:
        _answer(proof, FAILED, problem=error.sentence or {"time": _TIME}.get(error.reason, _ENDED))
    else:
        store.keep_json(proof.token, "differences", said["differences"])
        _answer(proof, ANSWERED, answer=said["answer"], differences=len(said["differences"]))


def _raw(public: str) -> str:
    return keys.public(public).public_bytes_raw().hex()


@transaction.atomic
def _answer(proof: Proof, state: str, *, problem: Any = "", answer: str = "", differences: int = 0) -> None:
    values = {"state": state, "problem": str(problem)[:500], "answer": answer, "differences": differences}
    if Proof.objects.filter(pk=proof.pk, state=WAITING).update(**values):
        transaction.on_commit(lambda: store.drop(proof.token, "proof"))
