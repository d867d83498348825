"""What other extractors find in a document, kept by the file's digest: the truth that ``bench.parsers`` measures by.

Entering: a file. Leaving: the text that each peer of its format finds. Peers run in processes of their own and may fail
or hang: then they find nothing. Those that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import io
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SECONDS = 30
OFFICE = {"txt": "txt:Text (encoded):UTF8", "html": "html:HTML (StarCalc)", "pdf": "pdf"}
TARGETS = {
    "docx": "txt", "doc": "txt", "odt": "txt", "rtf": "txt", "xlsx": "html", "xls": "html", "ods": "html",
    "pptx": "pdf", "ppt": "pdf", "odp": "pdf",
}  # fmt: skip
COMMANDS: dict[str, dict[str, tuple[str, ...]]] = {
    "docx": {"pandoc": ("pandoc", "-f", "docx", "-t", "plain"), "docx2txt": ("docx2txt", "{}", "-")},
    "odt": {"pandoc": ("pandoc", "-f", "odt", "-t", "plain")},
    "rtf": {"pandoc": ("pandoc", "-f", "rtf", "-t", "plain"), "unrtf": ("unrtf", "--text")},
    "doc": {"antiword": ("antiword", "-m", "UTF-8.txt"), "catdoc": ("catdoc", "-d", "utf-8")},
    "xls": {"xls2csv": ("xls2csv", "-d", "utf-8")},
    "ppt": {"catppt": ("catppt", "-d", "utf-8")},
    "html": {"pandoc": ("pandoc", "-f", "html", "-t", "plain")},
    "pdf": {"pdftotext": ("pdftotext", "-layout", "{}", "-")},
}


class Reader:
    """Calls a function in a process that lives on from file to file, and is replaced when it dies or hangs."""

    def __init__(self, read: Callable[[Path], Any]) -> None:
        self._read = read
        self._child: Any = None
        self.seconds = 0.0
        self.end = ""  # how the last file ended: "", "crashed" or "hung"

    def __call__(self, path: Path) -> Any:
        if self._child is None:
            self._start()
        started = time.perf_counter()
        self.end = ""
        try:
            self._pipe.send(path)
            if self._pipe.poll(SECONDS):
                return self._pipe.recv()
            self.end = "hung"
        except (EOFError, OSError):
            self.end = "crashed"
        finally:
            self.seconds = time.perf_counter() - started
        self.close()
        return None

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(self._read, theirs), daemon=True)
        self._child.start()
        theirs.close()

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.join()
            self._child = None


def _serve(read: Callable[[Path], Any], pipe: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while True:
        path = pipe.recv()
        try:
            pipe.send(read(path))
        except Exception:  # a peer's failure is its result
            pipe.send(None)


class Peers:
    """All peers of one format, with their answers kept in a folder."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind, self._folder = kind, folder
        self._readers: dict[str, Callable[[Path], Any]] = {
            name: Reader(read) for name, read in LIBRARIES.items() if kind in READS[name]
        }
        for name, command in COMMANDS.get(kind, {}).items():
            if shutil.which(command[0]):
                self._readers[name] = lambda path, command=command: output(*command, path=path)
        folder.mkdir(parents=True, exist_ok=True)

    def texts(self, path: Path) -> dict[str, str]:
        """Return what each peer finds, by its name."""
        found = {}
        for name, read in self._readers.items():
            kept = self._kept(path, name)
            if not kept.exists():
                keep(kept, read(path) or "")
            found[name] = kept_text(kept)
        kept = self._kept(path, "libreoffice")
        if kept.exists():
            found["libreoffice"] = kept_text(kept)
        return found

    def convert(self, paths: list[Path]) -> None:
        """Let LibreOffice read what it has not read yet."""
        target = TARGETS.get(self._kind)
        if target is None or not shutil.which("soffice"):
            return
        paths = [path for path in paths if not self._kept(path, "libreoffice").exists()]
        for start in range(0, len(paths), 12):
            batch = paths[start : start + 12]
            made = dict(_converted(batch, target))
            for path in batch:
                keep(self._kept(path, "libreoffice"), made.get(path, ""))

    def _kept(self, path: Path, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(path.read_bytes()).hexdigest()[:24]}.{name}"

    def close(self) -> None:
        for read in self._readers.values():
            if isinstance(read, Reader):
                read.close()


def keep(place: Path, text: str) -> None:
    place.write_bytes(zlib.compress(text.encode("utf-8", "replace"), 1))


def kept_text(place: Path) -> str:
    return zlib.decompress(place.read_bytes()).decode("utf-8", "replace")


