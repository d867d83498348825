"""What all OOXML documents share: relationships, properties, labels, links, and the parts that no format claims.

Source: ECMA-376 part 1 (15.2 shared parts) and part 2 (relationships, core properties); sensitivity labels as
[MS-OFFCRYPTO] 2.6.3 LabelInfo and the ``MSIP_Label_*`` custom properties describe them.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from shoumi.engine.extractors._crops import crops
from shoumi.engine.extractors._flow import Flow
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, strip, tree
from shoumi.engine.sniff import Sample
from shoumi.engine.types import Gap, Item, Locator, Segment

KIND: Final = "office"
CUSTOM: Final = "docProps/custom.xml"
_LABELS: Final = "docMetadata/LabelInfo.xml"
_CONTENT_TYPES: Final = "[content_types].xml"

# Parts that describe looks and machinery: they hold names of styles and fonts, no text of the author.
_MACHINERY: Final = re.compile(
    r"(?:.*/)?(?:theme/.*|styles\w*\.xml|fonttable\.xml|websettings\.xml|calcchain\.(?:xml|bin)|presprops\.xml|viewprops\.xml"
    r"|tablestyles\.xml|printersettings/.*|stylesWithEffects\.xml|itemprops\d*\.xml|numbering\.xml|settings\.xml"
    r"|(?:colors|quickStyle|layout|style)\d+\.xml|windows\.xml|webextensions/.*|changesinfos/.*|revisioninfo\.xml)"
    r"|.*\.(?:rels|odttf|fntdata|ttf|otf)|\[content_types\]\.xml|docProps/.*\.xml",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(
    r"_rels/|theme/theme|worksheets/(?:_rels/)?sheet|slides/(?:_rels/)?slide|slideLayouts/|slideMasters/|pages/page"
    r"|sharedStrings\.xml|styles\.xml|(?:header|footer)[0-9]+\.xml|media/image",
    re.IGNORECASE,
)
_UNSEEN: Final = re.compile(r"pivotCache|externalLinks|customXml|connections", re.IGNORECASE)
_VML_TEXTS: Final = re.compile(r'\s(?:string|alt|title|o:title|href)="([^"]*)"')
_CLIENT_DATA: Final = re.compile(r"<(?:\w+:)?ClientData\b.*?</(?:\w+:)?ClientData>", re.DOTALL)
_XML: Final = re.compile(r".*\.(?:xml|vml|xsl|xsd)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship: its type's last word, and the part or external address that it leads to."""

    kind: str
    target: str
    external: bool


def recognised(sample: Sample, folder: str, main: str) -> bool:
    """Whether a ZIP is an OOXML document whose parts stand in ``folder``, also when its directory is lost."""
    names = {name.lower().replace("\\", "/").lstrip("/") for name in sample.zip_names}
    if main in names:
        return True
    return _CONTENT_TYPES in names and any(
        name.startswith(folder) and name.endswith((".xml", ".bin")) for name in names
    )


def relations(package: Package, part: str) -> dict[str, Relation]:
    """Return the relationships of a part (empty name: of the package) by their id."""
    known = package.cache.get(part)
    if known is None:
        known = package.cache[part] = _relations(package, part)
    return known


def _relations(package: Package, part: str) -> dict[str, Relation]:
    folder, _, name = part.rpartition("/")
    source = f"{folder}/_rels/{name}.rels".lstrip("/")
    if source not in package:
        return {}
    root, _ = tree(package.chunks(source))
    found: dict[str, Relation] = {}
    for element in _elements(root):
        target = attribute(element, "Target")
        external = attribute(element, "TargetMode").lower() == "external"
        if not external:
            target = unquote(target.partition("#")[0])
            target = posixpath.normpath(
                target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            )
        found[attribute(element, "Id")] = Relation(attribute(element, "Type").rpartition("/")[2], target, external)
    return found


def main_part(package: Package, usual: str) -> str | None:
    """Return the document's main part: what the package's relationships say, else the usual place."""
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument" and relation.target in package:
            return package.find(relation.target)
    return package.find(usual)


def related(package: Package, part: str, *kinds: str) -> list[str]:
    """Return the parts that a part leads to by relationships of some kinds, in their order of name."""
    found = {
        stored
        for relation in relations(package, part).values()
        if relation.kind in kinds and not relation.external and (stored := package.find(relation.target))
    }
    return sorted(found, key=natural)


def natural(name: str) -> tuple[object, ...]:
    """Return a key that sorts ``slide10`` after ``slide9``."""
    return tuple(int(piece) if piece.isdecimal() else piece for piece in re.split(r"([0-9]+)", name))


