"""A result as a certificate: JSON for the ledger, and one page to print, with a picture of the whole medium.

The fields are those of NIST SP 800-88 for a record of verification: what it was, how it was read, with what, when,
what was found, and what nobody can know. The page is one file without scripts or network.
"""

from __future__ import annotations

import datetime
import hashlib
import html
import json
import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from shoumi.engine import messages
from shoumi.engine.types import Json
from shoumi.engine.wipe.verify import Result
from shoumi.version import VERSION

_STYLE: Final = Path(__file__).with_name("certificate.css")
_PER_ROW: Final = 64
_SHOWN: Final = 50  # places on the page; the JSON has all


def certificate(result: Result) -> Json:
    """Return the result with when and with what it was made, and a digest over all of it."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    body = {**result.as_json(), "type": "wipe-certificate", "form": 1, "taken": now, "version": VERSION}
    return {**body, "digest": digest(body)}


def digest(body: Json) -> str:
    """Return SHA-256 over a certificate without its digest: whoever changes it by accident is noticed."""
    plain = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def page(body: Json, language: str) -> str:
    """Return the page of a certificate."""
    return "".join(_page(body, language))


def _page(body: Json, language: str) -> Iterator[str]:
    def word(code: str, **values: Any) -> str:
        return html.escape(messages.text(f"wipe.{code}", language, **values))

    verdict = body["verdict"].replace(" ", "-")
    why = body["why"] or verdict
    yield f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{word('title')}</title><style>{_STYLE.read_text('utf-8')}</style><main><h1>{word('title')}</h1>"
    yield f"<p class='verdict {verdict}'>{word(verdict)}</p><p>{word(f'why.{why}')}</p>"
    yield "<table>"
    for name, value in _facts(body, word):
        yield f"<tr><th scope=row>{name}</th><td>{value}</td></tr>"
    yield f"</table><h2>{word('map')}</h2>{_picture(body['map'], word('map'))}<p class=legend>"
    for letter in ("0", "4", "8", ".", "x"):
        yield f"<span><i class=c{_class(letter)}></i>{word(f'map.{_class(letter)}')}</span>"
    yield f"</p><h2>{word('places')}</h2>"
    yield f"<p>{word('remnants', count=body['remnants'])}</p>" if body["remnants"] else f"<p>{word('no-remnants')}</p>"
    if body["places"] or body["unread"]:
        yield f"<table><tr><th>{word('offset')}</th><th>{word('bytes')}</th><th>{word('what')}</th></tr>"
        rows = [(*place, word("remnant")) for place in body["places"][:_SHOWN]]
        rows += [(*place, word("unreadable")) for place in body["unread"][:_SHOWN]]
        yield "".join(f"<tr><td>{at:,}</td><td>{size:,}</td><td>{what}</td></tr>" for at, size, what in rows)
        yield "</table>"
    for one in body["found"][:_SHOWN]:
        yield f"<p class=found>{one['offset']:,} · {html.escape(one['rule'])} · {html.escape(one['snippet'])}</p>"
    yield f"<p class=note>{word('hidden')}</p><p class=sign>{word('sign')}</p>"
    yield f"<p class=digest>SHA-256 {body['digest']}</p></main></html>"


def _facts(body: Json, word: Any) -> Iterator[tuple[str, str]]:
    device = body["device"]
    yield word("medium"), html.escape(body["path"])
    for name in ("model", "serial", "bus"):
        if device.get(name):
            yield word(name), html.escape(str(device[name]))
    yield word("size"), f"{body['size']:,} B"
    share = f"{100 * body['read'] / body['size']:.2f}" if body["size"] else "0"
    yield word("read"), word("read.of", read=f"{body['read']:,}", size=f"{body['size']:,}", share=share)
    yield word("mode"), word(f"mode.{body['mode']}")
    yield word("pattern"), word(f"kind.{body['pattern']}") if body["pattern"] else word("pattern.any")
    seen = [f"{word(f'kind.{kind}')} {count:,}" for kind, count in body["pages"].items() if count]
    yield word("pages"), " · ".join(seen)
    yield word("file-system"), word("yes" if body["file_system"] else "no")
    yield word("files"), f"{body['files']:,}"
    yield word("text"), f"{body['text']:,}"
    yield word("taken"), html.escape(body["taken"])
    yield word("tool"), f"Shoumi {html.escape(body['version'])}"


def _class(letter: str) -> str:
    """Return the name of a cell's colour: uniform, something, random, not read, unreadable."""
    return {".": "none", "x": "bad", "0": "flat"}.get(letter, "full" if letter in "78" else "some")


def _picture(cells: str, title: str) -> str:
    """Return the map as SVG: a small square a cell, rows of 64 from the first byte to the last."""
    rows = math.ceil(len(cells) / _PER_ROW) or 1
    parts = [f'<svg role=img aria-label="{title}" viewBox="0 0 {_PER_ROW} {rows}" class=map>']
    for row in range(rows):
        at = 0
        for letter, run in groupby(cells[row * _PER_ROW : (row + 1) * _PER_ROW]):
            width = len(list(run))
            depth = "" if letter in ".x" else f' fill-opacity="{0.15 + 0.85 * int(letter) / 8:.2f}"'
            parts.append(f'<rect x="{at}" y="{row}" width="{width}" height="1" class="c{_class(letter)}"{depth}/>')
            at += width
    return "".join([*parts, "</svg>"])
