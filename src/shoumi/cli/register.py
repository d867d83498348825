"""``shoumi register``: the documents whose passages must not turn up elsewhere. Fingerprints are kept, never text."""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from shoumi.cli.scan import add_settings, settings

if TYPE_CHECKING:
    from shoumi.engine.passages.registry import Register, Registered


def add(commands: Any) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "register",
        help="register documents to recognise",
        description="Keep keyed fingerprints of documents, so that scan, check and review recognise passages of them "
        "even when the mark is gone. Exit code: 0; 2 wrong use or failure; 3 something could not be read.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    adding = _action(actions, "add", "register files, folders, archives", _add)
    adding.add_argument("paths", nargs="+", metavar="PATH")
    adding.add_argument("--level", required=True, help="as on the document: 机密, 工作秘密, CUI, Confidential …")
    adding.add_argument("--term", help="how long it is protected: 10y, 6m, 30d, long")
    adding.add_argument("--until", metavar="TIME", help="protected until this date (its end) or time, ISO 8601")
    adding.add_argument("--owner", metavar="UNIT", help="who answers for it")
    adding.add_argument("--id", default="", help="a name of your own, for one document (default: from its content)")
    adding.add_argument("--title", default="", help="what it is called (default: its file name)")
    adding.add_argument("--belongs", action="append", default=[], metavar="ADDRESS", help="where it may be; repeatable")
    add_settings(adding)
    background = _action(actions, "background", "texts that everybody uses: never a finding by themselves", _background)
    background.add_argument("paths", nargs="+", metavar="PATH")
    add_settings(background)
    listing = _action(actions, "list", "list the documents", _list)
    showing = _action(actions, "show", "show one document's entry", _show)
    showing.add_argument("id")
    removing = _action(actions, "remove", "forget documents, at once", _remove)
    removing.add_argument("ids", nargs="+", metavar="ID")
    releasing = _action(actions, "release", "end a document's protection before its time", _release)
    releasing.add_argument("id")
    releasing.add_argument("--because", required=True, help="the decision; it is kept and shown")
    for parser_ in (listing, showing):
        parser_.add_argument("-f", "--format", choices=("text", "jsonl"), default="text")
    _action(actions, "confirm-time", "say that this machine's clock is right: terms end by confirmed time", _confirm)
    _action(actions, "verify", "check the index; names what is damaged or of an earlier version", _verify)
    _action(actions, "repair", "take out what verify names; says what must be added again", _repair)
    _action(actions, "stats", "sizes", _stats)


def _action(actions: Any, name: str, help_: str, act: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help_, description=help_)
    parser.set_defaults(run=act)
    return parser


def _register() -> Register:
    from shoumi.engine.home import Home
    from shoumi.engine.passages.registry import Register

    return Register(Home())


def _add(arguments: argparse.Namespace) -> int:
    from shoumi.engine.detectors.passages import place
    from shoumi.engine.passages.registry import Registered

    about = Registered(
        id=arguments.id,
        title=arguments.title,
        level=arguments.level,
        term=arguments.term,
        until=_until(arguments.term, arguments.until),
        owner=arguments.owner,
        belongs=tuple(place(address) for address in arguments.belongs),
    )
    return _take(arguments, about, "documents")


def _background(arguments: argparse.Namespace) -> int:
    from shoumi.engine.passages.registry import Registered

    return _take(arguments, Registered(id="", title="", level="公开"), "background")


def _take(arguments: argparse.Namespace, about: Registered, kind: Any) -> int:
    from shoumi.engine.home import Home
    from shoumi.engine.intake import Intake

    outcome = Intake(Home(), settings(arguments)).add(arguments.paths, about, kind)
    for document in outcome.added:
        print(f"{document.id}  {document.level}  {document.characters}  {document.title}")
    for id_ in outcome.twice:
        print(f"shoumi: {id_} is registered already; nothing was changed", file=sys.stderr)
    for gap in outcome.gaps:
        print(f"shoumi: {gap.trail}: not registered wholly: {gap.reason}: {gap.detail}", file=sys.stderr)
    for error in outcome.errors:
        print(f"shoumi: {error}", file=sys.stderr)
    if outcome.errors:
        return 2
    return 3 if outcome.gaps else 0


