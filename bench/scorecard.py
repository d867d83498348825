"""Per rule precision and recall on the labelled corpus: ``python -m bench.scorecard`` writes docs/scorecard.md.

The corpus is ``bench/corpus/*.yaml`` and ``bench/corpus_marks.yaml``; its templates are apart from the rules' examples.
Each text with a number in braces is drawn ten times from a seeded generator. A rule is right where it finds something
above info in a text that expects it, wrong where it does in one that does not. A text that expects a mark counts for
every rule that found one; one in which nothing was found counts against its scheme.
"""

from __future__ import annotations

import datetime
import json
import random
import re
import string
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from shoumi.demo import people
from shoumi.engine import rule
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Match, Segment, Trail

ROOT = Path(__file__).parents[1]
TIMES = 10
TODAY = datetime.date(2026, 11, 23)
HEX = "0123456789abcdef"
TOKEN = string.ascii_letters + string.digits


def _digits(count: int) -> Callable[[random.Random], str]:
    return lambda draw: "".join(draw.choices(string.digits, k=count))


def _token(count: int, alphabet: str = TOKEN) -> Callable[[random.Random], str]:
    return lambda draw: "".join(draw.choices(alphabet, k=count))


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def _grouped(number: str, *sizes: int) -> str:
    parts: list[str] = []
    at = 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return " ".join(part for part in parts if part)


def _wrong(draw: random.Random) -> str:
    number = people.resident_id(draw)
    return number[:-1] + draw.choice([digit for digit in "0123456789" if digit != number[-1]])


def _old(draw: random.Random) -> str:
    number = people.resident_id(draw)
    return number[:6] + number[8:17].replace(number[8:10], f"{draw.randint(40, 89)}", 1)


def _permit(draw: random.Random) -> str:
    number = draw.choice(("810000", "820000", "830000")) + people.resident_id(draw)[6:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


def _hong_kong(draw: random.Random) -> str:
    body = draw.choice("ABCDGHKMRVYZ") + "".join(draw.choices("0123456789", k=6))
    total = 36 * 9 + sum(int(char, 36) * weight for char, weight in zip(body, range(8, 1, -1), strict=True))
    return f"{body}({'0123456789A'[-total % 11]})"


def _taiwan(draw: random.Random) -> str:
    letter = draw.choice("ABCDEFGHJKLMNPQRSTUV")
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter) + 10
    body = draw.choice("1289") + "".join(draw.choices(string.digits, k=7))
    total = code // 10 + code % 10 * 9 + sum(int(d) * w for d, w in zip(body, range(8, 0, -1), strict=True))
    return f"{letter}{body}{-total % 10}"


