"""Which kind of phone data an address is: a zip, a folder, a text, a cable in; the ten answers out."""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.phone import adb, android, ios
from shoumi.engine.phone.answer import Answer, Report, complete, reason
from shoumi.engine.phone.contacts import is_card, read_cards
from shoumi.engine.phone.dump import Reader

_MOST_BYTES: Final = 2 * 1024**3  # of one report; real ones have up to 300 MB
_LONGEST: Final = 1 << 20  # bytes of one line
_FILES: Final = 400  # texts of a folder or archive that are read
_DEEPEST: Final = 4
_REPORT: Final = re.compile(
    r"(?:.*/)?(?:bugreport[^/]*|dumpstate[^/]*|dumpsys[^/]*|getprop[^/]*|settings?[_-][^/]*|packages[^/]*)\.(?:txt|log)",
    re.IGNORECASE,
)
_INNER: Final = re.compile(r"(?:.*/)?bugreport[^/]*\.zip", re.IGNORECASE)
_CARDS: Final = 64 * 1024 * 1024


def check(address: str, contacts: str | None = None) -> Report:
    """Return the ten answers. ``contacts`` is a vCard file exported from the same phone.

    Raises AddressError for what is not there, UsageError for what is no phone's, MissingExtra without adb.
    """
    if address.startswith("adb:"):
        reader = Reader()
        for name, lines in adb.reports(address.removeprefix("adb:")):
            reader.read(lines, name)
        return complete((*android.answers(reader.facts, cable=True), *_cards(contacts)), "adb")
    path = Path(address)
    if not path.exists():
        raise AddressError(f"{address}: no such file or folder. Check the spelling, or whether the drive is connected")
    cards = [*_cards(contacts)]
    if path.is_dir():
        if (folder := _backup_in(path)) is not None:
            return _with(ios.answers(folder), cards)
        return _android(_texts_of(path), cards or _found_cards(path), address)
    if zipfile.is_zipfile(path):
        return _android(_members_of(path), cards, address)
    return _android(((path.name, path.open("rb")) for _ in range(1)), cards, address)


def _with(report: Report, cards: Iterable[Answer]) -> Report:
    given = {answer.check: answer for answer in cards}
    return Report(report.source, tuple(given.get(answer.check, answer) for answer in report.answers), report.encrypted)


def _android(files: Iterable[tuple[str, BinaryIO]], cards: Iterable[Answer], address: str) -> Report:
    reader = Reader()
    damaged = False
    for name, stream in files:
        with stream:
            try:
                reader.read(_lines(stream), name)
            except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
                damaged = True  # what was read stays; what is missing is unknown
    if not reader.facts.android:
        reasons = "it is damaged, or no" if damaged else "no"
        raise UsageError(f"{address}: {reasons} Android bug report and no iOS backup; adb: asks a phone on the cable")
    answers = android.answers(reader.facts)
    return complete((*(map(_doubted, answers) if damaged else answers), *cards), "bugreport")


def _doubted(answer: Answer) -> Answer:
    """Return no pass for a report of which a part is missing: what would have failed may stand there."""
    return Answer(answer.check, "unknown", (reason("damaged"),)) if answer.result == "pass" else answer


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Yield lines, counting real bytes; longer lines are cut into pieces."""
    size = 0
    while (line := stream.readline(_LONGEST)) and size < _MOST_BYTES:
        size += len(line)
        yield line.decode("utf-8", "replace")


def _backup_in(folder: Path) -> Path | None:
    """Return the folder of an iOS backup: this one, or the only one below it."""
    if ios.is_backup(folder):
        return folder
    below = [
        entry
        for entry in islice(folder.iterdir(), 1000)
        if entry.is_dir() and not entry.is_symlink() and ios.is_backup(entry)
    ]
    if len(below) > 1:
        raise UsageError(
            f"{folder}: several backups; name one of them: {', '.join(sorted(entry.name for entry in below))}"
        )
    return below[0] if below else None


def _texts_of(folder: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the reports in a folder, the main one first: what comes first counts."""
    found = [path for path in islice(_walk(folder, 0), 20_000) if path.suffix.lower() in (".txt", ".log")]
    chosen = [path for path in found if _REPORT.fullmatch(path.name)] or found
    for path in sorted(
        chosen, key=lambda entry: (not entry.name.lower().startswith(("bugreport", "dumpstate.")), str(entry))
    )[:_FILES]:
        yield path.name, path.open("rb")


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink():
            continue
        if entry.is_file():
            yield entry
        elif entry.is_dir() and depth < _DEEPEST:
            yield from _walk(entry, depth + 1)


def _members_of(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError):
        return
    with archive:
        names = [
            info
            for info in archive.infolist()
            if not info.is_dir() and info.filename.lower().endswith((".txt", ".log"))
        ]
        chosen = [
            info for info in names if _REPORT.fullmatch(info.filename) and "/FS/" not in f"/{info.filename}"
        ] or names
        inner = [info for info in archive.infolist() if _INNER.fullmatch(info.filename)]
        if inner and not any(_REPORT.fullmatch(info.filename) for info in names):
            yield from _inside(archive, inner[0])  # HyperOS and MIUI pack the report once more, beside their own logs
            return
        for info in chosen[:_FILES]:
            try:
                yield info.filename.rpartition("/")[2], cast(BinaryIO, archive.open(info))
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
                continue


def _inside(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the texts of a report that is an archive inside the archive."""
    with tempfile.TemporaryFile(prefix="shoumi-") as spool, archive.open(info) as packed:
        left = _MOST_BYTES
        while left > 0 and (chunk := packed.read(1 << 20)):
            spool.write(chunk)
            left -= len(chunk)
        try:
            inner = zipfile.ZipFile(spool)
        except (zipfile.BadZipFile, OSError, ValueError):
            return
        with inner:
            for member in [one for one in inner.infolist() if _REPORT.fullmatch(one.filename)][:_FILES]:
                if "/FS/" not in f"/{member.filename}":
                    yield member.filename.rpartition("/")[2], cast(BinaryIO, inner.open(member))


def _cards(path: str | None) -> Iterator[Answer]:
    if path is None:
        return
    file = Path(path)
    if not file.is_file():
        raise AddressError(f"{path}: no such file")
    with file.open("rb") as stream:
        data = stream.read(_CARDS)
    if not is_card(data):
        raise UsageError(f"{path}: not a vCard file; export the contacts of the phone as .vcf")
    yield read_cards(data).answer()


def _found_cards(folder: Path) -> list[Answer]:
    """Return the answer of contacts that lie in the folder beside the report."""
    for path in islice(_walk(folder, 0), 20_000):
        if path.suffix.lower() == ".vcf":
            with path.open("rb") as stream:
                data = stream.read(_CARDS)
            if is_card(data):
                return [read_cards(data).answer()]
    return []
