"""Rules are data: YAML packs in, checked ``Rule`` values out.

A pack is one or more YAML files in a folder of ``packs/`` (shipped) or at a path (the user's own); a plain text file
with one term a line is a pack of keywords. What is wrong with a pack is said with file, line and reason, and nothing
of it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, get_args

import yaml

from shoumi.engine import pattern_safety
from shoumi.engine.errors import RuleError, UsageError
from shoumi.engine.types import SEVERITIES, Category, Severity

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")
PACKS: Final = Path(__file__).parent / "packs"
ON_REQUEST: Final = frozenset({"secrets"})  # packs that only their name chooses: they need an extra, and much time
CATEGORIES: Final[tuple[str, ...]] = get_args(Category)
_ID: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_FIELDS: Final = frozenset(
    """id version detector name means category severity area pattern flags anchors keywords check context params
    reach mask examples negative_examples references""".split()  # noqa: SIM905
)
_TUPLES: Final = ("anchors", "keywords", "reach", "examples", "negative_examples", "references")
_FORMAT: Final = 1  # of remembered packs; raised when Rule changes
_REQUIRED: Final = ("id", "version", "detector", "name", "means", "category", "severity")


@dataclass(frozen=True, slots=True)
class Context:
    """Words near a match that raise its confidence, or without which it does not count."""

    words: tuple[str, ...] = ()
    required: bool = False
    window: int = 60  # characters on each side

    @property
    def pattern(self) -> str:
        """A regular expression that finds any of the words; ASCII words only as whole words, any case."""
        return "|".join(
            rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])" if word.isascii() else re.escape(word)
            for word in sorted(self.words, key=len, reverse=True)
        )


@dataclass(frozen=True)
class Rule:
    """One thing to look for. ``pattern`` decides, ``anchors`` (Hyperscan syntax, UTF-8) say where to look.

    ``detector`` names the plug-in that decides; ``check`` one of its validators; ``params`` are its own. The named
    group ``secret`` of a pattern, when there is one, is what is masked and what makes two matches the same.
    """

    id: str
    version: int
    pack: str
    detector: str
    name: Mapping[str, str]
    means: Mapping[str, str]
    category: Category
    severity: Severity
    area: str | None = None
    pattern: str | None = None
    flags: str = ""  # i: any case
    anchors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    check: str | None = None
    context: Context = Context()
    params: Mapping[str, Any] = field(default_factory=dict)
    reach: tuple[int, int] = (256, 256)  # bytes before and after an anchor's end that the pattern may need
    mask: str | None = None
    examples: tuple[str, ...] = ()
    negative_examples: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The exact pattern, compiled on first use."""
        if self.pattern is None:
            raise RuleError(self.file, self.line, f"{self.id}: no pattern")
        return re.compile(self.pattern, re.IGNORECASE if "i" in self.flags else 0)

    @cached_property
    def context_regex(self) -> re.Pattern[str] | None:
        """The context words as one pattern, any case; None when there are none."""
        return re.compile(self.context.pattern, re.IGNORECASE) if self.context.words else None


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that are chosen together. ``version`` is the pack's own; ``digest`` covers its files."""

    id: str
    version: str
    name: Mapping[str, str]
    rules: tuple[Rule, ...]
    digest: str


_LOADED: Final[dict[str, Rule]] = {}


def loaded(name: str) -> Rule | None:
    """Return a rule by its id when this process has loaded its pack, from wherever it came."""
    return _LOADED.get(name)


def shipped() -> tuple[str, ...]:
    """Return the names of the shipped packs."""
    return tuple(sorted(folder.name for folder in PACKS.iterdir() if any(folder.glob("*.yaml"))))


