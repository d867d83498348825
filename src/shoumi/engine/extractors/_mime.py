"""The grammar of mail: a span of bytes in, headers, parameters and bounds of parts out, content decoded on demand."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote_to_bytes

from shoumi.engine import encoding

MOST_PARTS: Final = 20_000
HEADER_BYTES: Final = 1024 * 1024  # of one part
_BLANK: Final = re.compile(rb"\r?\n(?=\r?\n)|\A(?=\r?\n)")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_HEADER: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)")
_WORD: Final = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER: Final = re.compile(r";\s*([!#-'*+.0-9A-Z^-~-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*+)\"?|([^;\s]*))", re.DOTALL)
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/]++=*+")
_NOT_BASE64: Final = bytes(code for code in range(256) if not ((chr(code).isalnum() and code < 128) or code in b"+/="))
_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)


@dataclass
class Part:
    """A mail, or a part of one: ``data[body:end]`` is its content as it was sent.

    ``outside``: it stands before or after the parts of a multipart. ``cut``: it holds parts that are too many to read.
    """

    data: bytes
    headers: list[tuple[str, bytes]]
    body: int
    end: int
    outside: bool = False
    cut: bool = False
    _parameters: dict[str, dict[str, str]] = field(default_factory=dict)

    def header(self, name: str) -> bytes:
        """Return the first header of that name, unfolded, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def header_text(self) -> str:
        """Return all headers as lines, decoded."""
        return "\n".join(f"{name}: {words(value)}" if name else words(value) for name, value in self.headers)

    @cached_property
    def media_type(self) -> str:
        """The declared type in lower case, ``text/plain`` when there is none."""
        value = self.header("content-type").split(b";")[0].strip().lower().decode("ascii", "replace")
        return value if re.fullmatch(r"[\w.+-]+/[\w.+-]+", value) else "text/plain"

    @property
    def boundary(self) -> bytes | None:
        """What separates the parts of a multipart, else None."""
        if not self.media_type.startswith("multipart/"):
            return None
        value = self.parameter("boundary")
        return value.encode("utf-8", "surrogateescape") if value else None

    @property
    def charset(self) -> str:
        """The declared character set, or nothing."""
        return self.parameter("charset") or ""

    @property
    def filename(self) -> str:
        """The file name, decoded, or nothing."""
        return self.parameter("filename", "content-disposition") or self.parameter("name") or ""

    @property
    def attached(self) -> bool:
        """Whether the part is a file rather than text to read."""
        return bool(self.filename) or self.header("content-disposition").strip().lower().startswith(b"attachment")

    def parameter(self, name: str, header: str = "content-type") -> str | None:
        """Return a header's parameter, decoded by whatever rule it was written."""
        if header not in self._parameters:
            self._parameters[header] = parameters(self.header(header))
        return self._parameters[header].get(name)

    def split(self, boundary: bytes) -> list[Part]:
        """Return the parts between boundary lines, and as plain text what stands outside of them."""
        line = re.compile(rb"(?:\A|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
        parts: list[Part] = []
        at, outside = self.body, True
        for found in line.finditer(self.data, self.body, self.end):
            parts.append(self._between(at, found.start(), outside=outside))
            at, outside = found.end(), found.group(1) is not None
            if len(parts) >= MOST_PARTS:
                return [*parts, Part(self.data, [], at, self.end, outside=True, cut=True)]
        parts.append(self._between(at, self.end, outside=outside))
        return [part for part in parts if not part.outside or part.content().strip()]

    def _between(self, start: int, end: int, *, outside: bool) -> Part:
        if outside:
            return Part(self.data, [], start, end, outside=True)
        return part_of(self.data, start, end)

    def content(self) -> bytes:
        """Return the content with its transfer encoding undone, as far as it goes."""
        raw = self.data[self.body : self.end]
        how = self.header("content-transfer-encoding").strip().lower()
        if how.startswith(b"base64"):
            return base64(raw)
        if how.startswith(b"quoted-printable"):
            return quopri.decodestring(raw)
        if how in (b"x-uuencode", b"uuencode", b"x-uue"):
            return b"".join(content for _, content in uuencoded(raw)) or raw
        return raw


def part_of(data: bytes, start: int, end: int) -> Part:
    """Read the headers that stand at ``start``; without any, everything is content."""
    limit = min(end, start + HEADER_BYTES)
    block = data[start:limit]
    blank = _BLANK.search(block)
    raw = block[: blank.start()] if blank else block
    headers = []
    for raw_line in _FOLD.sub(b" ", raw).split(b"\n"):
        line = raw_line.rstrip(b"\r")
        if found := _HEADER.match(line):
            headers.append((found.group(1).decode("ascii"), found.group(2)))
        elif line:  # no header, but somebody may read it
            headers.append(("", line))
    if not any(name for name, _ in headers):
        headers = []
    if blank is None:
        return Part(data, headers, end if headers and limit == end else start, end)
    if not headers and blank.start() > 0:  # a part that begins with its text
        return Part(data, [], start, end)
    body = start + blank.end()
    body += 2 if data[body : body + 2] == b"\r\n" else 1
    return Part(data, headers, min(body, end), end)


def words(value: bytes) -> str:
    """Return a header's value with encoded words (RFC 2047) decoded, also those that split a character."""
    text = raw_text(value)
    pieces: list[str] = []
    pending: tuple[str, bytes] | None = None
    at = 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        charset, content = found.group(1).split("*")[0].lower(), _word_bytes(found.group(2), found.group(3))
        if pending and not between.strip() and pending[0] == charset:
            pending = (charset, pending[1] + content)
        else:
            pieces.append(_decoded(pending))
            pieces.append("" if pending and not between.strip() else between)
            pending = (charset, content)
        at = found.end()
    pieces += (_decoded(pending), text[at:])
    return "".join(pieces)


def raw_text(value: bytes) -> str:
    """Decode bytes that should have been ASCII."""
    if value.isascii():
        return value.decode("ascii")
    return encoding.decode(value, encoding.detect(value).name)


def _word_bytes(how: str, content: str) -> bytes:
    raw = content.encode("utf-8", "surrogateescape")
    return base64(raw) if how in "bB" else quopri.decodestring(raw.replace(b"_", b" "))


def _decoded(pending: tuple[str, bytes] | None) -> str:
    if pending is None:
        return ""
    charset, content = pending
    return encoding.decode(content, encoding.confirmed(content, charset).name)


def parameters(value: bytes) -> dict[str, str]:
    """Return a header's parameters by lower-case name: plain, encoded words, RFC 2231 with continuations."""
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, quoted, bare in _PARAMETER.findall(value.decode("utf-8", "surrogateescape") + " "):
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        base, _, rest = name.lower().partition("*")
        if not rest and not name.endswith("*"):
            found.setdefault(base, words(text.encode("utf-8", "surrogateescape")))
        else:
            number = rest.rstrip("*")
            order = int(number) if number.isdigit() and len(number) < 6 else 0
            pieces.setdefault(base, {})[order] = (name.endswith("*"), text)
    for base, parts in pieces.items():
        found[base] = _joined([parts[order] for order in sorted(parts)])
    return found


def _joined(parts: list[tuple[bool, str]]) -> str:
    """Join the pieces of an RFC 2231 value; the first one names the character set."""
    charset, raw = "", b""
    if parts[0][0] and parts[0][1].count("'") >= 2:
        charset, _, first = parts[0][1].split("'", 2)
        parts[0] = (True, first)
    for extended, text in parts:
        data = text.encode("utf-8", "surrogateescape")
        raw += unquote_to_bytes(data) if extended else data
    guess = encoding.confirmed(raw, charset) if charset else encoding.detect(raw)
    return encoding.decode(raw, guess.name)


def base64(raw: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign characters, missing padding, several pieces in a row."""
    decoded = []
    for run in _BASE64_RUN.findall(raw.translate(None, _NOT_BASE64)):
        digits = run.rstrip(b"=")
        digits = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
        decoded.append(binascii.a2b_base64(digits + b"=" * (-len(digits) % 4)))
    return b"".join(decoded)


def uuencoded(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of uuencoded files in a text."""
    at = 0
    while found := _BEGIN.search(raw, at):
        at = found.end()
        lines = []
        while at < len(raw):
            end = raw.find(b"\n", at) + 1 or len(raw)
            line = raw[at:end].rstrip(b"\r\n")
            at = end
            if line in (b"end", b"`", b""):
                break
            try:
                lines.append(binascii.a2b_uu(line))
            except binascii.Error:
                at -= end - at
                break
        if content := b"".join(lines):
            yield raw_text(found.group(1)), content