def _iban(draw: random.Random) -> str:
    account = "".join(draw.choices(string.digits, k=18))
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def _uscc(draw: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + draw.choice(("110108", "310115", "440305"))
    part = "MA" + "".join(draw.choices(alphabet, k=6))
    total = 11 - sum(int(c, 36) * w for c, w in zip(part, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    body += part + "0123456789X0"[total]
    check = sum(alphabet.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + alphabet[-check % 31]


def _password(draw: random.Random) -> str:
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!#@%_-")
    chars = [draw.choice(kind) for kind in kinds] + draw.choices(string.ascii_letters + string.digits, k=7)
    draw.shuffle(chars)
    return "".join(sorted(chars[:1] + chars[1:], key=lambda char: (not char.isalpha(), draw.random())))


VALUES: dict[str, Callable[[random.Random], str]] = {
    "name": lambda draw: people.person(draw).name,
    "resident-id": people.resident_id,
    "resident-id-spaced": lambda draw: _grouped(people.resident_id(draw), 6, 8, 4),
    "resident-id-wide": lambda draw: "".join(chr(ord(char) + 0xFEE0) for char in people.resident_id(draw)),
    "resident-id-15": _old,
    "resident-id-wrong": _wrong,
    "resident-permit": _permit,
    "mobile": people.mobile,
    "mobile-grouped": lambda draw: _grouped(people.mobile(draw), 3, 4, 4),
    "card": people.card,
    "card-grouped": lambda draw: _grouped(people.card(draw), 4, 4, 4, 4, 3),
    "visa": lambda draw: _luhn("4" + "".join(draw.choices(string.digits, k=14))),
    "hk-id": _hong_kong,
    "tw-id": _taiwan,
    "ssn": lambda draw: f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}",
    "iban": _iban,
    "uscc": _uscc,
    "uuid": lambda draw: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
    "hash": _token(64, HEX),
    "password": _password,
    "upper16": _token(16, string.ascii_uppercase + "234567"),
    "hex16": _token(16, HEX),
    "hex32": _token(32, HEX),
    **{f"token{size}": _token(size) for size in (20, 30, 32, 36, 48, 64)},
    **{name: _digits(size) for name, size in zip(
        ("three", "four", "five", "six", "seven", "eight"), range(3, 9), strict=True)},
}  # fmt: skip
_BRACES = re.compile(r"\{([a-z0-9-]+)\}")


def texts(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each drawn text and the rules that must find something in it."""
    draw = random.Random(20261123)
    for file in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text("utf-8"))["texts"]:
            template = entry["text"]
            for _ in range(TIMES if _BRACES.search(template) else 1):
                text = _BRACES.sub(lambda found: VALUES[found[1]](draw) if found[1] in VALUES else found[0], template)
                yield text, set(entry["expect"])


def measure() -> tuple[dict[str, Counter[str]], Counter[bool]]:
    """Return for each rule how often it was right, wrong and silent; the numbers of texts for marks and for others."""
    counts: dict[str, Counter[str]] = {}
    sizes: Counter[bool] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        inspector = Inspector(Settings(packs=("personal", "credentials"), today=TODAY), Home(folder))
        for text, expected in texts(ROOT / "bench" / "corpus"):
            sizes[True] += 1
            _count(counts, _found(inspector, text) - {"personal.combination"}, expected, text)
        inspector = Inspector(Settings(packs=("cn", "intl", "company"), today=TODAY), Home(folder))
        for entry in yaml.safe_load((ROOT / "bench" / "corpus_marks.yaml").read_text("utf-8"))["texts"]:
            sizes[False] += 1
            found = _found(inspector, entry["text"], least=entry["expect"] != "none", name=entry.get("name", False))
            found = {name for name in found if inspector.rules[name].category != "hygiene"}
            expected = found or {f"scheme {entry.get('scheme', 'unknown')}"} if entry["expect"] != "none" else set()
            _count(counts, found, expected, entry["text"])
    return counts, sizes


def _count(counts: dict[str, Counter[str]], found: set[str], expected: set[str], text: str) -> None:
    for name in found | expected:
        kind = "right" if name in found & expected else "wrong" if name in found else "missed"
        counts.setdefault(name, Counter())[kind] += 1
        if kind != "right":
            print(f"{kind}: {name}: {text[:100]!r}", file=sys.stderr)


def _found(inspector: Inspector, text: str, *, least: bool = False, name: bool = False) -> set[str]:
    """Return the rules that find something in a text or a file's name; with ``least`` also at severity info."""
    events = inspector.inspect_name(text, Trail()) if name else inspector.inspect(Document(Trail(), (Segment(text),)))
    return {match.rule for match in events if isinstance(match, Match) and (least or match.severity != "info")}


def main() -> None:
    counts, sizes = measure()

    def texts_of(name: str) -> int:
        return sizes[name.startswith(("personal.", "credentials."))]

    scores = {
        name: {
            "precision": round(c["right"] / (c["right"] + c["wrong"]), 3) if c["right"] + c["wrong"] else None,
            "recall": round(c["right"] / (c["right"] + c["missed"]), 3) if c["right"] + c["missed"] else None,
            "positives": c["right"] + c["missed"],
            "negatives": texts_of(name) - c["right"] - c["missed"],
        }
        for name, c in sorted(counts.items())
    }
    (rule.PACKS / "scorecard.json").write_text(
        json.dumps({name: score for name, score in scores.items() if None not in score.values()}, indent=1) + "\n"
    )
    total: Counter[str] = sum(counts.values(), Counter())
    lines = [
        "# Scorecard",
        "",
        "Precision and recall of each rule on the labelled corpus (`bench/corpus/` and `bench/corpus_marks.yaml`).",
        "The same people wrote corpus and rules, so read it as a guard against setbacks, not as a promise. Made by",
        "`python -m bench.scorecard`; rules that no text calls for are not listed.",
        "",
        f"All together: {total['right']} right, {total['wrong']} wrong, {total['missed']} missed.",
        "",
        "| rule | texts that call for it | precision | recall |",
        "|---|---:|---:|---:|",
    ]
    for name, score in scores.items():
        shown = ["–" if score[key] is None else f"{score[key]:.3f}" for key in ("precision", "recall")]
        lines.append(f"| {name} | {score['positives']} | {shown[0]} | {shown[1]} |")
    (ROOT / "docs" / "scorecard.md").write_text("\n".join(lines) + "\n", "utf-8")
    print(lines[6])


if __name__ == "__main__":
    main()