def properties(package: Package) -> Iterator[Segment]:
    """Yield the document's properties and sensitivity labels as lines ``name: value``."""
    for part in sorted(name for name in package if re.fullmatch(r"docProps/\w+\.xml", name, re.IGNORECASE)):
        if part.lower() != CUSTOM.lower():
            root, _ = tree(package.chunks(part))
            lines = [
                _line(local(element.tag), element) for element in _elements(root) if "".join(element.itertext()).strip()
            ]
            text = "\n".join(lines)
            if text:
                yield Segment(text, Locator(part=part))
    custom = [*_custom(package), *_labels(package)]
    if custom:
        yield Segment("\n".join(custom), Locator(part=CUSTOM))


def links(package: Package) -> Iterator[Segment]:
    """Yield the addresses outside the document that its parts lead to."""
    for name in package:
        if name.lower().endswith(".rels"):
            data = package.read(name)
            if b"xternal" not in data and b"&#" not in data:  # none leads out: most need no parsing
                continue
            part = name.replace("_rels/", "", 1)[: -len(".rels")]
            targets = [unquote(relation.target) for relation in relations(package, part).values() if relation.external]
            if targets:
                yield Segment("\n".join(dict.fromkeys(targets)), Locator(part=name))


def leftovers(package: Package, seen: Iterable[str]) -> Iterator[Segment | Item]:
    """Yield the text of parts that no format claimed, then everything else as items."""
    done = set(seen)
    embedded = []
    for name in package:
        if name in done or _MACHINERY.fullmatch(name) or name.lower() == _LABELS.lower():
            continue
        if _XML.fullmatch(name) and "afchunk" not in name.lower():
            yield from loose(package, name)
        else:
            embedded.append(name)
    frames = crops(package, {part: _pictures(package, part) for part in package.cropping}) if embedded else {}
    for name in sorted(embedded, key=natural):
        yield package.item(package.entries[name], KIND, frame=frames.get(name))
    for entry in package.shadowed:
        yield package.item(entry, KIND, hiding="shadowed")


def _pictures(package: Package, part: str) -> dict[str, str]:
    """Return relationship id → stored name of what a part leads to inside the package."""
    found = {}
    for relation, target in relations(package, part).items():
        stored = None if target.external else package.find(target.target)
        if stored:
            found[relation] = stored
    return found


def loose(package: Package, part: str) -> Iterator[Segment]:
    """Yield the text and the attributes of a part whose format nobody knows, a line each."""
    flow = Flow(Locator(part=part), hiding="machinery" if _UNSEEN.search(part) else "")
    for text in _vml(package, part) if part.lower().endswith(".vml") else strip(package.chunks(part), values=True):
        for line in text.splitlines():
            if line.strip():
                flow.add(line.strip())
        yield from flow.ready()
    yield from flow.end()


def _vml(package: Package, part: str) -> Iterator[str]:
    """Yield the texts of old vector drawings: boxes, word art, descriptions; not their coordinates."""
    text = package.read(part).decode("utf-8", "replace")
    for value in _VML_TEXTS.findall(text):
        yield html.unescape(value) + "\n"
    yield from strip([_CLIENT_DATA.sub("", text).encode()], lines=True)


def ending(package: Package, seen: Iterable[str]) -> Iterator[Segment | Item | Gap]:
    """Yield what comes after a document's own text: properties, links, other parts, embedded files, gaps."""
    yield from properties(package)
    yield from links(package)
    yield from leftovers(package, seen)
    yield from package.gaps()


def _elements(root: Element) -> list[Element]:
    return [] if root is None else [element for element in root if isinstance(element.tag, str)]


def _line(name: str, element: Element) -> str:
    texts = [text.strip() for text in element.itertext() if text.strip()]
    return f"{name}: " + "\n".join(texts)


def _custom(package: Package) -> Iterator[str]:
    if CUSTOM in package:
        root, _ = tree(package.chunks(CUSTOM))
        for element in _elements(root):
            yield _line(attribute(element, "name"), element)


def _labels(package: Package) -> Iterator[str]:
    if _LABELS in package:
        root, _ = tree(package.chunks(_LABELS))
        for element in _elements(root):
            label = attribute(element, "id").strip("{}")
            for key, value in element.attrib.items():
                if local(key) != "id":
                    yield f"MSIP_Label_{label}_{local(key)[:1].upper()}{local(key)[1:]}: {value}"
