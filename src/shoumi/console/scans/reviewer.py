"""The engine's review in a process of its own: a task on standard input, lines of JSON on standard output. No Django.

    python -m shoumi.console.scans.reviewer review|compare

``review``: how many pieces were read, then the sheet: pages of text with their marks, the items to decide, sources,
gaps, what is inherited, the record to sign. Titles of registered documents stay here. ``compare``: a file against a
signed record, one answer.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from shoumi.console.scans.child import _die_with_parent, _say, _settings, _task

PAGE: Final = 12_000  # characters of one page of text
_STEP: Final = 0.5  # seconds between words about progress
_MEMORY: Final = 4 * 2**30  # bytes of address space


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    tasks = {"review": _review, "compare": _compare}
    if len(arguments) != 1 or arguments[0] not in tasks:
        return 2
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    task = _task()
    from shoumi.engine.errors import ShoumiError

    try:
        tasks[arguments[0]](task)
    except ShoumiError as error:
        _say({"type": "error", "sentence": str(error)})
        return 2
    return 0


def _review(task: dict[str, Any]) -> None:
    from shoumi.engine import accumulated, clearance
    from shoumi.engine.home import Home
    from shoumi.engine.passages import accumulate
    from shoumi.engine.review import review

    home, path = Home(), task["path"]
    folder = str(Path(path).parent)
    accumulate.forget(home, folder)
    sheet = review(path, home, _settings(task), remember=True, watch=_Progress())
    sheet.path = task["name"]
    pages = list(_pages(sheet))
    for number, page in enumerate(pages, 1):
        _say({"type": "page", "number": number, "parts": page})
    for item in _items(sheet, pages):
        _say({"type": "item", **item})
    _say(
        {
            "type": "sheet",
            "text_sha256": sheet.text_sha256,
            "sha256": sheet.sha256,
            "level": sheet.level_name,
            "term": sheet.term or "",
            "sources": [
                {
                    "id": one.id, "level": one.level, "term": one.term or "", "until": one.until or "",
                    "passages": one.passages, "characters": one.characters, "share": round(one.share, 3),
                }
                for one in sheet.sources
            ],
            "gaps": [_gap(gap) for gap in sheet.gaps],
            "record": clearance.record(sheet, task["compiler"]),
            "added_up": [
                {"id": one.id, "document": one.data["document"]["id"], "severity": one.severity,
                 "length": one.data["length"], "files": one.data["files"]}
                for one in accumulated.due(home, [folder])
            ],
        }
    )  # fmt: skip


class _Progress:
    """Says how many pieces were read, twice a second."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, pieces: int) -> None:
        if time.monotonic() - self._last >= _STEP:
            self._last = time.monotonic()
            _say({"type": "progress", "pieces": pieces})


def _gap(gap: Any) -> dict[str, Any]:
    """Return a gap: inside which part, why. The way begins with a private folder, which is nobody's business."""
    inside = [step.name for step in gap.trail.steps[1:]]
    return {"reason": gap.reason, "stage": gap.stage, "inside": "!".join(inside)}


def _pages(sheet: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield pages of parts: where a part stands, its text, its marks as ``[start, end, id]``."""
    page: list[dict[str, Any]] = []
    size = 0
    for piece in sheet.pieces:
        inside = "!".join(step.name for step in piece.trail.steps[1:])
        where = {**piece.segment.locator.as_json()}
        for start, end in _cuts(piece.segment.text):
            if size and size + end - start > PAGE:
                yield page
                page, size = [], 0
            marks = [
                [max(hit.start, start) - start, min(hit.end, end) - start, hit.match.id]
                for hit in piece.hits
                if hit.start < end and hit.end > start
            ]
            page.append({"where": where, "inside": inside, "text": piece.segment.text[start:end], "marks": marks})
            size += end - start
    if page:
        yield page


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Cut a long text at ends of lines or sentences, where there are any."""
    start = 0
    while len(text) - start > PAGE:
        window = text[start : start + PAGE]
        cut = max(window.rfind("\n"), window.rfind("。"), window.rfind(". "))
        end = start + (cut + 1 if cut > PAGE // 2 else PAGE)
        yield start, end
        start = end
    yield start, len(text)


def _items(sheet: Any, pages: list[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield each content once, in order of place, with the page it first stands on and how often it stands."""
    first: dict[str, int] = {}
    for number, page in enumerate(pages, 1):
        for part in page:
            for _start, _end, key in part["marks"]:
                first.setdefault(key, number)
    known: dict[str, Any] = {}
    places: dict[str, set[int]] = {}
    for hit in sheet.hits:
        known.setdefault(hit.match.id, hit.match)
        places.setdefault(hit.match.id, set()).add(id(hit.match))
    for key, match in known.items():
        document = match.data.get("document") or {}
        codes = [
            [reason.code, {name: value for name, value in reason.values if name != "title"}] for reason in match.reasons
        ]
        yield {
            "id": key, "rule": match.rule, "category": match.category, "severity": match.severity,
            "codes": codes, "document": document.get("id", ""),
            "level": str(document.get("level") or match.data.get("level") or ""),
            "term": str(match.data.get("term") or ""),
            "length": int(match.data.get("length") or 0), "coverage": float(match.data.get("coverage") or 0),
            "page": first.get(key, 1), "places": len(places[key]), "where": match.locator.as_json(),
        }  # fmt: skip


def _compare(task: dict[str, Any]) -> None:
    import hashlib

    from shoumi.engine import clearance
    from shoumi.engine.text_of import text_of

    digest = hashlib.sha256(Path(task["path"]).read_bytes()).hexdigest()
    trusted = [bytes.fromhex(key) for key in task["trusted"]]
    verdict = clearance.verify(digest, text_of(task["path"], _settings(task)), task["clearance"], trusted)
    _say(
        {
            "type": "answer",
            "answer": verdict.answer,
            "sha256": digest,
            "differences": [
                {"kind": one.kind, "sentence": one.sentence, "count": one.count, "text": one.text[:2000]}
                for one in verdict.differences
            ],
        }
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
