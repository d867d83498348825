"""Do excerpts that are too short to count alone add up? Planted in one file each, of documents of bench/passages.py.

``measure`` cuts excerpts out of one stretch of a document, plants each in a file of its own, remembers what a scan
would, and asks in the end which documents are found. Which of the excerpts also stand elsewhere, in the document or in
another one, is counted from the texts: of what is left when those are taken away, a document is owed or not.
"""

from __future__ import annotations

from typing import Any

from shoumi.engine.passages import accumulate
from shoumi.engine.passages.normalise import fold

KINDS = (("zh", 14, 8, 240), ("zh", 15, 6, 200), ("en", 40, 8, 600))  # language, letters, how many, of how many letters


def measure(bench: Any, documents: int) -> None:
    """Print a row for each kind of excerpt."""
    for language, size, count, stretch in KINDS:
        name = f"{count} excerpts of {size} {language}"
        bench.draw.seed(f"{bench.arguments.seed} {name}")
        owed: dict[int, bool] = {}
        wide = 1 if language == "zh" else 3
        for _ in range(documents):
            place, alone = _plant(bench, name, (language, size, count, stretch))
            owed[place] = owed.get(place, False) or alone * size >= (accumulate.ENOUGH + 10) * wide
        found = {bench.by_number[total.document.number] for total in accumulate.totals(bench.home, [f"/{name}"])}
        due = {place for place, is_owed in owed.items() if is_owed}
        print(
            f"{name} in {stretch}: {len(found & owed.keys())} of {len(owed)} documents; "
            f"{len(found & due)} of the {len(due)} whose excerpts mostly stand nowhere else; "
            f"{len(found - owed.keys())} others",
            flush=True,
        )
        accumulate.forget(bench.home, f"/{name}")  # each kind for itself


def _plant(bench: Any, name: str, kind: tuple[str, int, int, int]) -> tuple[int, int]:
    """Plant the excerpts of one stretch; returns its document and how many of them stand once and there alone."""
    language, size, count, stretch = kind
    place, text = bench.passage(language, stretch)
    letters = [at for at, char in enumerate(text) if char.isalnum()]
    alone = 0
    for number in range(count):
        first = number * stretch // count
        excerpt = text[letters[first] : letters[first + size - 1] + 1]
        codes = fold(excerpt.encode()).tobytes()
        alone += sum(other.count(codes) for other in bench.folded) == 1
        host = bench.host(language)
        cut = bench.draw.randrange(len(host))
        raw = f"{host[:cut]}\n{excerpt}\n{host[cut:]}".encode()
        fragments = bench.searcher.search(raw, fragments=True).fragments
        accumulate.remember(bench.home, fragments, f"/{name}/{place}-{number}.txt")
    return place, alone
