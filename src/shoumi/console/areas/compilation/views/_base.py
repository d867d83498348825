"""What the room's pages share: one manuscript for who may see it, uploads that stay in memory, marked text."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from shoumi.console.areas.compilation import rights, store
from shoumi.console.areas.compilation.models import Item, Manuscript
from shoumi.console.audit.models import Entry
from shoumi.console.findings import words
from shoumi.console.scans import reviewing

AROUND: Final = 160  # characters around a place
_KINDS: Final = {"passage": "passage", "personal": "personal"}


class Whole(MemoryFileUploadHandler):
    """Keeps an upload in memory up to the size that the room takes; beyond it nothing is kept at all."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any, **more: Any) -> None:  # noqa: N803
        del input_data, META, rest, more
        self.activated = content_length <= store.MOST + 2**20

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        if self.activated:
            self.file.write(raw_data)
        return None


class InMemory:
    """A page that takes large files: none touches a temporary folder. The forgery check runs once that is set."""

    @method_decorator(csrf_exempt)
    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        request.upload_handlers = [Whole(request)]
        return self._checked(request, *arguments, **options)

    @method_decorator(csrf_protect)
    def _checked(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        answer: HttpResponse = super().dispatch(request, *arguments, **options)  # type: ignore[misc]
        return answer


def rows() -> Any:
    """Return manuscripts with everything a page shows of their people."""
    people = ("compiler__person", "reviewer__person", "approver__person", "publisher__person")
    return Manuscript.objects.select_related("unit", *people)


def seen(user: Any, pk: Any) -> Manuscript:
    """Return a manuscript that an account may know of; Http404 for every other."""
    found: Manuscript | None = rows().filter(rights.visible(user), pk=pk).first()
    if found is None:
        raise Http404
    return found


def read(user: Any, pk: Any) -> Manuscript:
    """Return a manuscript whose text an account may open; 403 for who may only know of it."""
    found = seen(user, pk)
    if not rights.may_read(user, found):
        raise PermissionDenied
    return found


def history(thing: Any, most: int = 30) -> Any:
    """Return what the trail says about a thing; its page is shown only to who may see it."""
    return Entry.objects.filter(subject=f"{thing._meta.label_lower}:{thing.pk}")[:most]


@dataclass(frozen=True, slots=True)
class Bit:
    """Some text, and the items that lie over it."""

    text: str
    kind: str = ""  # passage, personal or mark; empty for plain text
    items: tuple[Item, ...] = ()
    begins: tuple[Item, ...] = ()  # those that begin here: their number is shown


@dataclass(slots=True)
class Part:
    """A part of a page: where it stands, its text bit by bit."""

    where: dict[str, Any]
    inside: str
    bits: list[Bit] = field(default_factory=list)


def marked(parts: list[dict[str, Any]], items: dict[str, Item]) -> list[Part]:
    """Return the parts of a page with their items in place; items may lie over one another."""
    return [Part(part["where"], part["inside"], _bits(part["text"], part["marks"], items)) for part in parts]


def _bits(text: str, marks: list[Any], items: dict[str, Item]) -> list[Bit]:
    known = [(start, end, items[key]) for start, end, key in marks if key in items]
    edges = sorted({0, len(text), *(edge for start, end, _item in known for edge in (start, end))})
    bits = []
    for start, end in pairwise(edges):
        over = tuple(item for first, last, item in known if first <= start and last >= end)
        begin = tuple(item for first, _last, item in known if first == start)
        kind = _KINDS.get(over[0].category, "mark") if over else ""
        bits.append(Bit(text[start:end], kind, over, begin))
    return bits


def excerpt(token: str, item: Item) -> list[Bit]:
    """Return the first place of an item with a little around it; nothing when the text is gone."""
    try:
        parts = store.take_json(token, f"page-{item.page}")
    except store.NotThere:
        return []
    for part in parts:
        for start, end, key in part["marks"]:
            if key == item.content:
                text, first, last = part["text"], max(0, start - AROUND), end + AROUND
                return [
                    Bit(("…" if first else "") + text[first:start]),
                    Bit(text[start:end], _KINDS.get(item.category, "mark"), (item,), (item,)),
                    Bit(text[end:last] + ("…" if last < len(text) else "")),
                ]
    return []


@dataclass(frozen=True, slots=True)
class Told:
    """An item in words: the rule's name, why it is shown, its source as this reader may know it."""

    item: Item
    rule: str
    reasons: list[str]
    source: str


def told(user: Any, items: list[Item]) -> list[Told]:
    """Return items in words; titles of registered documents only to who may see them."""
    titles = reviewing.titles((item.document for item in items), user)
    return [
        Told(
            item,
            words.rule(item.rule),
            words.reasons(item.codes, titles.get(item.document, "")),
            titles.get(item.document, ""),
        )
        for item in items
    ]
