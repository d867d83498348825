"""Books, and office documents under a password."""

from __future__ import annotations

import io
import random
from typing import Any

import msoffcrypto.format.ooxml
import pytest
from tests.samples import office

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Item, Segment


def extract(data: bytes, *passwords: str) -> list[Any]:
    blob = Blob.of_bytes(data, Limits())
    media_type = registry.sniffer().media_type(blob)
    return list(registry.extractors()[media_type].segments(blob, Settings(passwords=passwords)))


def locked(password: str) -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(
        io.BytesIO(office.docx(media__noise=random.Random(1).randbytes(10_000)))
    ).encrypt(password, out)
    return out.getvalue()


@pytest.mark.parametrize(("password", "known"), [("VelvetSweatshop", ()), ("s3cret", ("wrong", "s3cret"))])
def test_a_known_password_opens_the_document_inside(password: str, known: tuple[str, ...]) -> None:
    (item,) = extract(locked(password), *known)
    assert isinstance(item, Item)
    with item.open() as stream:
        assert any(office.MARK in part.text for part in extract(stream.read()) if isinstance(part, Segment))


def test_an_unknown_password_is_said() -> None:
    with pytest.raises(Encrypted):
        extract(locked("s3cret"), "guess")


def test_chapters_come_in_reading_order() -> None:
    opf = (
        '<package><metadata><title>书名</title></metadata><manifest><item id="a" href="z.xhtml"/><item id="b" href="a%20b.xhtml"/>'
        '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    book = {
        "META-INF/container.xml": "<c/>",
        "x/a b.xhtml": "2",
        "x/book.opf": opf,
        "x/p.png": "3",
        "x/s.css": "",
        "x/z.xhtml": "1",
    }
    parts = extract(office.package(book))
    assert parts[0].text == "title: 书名"
    assert [part.path for part in parts[1:]] == ["x/z.xhtml", "x/a b.xhtml", "x/p.png"]