def _until(term: str | None, until: str | None) -> str | None:
    """Return when protection ends. Raises UsageError for what is no date, time or span."""
    from shoumi.engine.errors import UsageError
    from shoumi.engine.passages.clock import moment

    if until is not None:
        try:
            moment(until)
        except ValueError as error:
            raise UsageError(
                f"--until {until!r}: a date such as 2030-12-31, or a time such as 2030-06-07T09:00"
            ) from error
        return until
    if term is None or term in ("long", "长期", "長期"):
        return None
    found = re.fullmatch(r"(\d{1,3}) *(y|m|d|年|个月|個月|月|天|日)", term.strip())
    if not found:
        raise UsageError(f"--term {term!r}: a span such as 10y, 6m or 30d, or long")
    count, unit = int(found[1]), found[2]
    today = datetime.date.today()  # noqa: DTZ011  (terms are counted in local days)
    if unit in "d天日":
        return (today + datetime.timedelta(days=count)).isoformat()
    months = today.month - 1 + count * (12 if unit in "y年" else 1)
    year, month = today.year + months // 12, months % 12 + 1
    day = min(today.day, (datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)).day)
    return datetime.date(year, month, day).isoformat()


def _list(arguments: argparse.Namespace) -> int:
    with _register() as register:
        for document in register.documents():
            if arguments.format == "jsonl":
                print(json.dumps(_entry(document), ensure_ascii=False))
            else:
                print(f"{document.id}  {document.level}  {document.until or '-'}  {document.title}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from shoumi.engine.errors import UsageError

    with _register() as register:
        document = register.document(arguments.id)
    if document is None:
        raise UsageError(f"{arguments.id!r} is not registered: `shoumi register list` shows what is")
    entry = _entry(document)
    if arguments.format == "jsonl":
        print(json.dumps(entry, ensure_ascii=False))
    else:
        for name, value in entry.items():
            print(f"{name}: {', '.join(value) if isinstance(value, list) else '' if value is None else value}")
    return 0


def _entry(document: Registered) -> dict[str, Any]:
    names = ("id", "title", "level", "term", "until", "owner", "language", "added", "released", "characters")
    return {name: getattr(document, name) for name in names} | {"belongs": list(document.belongs)}


def _remove(arguments: argparse.Namespace) -> int:
    with _register() as register:
        removed = register.remove(arguments.ids)
    missing = [id_ for id_ in arguments.ids if id_ not in removed]
    for id_ in missing:
        print(f"shoumi: {id_!r} is not registered", file=sys.stderr)
    return 2 if missing else 0


def _release(arguments: argparse.Namespace) -> int:
    with _register() as register:
        register.release(arguments.id, arguments.because)
    return 0


def _confirm(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (every action takes them)
    with _register() as register:
        register.confirm_time()
        believed = datetime.datetime.fromtimestamp(register.clock.believed()).astimezone()
    print(f"confirmed: {believed.isoformat(timespec='seconds')}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    with _register() as register:
        documents = register.documents() + register.documents("background")
        damaged, earlier = register.damaged(), register.earlier()
    for name, ids in damaged.items():
        print(f"shoumi: {name} is damaged; not recognised: {', '.join(ids) or 'nothing'}", file=sys.stderr)
    for name, ids in earlier.items():
        said = f"{name} was written by an earlier version; some copies are missed of"
        print(f"shoumi: {said}: {', '.join(ids) or 'nothing'}", file=sys.stderr)
    if damaged or earlier:
        print("shoumi: the rest is used; `shoumi register repair` takes it out, then add it again", file=sys.stderr)
        return 3
    print(f"{len(documents)} documents, all parts are whole")
    return 0


def _repair(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    with _register() as register:
        lost = register.repair()
    for name, ids in lost.items():
        print(f"{name} was taken out; add again: {', '.join(ids) or 'nothing'}")
    return 3 if lost else 0


def _stats(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    with _register() as register:
        stats = register.stats()
    per = stats.bytes / stats.characters if stats.characters else 0.0
    print(f"documents: {stats.documents}\nbackground: {stats.background}\ncharacters: {stats.characters}")
    print(
        f"segments: {stats.segments}\nfingerprints: {stats.entries}\n"
        f"bytes: {stats.bytes}\nbytes per character: {per:.2f}"
    )
    return 0
