"""The catalogs of translations: which sentences there are, which lack a translation, and their compiled form.

Enters the source of the console; leaves ``locale/<language>/LC_MESSAGES/django.po`` in each room that has sentences,
and the compiled ``.mo`` next to it, both committed. Needs polib (MIT) and no system gettext:

    python -m shoumi.console.catalogs          collect, keep what is translated, compile; say what is missing
    python -m shoumi.console.catalogs ROOM …   the same for these rooms only ("." is the project itself)
    python -m shoumi.console.catalogs --check  change nothing; exit code 1 when something is missing or out of date

English is the language of the source: its catalog repeats each sentence, so all three are complete in the same way.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("zh_Hans", "zh_Hant", "en")
_PLURALS: Final = {"en": "nplurals=2; plural=(n != 1);"}
_ONE_FORM: Final = "nplurals=1; plural=0;"
_SINGLE: Final = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_COUNTED: Final = {"ngettext", "ngettext_lazy"}
_CALL: Final = re.compile(r"""\b(gettext|_|ngettext)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))?""", re.S)  # fmt: skip  # noqa: E501


class Sentence(NamedTuple):
    """A sentence to translate; ``plural`` is empty for one without a number."""

    text: str
    plural: str = ""


def rooms() -> dict[Path, dict[Sentence, set[str]]]:
    """Return for each folder that keeps catalogs its sentences and the files they stand in."""
    folders = sorted(
        {path.parent for path in HERE.glob("*/apps.py")} | {path.parent for path in HERE.glob("areas/*/apps.py")}
    )
    found: dict[Path, dict[Sentence, set[str]]] = {}
    known: set[Sentence] = set()
    for folder in (HERE, *folders):
        own = found.setdefault(folder, {})
        for path in sorted(folder.rglob("*")):
            if path.suffix not in {".py", ".html"} or (
                folder == HERE and any(room in path.parents for room in folders)
            ):
                continue
            for sentence in _sentences(path):
                if folder == HERE or sentence not in known:  # what the base says, rooms do not repeat
                    own.setdefault(sentence, set()).add(path.relative_to(HERE).as_posix())
        if folder == HERE:
            known = set(own)
    return {folder: sentences for folder, sentences in found.items() if sentences}


def _sentences(path: Path) -> Iterator[Sentence]:
    if path.suffix == ".html":
        yield from _template(path)
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name in _SINGLE and texts:
            yield Sentence(texts[0])
        elif name in _COUNTED and len(texts) >= 2:
            yield Sentence(texts[0], texts[1])


def _template(path: Path) -> Iterator[Sentence]:
    from django.utils.translation.template import templatize

    for _name, first, second in _CALL.findall(templatize(path.read_text("utf-8"))):
        yield Sentence(ast.literal_eval(first), ast.literal_eval(second) if second else "")


def catalog(folder: Path, language: str, sentences: dict[Sentence, set[str]]) -> Any:
    """Return the catalog of a folder with exactly these sentences, keeping translations that exist."""
    import polib

    path = where(folder, language)
    old = {(entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Project-Id-Version": "shoumi",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _PLURALS.get(language, _ONE_FORM),
    }
    for sentence in sorted(sentences):
        before = old.get((sentence.text, sentence.plural))
        entry = polib.POEntry(msgid=sentence.text, occurrences=[(file, "") for file in sorted(sentences[sentence])])
        if sentence.plural:
            entry.msgid_plural = sentence.plural
            kept = before.msgstr_plural if before else {}
            empty = {0: ""} if language != "en" else {}
            entry.msgstr_plural = {0: sentence.text, 1: sentence.plural} if language == "en" else kept or empty
        else:
            entry.msgstr = sentence.text if language == "en" else (before.msgstr if before else "")
        if "%(" in sentence.text:
            entry.flags.append("python-format")
        new.append(entry)
    return new


def missing(po: Any) -> list[str]:
    """Return the sentences of a catalog without translation, or whose translation lost a place-holder."""
    holder = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    found = []
    for entry in po:
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        wanted = set(holder.findall(entry.msgid_plural or entry.msgid))
        if not all(texts) or any(set(holder.findall(text)) != wanted for text in texts[-1:]):
            found.append(entry.msgid)
    return found


def where(folder: Path, language: str) -> Path:
    """Return the place of a catalog."""
    return folder / "locale" / language / "LC_MESSAGES" / "django.po"


def problems(*, write: bool, only: Collection[str] = ()) -> list[str]:
    """Return what is missing or out of date; with ``write``, bring the files up to date first."""
    found = []
    for folder, sentences in rooms().items():
        if only and (folder.name if folder != HERE else ".") not in only:
            continue
        for language in LANGUAGES:
            po, path = catalog(folder, language, sentences), where(folder, language)
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{po}\n" if not str(po).endswith("\n") else str(po), "utf-8")
                path.with_suffix(".mo").write_bytes(po.to_binary())
            elif not path.exists() or str(po).strip() != path.read_text("utf-8").strip():
                found.append(f"{path.relative_to(HERE)} is out of date")
            elif path.with_suffix(".mo").read_bytes() != po.to_binary():
                found.append(f"{path.with_suffix('.mo').relative_to(HERE)} is out of date")
            found += [f"{path.relative_to(HERE)}: {text!r}" for text in missing(po)]
    return found


def main(arguments: list[str]) -> int:
    """Collect and compile, or check."""
    only = [name for name in arguments if not name.startswith("-")]
    found = problems(write="--check" not in arguments, only=only)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