def files_of(name: str) -> tuple[Path, ...]:
    """Return the files of a pack: a shipped name, a YAML or text file, or a folder. Raises UsageError."""
    folder = PACKS / name
    if re.fullmatch(r"[a-z0-9-]+", name) and folder.is_dir():
        return tuple(sorted(folder.glob("*.yaml")))
    path = Path(name)
    if path.is_dir():
        return tuple(sorted(entry for entry in path.iterdir() if entry.suffix in (".yaml", ".yml", ".txt")))
    if path.is_file():
        return (path,)
    raise UsageError(f"no pack {name!r}: choose from {', '.join(shipped())}, or give a YAML or text file")


def resolve(names: tuple[str, ...]) -> tuple[str, ...]:
    """Replace ``all`` by every shipped pack but those on request; keep the rest, in order, once each."""
    every = [name for name in shipped() if name not in ON_REQUEST]
    wanted = [pack for name in names for pack in (every if name == "all" else (name,))]
    return tuple(dict.fromkeys(wanted))


def load(name: str, cache: Path | None = None) -> Pack:
    """Read one pack, from ``cache`` when its files have not changed since they were checked.

    Raises UsageError (no such pack) or RuleError (file, line and reason).
    """
    files = [(path, path.read_bytes()) for path in files_of(name)]
    digest = hashlib.sha256()
    for path, data in files:
        digest.update(f"{path}\0".encode("utf-8", "surrogateescape") + data)
    checked = cache / f"{digest.hexdigest()[:32]}-{_FORMAT}.json" if cache else None
    pack = _remembered(checked, digest.hexdigest())
    if pack is None:
        pack = _checked(name, files, digest.hexdigest())
        _remember(checked, pack)
    _LOADED.update((rule.id, rule) for rule in pack.rules)
    return pack


def _checked(name: str, files: Sequence[tuple[Path, bytes]], digest: str) -> Pack:
    head: dict[str, Any] = {}
    rules: list[Rule] = []
    for path, data in files:
        if path.suffix == ".txt":
            rules.append(_keyword_list(path, data))
            head = head or {"pack": path.stem, "version": 1, "names": dict.fromkeys(LANGUAGES, path.stem)}
            continue
        tree = _parse(path, data)
        head = head or tree
        rules.extend(_rules(path, tree))
    if not rules:
        raise UsageError(f"pack {name!r} holds no rules")
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise RuleError(rule.file, rule.line, f"{rule.id} is defined twice, first in {seen[rule.id].file}")
        seen[rule.id] = rule
    return Pack(str(head["pack"]), str(head["version"]), head["names"], tuple(rules), digest)


def _remembered(path: Path | None, digest: str) -> Pack | None:
    if path is None:
        return None
    try:
        stored = json.loads(path.read_bytes())
        rules = []
        for entry in stored["rules"]:
            for key in _TUPLES:
                entry[key] = tuple(entry[key])
            context = entry["context"]
            entry["context"] = Context(tuple(context["words"]), context["required"], context["window"])
            rules.append(Rule(**entry))
        return Pack(stored["id"], stored["version"], stored["name"], tuple(rules), digest)
    except (OSError, ValueError, KeyError, TypeError):  # not there, or written by another version
        return None


def _remember(path: Path | None, pack: Pack) -> None:
    if path is None:
        return
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(json.dumps(asdict(pack), ensure_ascii=False), "utf-8")
        draft.replace(path)
    except (OSError, TypeError, ValueError):  # a full disk, or dates in params: read again next time
        draft.unlink(missing_ok=True)


