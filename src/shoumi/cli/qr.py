"""``shoumi qr IMAGE|TEXT…``: what a code says and what it would do, before anybody scans it. Nothing is opened."""

from __future__ import annotations

import argparse
import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from shoumi.engine.codes import Code
    from shoumi.engine.qr import Payload, Risk, Verdict
    from shoumi.engine.types import Match

_ORDER: Final[tuple[Verdict, ...]] = ("plain", "careful", "danger")
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "qr",
        help="what a QR code says and what it would do",
        description="Decode the codes on pictures, or take the text of one, and judge it by its form. Offline; "
        "nothing is opened. Exit code: 0 nothing stands out, 1 be careful or do not scan, 3 no code could be read.",
    )
    parser.add_argument("inputs", nargs="+", metavar="IMAGE|TEXT", help="a picture, or the text of a code")
    parser.add_argument("-f", "--format", choices=("text", "jsonl"), default="text", help="text: for people")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge every input and print the answers."""
    from shoumi.engine import messages

    language = messages.language()
    inspect = _inspector()
    codes = [_judged(entry, inspect, arguments.format, language) for entry in arguments.inputs]
    return max(codes, key=(0, 3, 1).index)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """One code, judged: by its form, by the codes beside it, by the rules of a scan."""

    symbol: Code
    payload: Payload
    shared: tuple[Risk, ...]
    found: list[Match]

    @property
    def verdict(self) -> Verdict:
        from shoumi.engine.types import SEVERITIES

        worst = max(_ORDER.index(self.payload.verdict), 1 if self.shared else 0)
        for match in self.found:
            worst = max(worst, 2 if SEVERITIES.index(match.severity) <= 1 else 1 if match.severity != "info" else 0)
        return _ORDER[worst]

    @property
    def risks(self) -> tuple[Risk, ...]:
        return (*self.payload.risks, *self.shared)

    @property
    def text(self) -> str:
        return _masked(self.payload.text, self.found)


def _judged(entry: str, inspect: Any, form: str, language: str) -> int:
    from shoumi.engine import messages, qr

    symbols = _symbols(entry)
    if not symbols:
        if form == "jsonl":
            print(json.dumps({"type": "code", "input": entry, "verdict": None}, ensure_ascii=False))
        else:
            print(f"{entry}: {messages.text('qr.none', language)}")
        return 3
    payloads = [qr.judge(symbol.text) for symbol in symbols]
    shared = qr.together(payloads)
    worst = 0
    for number, (symbol, payload) in enumerate(zip(symbols, payloads, strict=True), 1):
        one = _Judgement(symbol, payload, shared, inspect(payload.text))
        worst = max(worst, _ORDER.index(one.verdict))
        if form == "jsonl":
            print(json.dumps({"type": "code", "input": entry, **_line(one, language)}, ensure_ascii=False))
            continue
        title = messages.text("qr.symbol", language, kind=symbol.kind, number=number, count=len(symbols))
        print(f"{entry}  ({title})" if symbol.kind else _printable(one.text))
        print("\n".join(_answer(one, language)))
    return 1 if worst else 0


def _symbols(entry: str) -> list[Code]:
    """Return the codes on a picture, or the text itself as one. Raises AddressError for a picture that is not there."""
    from shoumi.engine.codes import Code
    from shoumi.engine.errors import AddressError

    if Path(entry).is_file():
        return _decoded(entry)
    if entry.lower().endswith(_PICTURES) and "://" not in entry:
        raise AddressError(f"{entry}: no such file")
    return [Code("", entry, (0.0, 0.0, 1.0, 1.0))]


def _decoded(path: str) -> list[Code]:
    from shoumi.engine import codes, registry, sniff
    from shoumi.engine.blob import Blob
    from shoumi.engine.errors import UsageError
    from shoumi.engine.limits import Limits

    with contextlib.closing(Blob.of_file(path, Limits())) as blob:
        media_type = registry.sniffer().media_type(blob)
        if media_type == sniff.TEXT:
            return [codes.Code("", blob.read().decode("utf-8", "replace").strip(), (0.0, 0.0, 1.0, 1.0))]
        if not media_type.startswith("image/"):
            raise UsageError(f"{path}: not a picture; documents with codes in them are read by: shoumi scan")
        return codes.of_blob(blob)


def _inspector() -> Any:
    """Return what runs the rules of a scan over a payload: a code may hold what must not leave."""
    from shoumi.engine.home import Home
    from shoumi.engine.inspector import Inspector
    from shoumi.engine.settings import Settings
    from shoumi.engine.types import Document, Match, Segment, Step, Trail

    inspector = Inspector(Settings(), Home())

    def inspect(text: str) -> list[Match]:
        document = Document(Trail((Step("file", "code"),)), (Segment(text),))
        return [event for event in inspector.inspect(document) if isinstance(event, Match)]

    return inspect


def _answer(one: _Judgement, language: str) -> list[str]:
    from shoumi.engine import messages

    lines = [
        f"  {messages.text(f'qr.{one.verdict}', language)}: {messages.text(f'qr.{one.verdict}.do', language)}",
        f"  {messages.text('qr.is', language)}: {messages.text(f'qr.kind.{one.payload.kind}', language)}",
        f"  {messages.text('qr.says', language)}: {_printable(one.text)}",
    ]
    lines += [f"  · {messages.render(risk.reason, language)}" for risk in one.risks]
    if one.found:
        names = ", ".join(dict.fromkeys(match.rule for match in one.found))
        lines.append(f"  · {messages.text('qr.content', language, names=names)}")
    return lines


def _masked(text: str, found: list[Match]) -> str:
    letters = list(text)
    for match in found:
        start, end = match.span
        shown = 2 if end - start >= 8 else 0
        letters[start + shown : end - shown] = "*" * max(0, end - start - 2 * shown)
    return "".join(letters)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "⏎" if char == "\n" else " " for char in text[:500])


def _line(one: _Judgement, language: str) -> dict[str, Any]:
    from shoumi.engine import messages

    risks = [
        {"code": risk.reason.code, "weight": risk.weight, "reason": messages.render(risk.reason, language)}
        for risk in one.risks
    ]
    return {
        "symbol": one.symbol.kind,
        "kind": one.payload.kind,
        "text": one.text,
        "host": one.payload.host,
        "verdict": one.verdict,
        "risks": risks,
        "matches": [match.rule for match in one.found],
    }
