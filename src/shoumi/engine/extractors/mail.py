"""A mail (RFC 5322, MIME RFC 2045–2047, 2231) or web archive: headers, text bodies, then attachments as items.

Cut by boundaries without copying, so that memory stays at the size of the file; a part is decoded when it is opened.
What does not keep to the rules is read all the same: raw bytes in headers, wrong character sets, broken base64, a
multipart that never ends.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.extractors import _mime
from shoumi.engine.extractors._reader import whole
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

MAIL: Final = "message/rfc822"
DEPTH: Final = 40  # levels of multiparts; deeper ones are read as text
_KNOWN: Final = frozenset(
    """from to cc bcc subject date received mime-version message-id content-type return-path delivered-to reply-to
    sender x-mailer in-reply-to references dkim-signature x-originating-ip content-transfer-encoding""".split()  # noqa: SIM905
)
_LINE: Final = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[^\n]*\n?|[ \t]+[^\n]*\n?")
_MULTIPART: Final = re.compile(rb"content-type:\s*multipart/[a-z-]+\s*;\s*boundary=", re.IGNORECASE)
_LINES: Final = 400  # lines of headers that are looked at
_PGP: Final = b"-----BEGIN PGP MESSAGE-----"
_PLAIN: Final = frozenset(
    {"text/plain", "message/delivery-status", "text/rfc822-headers", "message/disposition-notification"}
)
_EXTENSIONS: Final = {"text/html": "html", MAIL: "eml", "text/calendar": "ics", "text/rtf": "rtf"}


class Mail:
    """Reads single mails, also saved web pages (``.mht``)."""

    name = "mail"
    version = 2
    media_types = frozenset({MAIL})
    method = "text"
    signatures: tuple[sniff.Signature, ...] = ()
    refines = frozenset({sniff.TEXT})

    def refine(self, sample: sniff.Sample) -> str | None:
        """Recognise a text that opens with header lines, two known ones at least."""
        if sample.blob.size > sample.blob.limits.parse_bytes:
            return None
        return MAIL if looks_like_mail(sample.head[:16384]) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield headers and bodies, then attachments. What is encrypted leaves a Gap."""
        data = blob.read()
        found: list[Item | Gap] = []
        top = _mime.part_of(data, 0 if not data.startswith(b"\xef\xbb\xbf") else 3, len(data))
        yield Segment(top.header_text(), Locator(part="headers"))
        for number, part in enumerate(_parts(top)):
            if part is not top and any(not name.lower().startswith("content-") for name, _ in part.headers):
                yield Segment(
                    part.header_text(), Locator(part=f"headers-{number + 1}"), hidden=True, hiding="machinery"
                )
            yield from _read(part, number, found)
        yield from found


def looks_like_mail(head: bytes) -> bool:
    """Whether bytes open with mail headers: nothing but header lines, with two well-known names among them.

    Gateways put dozens of lines of their own above the first that everybody knows.
    """
    if head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    if _MULTIPART.match(head):
        return True
    known: set[bytes] = set()
    at = 0
    for _ in range(_LINES):
        line = _LINE.match(head, at)
        if line is None or (at == 0 and line.group(1) is None):
            break
        if line.group(1) and line.group(1).lower().decode("ascii") in _KNOWN:
            known.add(line.group(1).lower())
            if len(known) == 2:
                return True
        at = line.end()
    return False


def _parts(top: _mime.Part) -> Iterator[_mime.Part]:
    """Yield leaves, and what stands around the parts of a multipart, in the order of the file."""
    waiting = [(top, 0)]
    while waiting:
        part, depth = waiting.pop()
        boundary = part.boundary
        if boundary and depth < DEPTH:
            waiting.extend((inner, depth + 1) for inner in reversed(part.split(boundary)))
        else:
            yield part


def _read(part: _mime.Part, number: int, found: list[Item | Gap]) -> Iterator[Segment]:
    media_type = part.media_type
    if part.cut:
        found.append(Gap("limit", f"more than {_mime.MOST_PARTS} parts: the rest was read as text"))
    if why := _encrypted(part, media_type):
        found.append(Gap("encrypted", why))
    elif media_type in _PLAIN and not part.attached:
        yield from _body(part, number, found)
    elif part.end > part.body:
        label = part.filename or f"part-{number + 1}.{_EXTENSIONS.get(media_type, media_type.rpartition('/')[2])}"
        found.append(Item("mail", label, None, None, partial(_opened, part), "mail"))


def _opened(part: _mime.Part) -> io.BytesIO:
    return io.BytesIO(part.content())


def _body(part: _mime.Part, number: int, found: list[Item | Gap]) -> Iterator[Segment]:
    data = part.content()
    if not data.strip():
        return
    head = data[: 64 * 1024]
    guess = encoding.confirmed(head, part.charset) if part.charset else encoding.detect(head)
    text = whole(data[guess.skip :], guess.name)
    hidden, how = part.outside, "outside-parts" if part.outside else ""
    yield Segment(text, Locator(part=f"body-{number + 1}" if number else "body"), hidden=hidden, hiding=how)
    if guess.second:
        yield Segment(encoding.decode(data, guess.second), Locator(part=guess.second), hidden=hidden, hiding=how)
    if _PGP in data:
        found.append(Gap("encrypted", "an OpenPGP message in the text"))
    if b"begin " in data:
        for name, content in _mime.uuencoded(data):
            found.append(Item("mail", name, len(content), None, partial(io.BytesIO, content), "mail"))


def _encrypted(part: _mime.Part, media_type: str) -> str | None:
    if media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        kind = part.parameter("smime-type") or "enveloped-data"
        return "S/MIME encrypted" if "envelop" in kind.lower() else None
    if media_type == "application/pgp-encrypted":
        return "OpenPGP encrypted"
    return None


PLUGIN = Mail()