class _Lines(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader whose mappings remember the line they start at."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        mapping["__line__"] = node.start_mark.line + 1
        return mapping


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    try:
        tree = yaml.load(data, Loader=_Lines)  # noqa: S506  (derived from the safe loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "not valid YAML"
        raise RuleError(str(path), mark.line + 1 if mark else 1, str(reason)) from error
    if not isinstance(tree, dict) or not isinstance(tree.get("rules"), list):
        raise RuleError(str(path), 1, "a pack is a mapping with pack, version, names and rules")
    for key in ("pack", "version", "names"):
        if key not in tree:
            raise RuleError(str(path), 1, f"{key} is missing")
    tree["names"] = _localised(path, 1, "names", tree["names"])
    return tree


def _rules(path: Path, tree: dict[str, Any]) -> Iterator[Rule]:
    for entry in tree["rules"]:
        if not isinstance(entry, dict):
            raise RuleError(str(path), tree["__line__"], "each rule is a mapping")
        yield _rule(path, str(tree["pack"]), entry)


def _rule(path: Path, pack: str, entry: dict[str, Any]) -> Rule:
    line = entry.pop("__line__")

    def refuse(reason: str) -> RuleError:
        return RuleError(str(path), line, f"{entry.get('id', 'a rule')}: {reason}")

    if unknown := sorted(set(entry) - _FIELDS):
        raise refuse(f"unknown field {unknown[0]!r}")
    for key in _REQUIRED:
        if key not in entry:
            raise refuse(f"{key} is missing")
    if not _ID.fullmatch(str(entry["id"])):
        raise refuse("an id is lower-case words joined by . or -")
    if entry["category"] not in CATEGORIES:
        raise refuse(f"category is one of {', '.join(CATEGORIES)}")
    if entry["severity"] not in SEVERITIES:
        raise refuse(f"severity is one of {', '.join(SEVERITIES)}")
    values = dict(entry)
    for key in ("name", "means"):
        values[key] = _localised(path, line, key, entry[key])
    for key in ("anchors", "keywords", "examples", "negative_examples", "references"):
        values[key] = _texts(entry.get(key, ()), refuse, key)
    values["params"] = _plain(entry.get("params", {}))
    context = _plain(entry.get("context", {}))
    values["context"] = Context(
        _texts(context.get("words", ()), refuse, "context.words"),
        bool(context.get("required", False)),
        int(context.get("window", 60)),
    )
    values["reach"] = tuple(entry.get("reach", (256, 256)))
    rule = Rule(pack=pack, file=str(path), line=line, **values)
    if rule.pattern is not None and (why := _wrong(rule.pattern, shipped=PACKS in path.parents)):
        raise refuse(why)
    return rule


def _wrong(pattern: str, *, shipped: bool) -> str | None:
    """Return what is wrong with a pattern; whether one can run away is tested once for those that are shipped."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern is not valid: {error}"
    why = None if shipped else pattern_safety.against(pattern)
    return f"the pattern is refused: {why}" if why else None


def _texts(value: Any, refuse: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str | int | float) for text in value):
        raise refuse(f"{key} is a list of texts")
    return tuple(str(text) for text in value)


def _plain(value: Any) -> Any:
    """Drop the line numbers that the loader added."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key != "__line__"}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _localised(path: Path, line: int, key: str, value: Any) -> dict[str, str]:
    """Return a text in all three languages; a single text, in a user's own pack, serves for all."""
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if not isinstance(value, dict) or not all(isinstance(value.get(language), str) for language in LANGUAGES):
        raise RuleError(str(path), line, f"{key} is a text, or one for each of {', '.join(LANGUAGES)}")
    return {language: value[language] for language in LANGUAGES}


def _keyword_list(path: Path, data: bytes) -> Rule:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RuleError(str(path), data.count(b"\n", 0, error.start) + 1, "keyword lists are UTF-8 text") from error
    words = tuple(dict.fromkeys(word for line in lines if (word := line.strip()) and not word.startswith("#")))
    if not words:
        raise RuleError(str(path), 1, "the list holds no terms")
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "list"
    return Rule(
        id=f"keywords.{name}",
        version=1,
        pack=path.stem,
        detector="keywords",
        name=dict.fromkeys(LANGUAGES, path.stem),
        means={
            "zh-Hans": "出现了本单位词表中的词",
            "zh-Hant": "出現了本單位詞表中的詞",
            "en": "A term of your own list occurs",
        },
        category="trade-secret",
        severity="medium",
        keywords=words,
        file=str(path),
        line=1,
    )