def output(*command: str, path: Path) -> str:
    """Return what a command prints of a file, which stands in place of ``{}`` or comes last."""
    given = [str(path) if word == "{}" else word for word in command]
    if "{}" not in command:
        given.append(str(path))
    try:
        done = subprocess.run(given, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        return done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return ""


def _converted(paths: list[Path], target: str) -> Iterator[tuple[Path, str]]:
    """Convert some at a time, so that one that ends LibreOffice costs little."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch = {folder / f"{number}{path.suffix}": path for number, path in enumerate(paths)}
        for copy, path in batch.items():
            shutil.copy(path, copy)
        profile = Path(tempfile.gettempdir()) / f"bench-parsers-profile-{os.getpid()}"
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", OFFICE[target]]
        command += ["--outdir", str(folder), *map(str, batch)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        for copy, path in batch.items():
            made = copy.with_suffix(f".{target}")
            if made.exists():
                yield path, _made_text(made, target)


def _made_text(made: Path, target: str) -> str:
    if target == "pdf":
        return output("pdftotext", "{}", "-", path=made)
    return _lxml(made) if target == "html" else made.read_text("utf-8", "replace")


def _xberg(path: Path) -> str:
    import xberg

    config = xberg.ExtractionConfig(disable_ocr=True, use_cache=False)

    async def read() -> Any:
        return await xberg.extract(given, config)

    given = xberg.ExtractInput(kind="bytes", bytes=path.read_bytes(), filename=path.name)
    return "\n".join(str(found.content) for found in asyncio.run(read()).results)


def _lxml(path: Path) -> str:
    from lxml import html

    tree = html.fromstring(path.read_bytes())
    for element in tree.xpath("//script|//style"):
        element.drop_tree()
    return "\n".join(tree.itertext())


def _mail(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [str(message.get(name, "")) for name in ("subject", "from", "to", "cc")]
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            parts.append(str(part.get_content()))
    return "\n".join(parts)


def _openpyxl(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True, read_only=False)
    values = (cell for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join([*book.sheetnames, *(str(value) for value in values if value is not None)])


def _xlrd(path: Path) -> str:
    import xlrd

    book = xlrd.open_workbook(path, logfile=io.StringIO())
    cells = (cell for sheet in book.sheets() for row in range(sheet.nrows) for cell in sheet.row(row))
    values = (
        xlrd.xldate_as_datetime(cell.value, book.datemode) if cell.ctype == xlrd.XL_CELL_DATE else cell.value
        for cell in cells
    )
    return "\n".join([*book.sheet_names(), *(str(value) for value in values if value != "")])


def _pptx(path: Path) -> str:
    import pptx

    deck = pptx.Presentation(str(path))
    found: list[str] = []

    def shapes(some: Any) -> None:
        for shape in some:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if getattr(shape, "has_table", False) and shape.has_table:
                found.extend(cell.text for row in shape.table.rows for cell in row.cells)
            if hasattr(shape, "shapes"):
                shapes(shape.shapes)

    for slide in deck.slides:
        shapes(slide.shapes)
        if slide.has_notes_slide:
            shapes(slide.notes_slide.shapes)
    return "\n".join(found)


def _odfpy(path: Path) -> str:
    from odf import opendocument, teletype, text

    body = opendocument.load(str(path)).body
    found = [*body.getElementsByType(text.H), *body.getElementsByType(text.P)]

    def inside(element: Any) -> bool:  # what a paragraph holds comes with it
        above = element.parentNode
        return above is not None and (getattr(above, "tagName", "") in ("text:p", "text:h") or inside(above))

    return "\n".join(str(teletype.extractText(paragraph)) for paragraph in found if not inside(paragraph))


def _striprtf(path: Path) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(path.read_bytes().decode("latin-1"), errors="ignore"))


def _pypdf(path: Path) -> str:
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages[:200])


def _oxmsg(path: Path) -> str:
    from oxmsg import Message

    message = Message.load(str(path))
    people = (f"{person.name} {person.email_address}" for person in message.recipients)
    return "\n".join([message.subject or "", message.sender or "", *people, message.body or ""])


LIBRARIES: dict[str, Callable[[Path], str]] = {
    "xberg": _xberg, "lxml": _lxml, "mail": _mail, "openpyxl": _openpyxl, "xlrd": _xlrd, "python-pptx": _pptx,
    "odfpy": _odfpy, "striprtf": _striprtf, "pypdf": _pypdf, "python-oxmsg": _oxmsg,
}  # fmt: skip
READS = {
    "xberg": (*TARGETS, "html", "pdf", "eml", "msg"), "lxml": ("html",), "mail": ("eml",), "openpyxl": ("xlsx",),
    "xlrd": ("xls",), "python-pptx": ("pptx",), "odfpy": ("odt", "ods", "odp"), "striprtf": ("rtf",),
    "pypdf": ("pdf",), "python-oxmsg": ("msg",),
}  # fmt: skip


def reachable(*folders: str) -> None:
    """Let peers be imported from folders that ``pip install --target`` filled."""
    sys.path.extend(folders)
