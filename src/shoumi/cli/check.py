"""``shoumi check [FILE|-]``: may this leave? One word, one reason, what to do instead."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from shoumi.cli.scan import add_settings, settings

if TYPE_CHECKING:
    from shoumi.engine.types import Gap, Match
    from shoumi.engine.verdict import Verdict

EXIT: Final[dict[Verdict, int]] = {"allow": 0, "think": 1, "stop": 1, "unknown": 3}
_SHOWN: Final = 5  # reasons; whoever asks wants to send something, not to read a report


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "check",
        help="check one text or file before you send it",
        description="Answer whether one text or file may be sent: allow, think, stop. Nothing is sent "
        "anywhere, nothing is kept. Exit code: 0 allow, 1 think or stop, 3 it could not be examined.",
    )
    parser.add_argument("address", nargs="?", default="-", metavar="FILE|-", help="a file, or - for standard input")
    parser.add_argument("-f", "--format", choices=("text", "jsonl"), default="text", help="text: for people")
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Inspect and answer."""
    import sys

    from shoumi.engine import messages, registry
    from shoumi.engine.scan import Scan
    from shoumi.engine.types import Match
    from shoumi.engine.verdict import discreet, verdict

    scan = Scan((arguments.address,), settings=settings(arguments), jobs=1, remember=False)
    events = [discreet(event) if isinstance(event, Match) else event for event in scan]
    if scan.errors:
        raise scan.errors[0]
    language = messages.language()
    if arguments.format == "jsonl":
        report = registry.reports()["jsonl"](sys.stdout.buffer, language)
        for event in events:
            report.event(event)
        report.finish(scan.summary)
        return EXIT[verdict(events)]
    print("\n".join(_answer(events, language)))
    return EXIT[verdict(events)]


def _answer(events: list[Match | Gap], language: str) -> list[str]:
    from shoumi.engine import messages
    from shoumi.engine.types import SEVERITIES, Match
    from shoumi.engine.verdict import verdict

    word = verdict(events)
    lines = [messages.text(f"check.{word}", language), messages.text(f"check.{word}.do", language)]
    found = sorted((e for e in events if isinstance(e, Match)), key=lambda match: SEVERITIES.index(match.severity))
    reasons = []
    for match in found:
        if match.severity != "info":
            sentence = messages.sentences(match.reasons, language)
            reasons.append(f"· {sentence}" + (f"  {match.snippet}" if match.snippet else ""))
    gaps = [event for event in events if not isinstance(event, Match)]
    reasons += [f"? {gap.trail}: {messages.text(f'gaps.{gap.reason}', language)} ({gap.detail})" for gap in gaps]
    lines += reasons[:_SHOWN]
    if len(reasons) > _SHOWN:
        lines.append(messages.text("check.more", language, count=len(reasons) - _SHOWN))
    return lines
