"""PDF: text as printed, hiding places, attachments, earlier revisions, passwords and damage."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from tests.samples.office import assemble, pdf, show

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted
from shoumi.engine.extractors import _pdfpage, _pdfraw
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

SECRET = "11010119900307775X"
BLACK = "0 g 40 690 500 40 re f\n"


def extract(data: bytes, *passwords: str) -> list[Any]:
    blob = Blob.of_bytes(data, Limits())
    media_type = registry.sniffer().media_type(blob)
    return list(registry.extractors()[media_type].segments(blob, Settings(passwords=passwords, ocr="off")))


def texts(parts: list[Any], *, hidden: bool | None = None) -> list[str]:
    return [part.text for part in parts if isinstance(part, Segment) and (hidden is None or part.hidden is hidden)]


def test_text_has_its_page() -> None:
    parts = extract(pdf(show("机密★10年") + show("第二行", y=600)))
    assert (parts[0].text, parts[0].locator.page) == ("机密★10年\n第二行", 1)


def test_spaces_that_were_invented_inside_words_are_taken_out() -> None:
    """Glyphs a third of a letter apart are one word, two letters apart they are not."""
    near = pdf(show("机密★10", x=50) + show("年整", x=152))
    far = pdf(show("张三", x=50) + show("李四", x=200))
    assert texts(extract(near)) == ["机密★10年整"]
    assert texts(extract(far)) == ["张三 李四"]


def test_broken_identity_numbers_are_joined_other_numbers_are_not() -> None:
    assert _pdfpage._tidy("编号 11010119900307\r\n775X\r\n丙") == f"编号 {SECRET}\n丙"
    assert _pdfpage._tidy("13800138000\r\n13900139000") == "13800138000\n13900139000"
    assert _pdfpage._tidy("ISO\ufffe27001 confi\x02dential") == "ISO-27001 confidential"


HIDDEN = {
    "white": pdf("1 g\n" + show(SECRET) + "0 g\n" + show("可见", y=100)),
    "invisible": pdf(show(SECRET, before="3 Tr") + show("可见", y=100, before="0 Tr")),
    "under a black box": pdf(show(SECRET) + BLACK + show("可见", y=100)),
    "beside the page": pdf(show(SECRET, x=5000) + show("可见", y=100)),
    "under a redaction": pdf(
        show(SECRET) + show("可见", y=100),
        page="/Annots[10 0 R]",
        objects=(b"<</Type/Annot/Subtype/Square/Rect[0 690 600 740]/IC[0 0 0]>>",),
    ),
    "hidden annotation": pdf(
        show("可见"), page="/Annots[10 0 R]", objects=(b"<</Type/Annot/Subtype/Text/F 2/Rect[0 0 9 9]/Contents(%s)>>" % SECRET.encode(),)
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", HIDDEN)
def test_hiding_places_are_found_and_named_hidden(place: str) -> None:
    parts = extract(HIDDEN[place])
    assert any(SECRET in text for text in texts(parts, hidden=True))
    assert not any(SECRET in text for text in texts(parts, hidden=False))
    assert any("可见" in text for text in texts(parts, hidden=False))


def test_white_letters_on_a_dark_bar_are_seen() -> None:
    assert texts(extract(pdf(BLACK + "1 g\n" + show(SECRET))), hidden=False) == [SECRET]


def test_a_scanners_invisible_text_over_its_picture_is_not_hidden() -> None:
    image = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>\nstream\nA\nendstream"
    page = "/Resources<</Font<</F 3 0 R>>/XObject<</I 10 0 R>>>>"
    data = pdf("q 600 0 0 800 0 0 cm /I Do Q\n" + show(SECRET, before="3 Tr"), page=page, objects=(image,))
    assert texts(extract(data), hidden=False) == [SECRET]
    bare = pdf("q 600 0 0 800 0 0 cm /I Do Q\n", page=page, objects=(image,))
    assert [part.reason for part in extract(bare)] == ["no-text"]


def test_annotations_links_and_form_fields() -> None:
    annotations = (
        b"<</Type/Annot/Subtype/FreeText/Rect[0 0 9 9]/Contents(free)/T(Bob)>>",
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.org/a)>>>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/Rect[0 0 9 9]/T(name)/V(value of a field)>>",
    )
    data = pdf(show("a"), page="/Annots[10 0 R 11 0 R 12 0 R]", objects=annotations)
    assert texts(extract(data))[1].split("\n") == ["free", "Bob", "https://example.org/a", "name", "value of a field"]


def test_attached_files_are_items() -> None:
    objects = (
        b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 11 0 R>>>>",
        b"<</Type/EmbeddedFile/Length 5>>\nstream\nhello\nendstream",
        b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 10 0 R>>",
    )
    data = pdf(
        show("a"), catalog="/Names<</EmbeddedFiles<</Names[(a.txt)10 0 R]>>>>", page="/Annots[12 0 R]", objects=objects
    )
    items = [part for part in extract(data) if isinstance(part, Item)]
    assert [(item.path, item.kind, item.open().read()) for item in items] == [("a.txt", "pdf", b"hello")] * 2


def test_information_labels_bookmarks_and_xmp() -> None:
    objects = (
        b"<</Type/Outlines/First 11 0 R/Last 11 0 R/Count 1>>",
        b"<</Title(chapter)/Parent 10 0 R>>",
        b"<</Type/Metadata/Length 90>>\nstream\n<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>metadata text</a></x:xmpmeta>\nendstream",
    )
    data = pdf(
        show("a"), info="/Title(title)/MSIP_Label_1_Name(Secret)", catalog="/Outlines 10 0 R/Metadata 12 0 R", objects=objects
    )  # fmt: skip
    found = {part.locator.part: part.text for part in extract(data) if isinstance(part, Segment)}
    assert found["bookmarks"] == "chapter"
    assert found["information"] == "Title: title\nMSIP_Label_1_Name: Secret"
    assert "metadata text" in found["metadata"]


def test_an_earlier_revision_tells_what_was_taken_out() -> None:
    first = pdf(show("封面") + show(SECRET, y=500))
    content = show("封面").encode()
    changed = {7: b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)}
    previous = int(first.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    parts = extract(assemble(first, changed, previous))
    assert texts(parts, hidden=False) == ["封面"]
    older = [part for part in parts if isinstance(part, Segment) and part.hidden]
    assert [(part.text, part.locator.page, part.locator.part) for part in older] == [(SECRET, 1, "revision 1")]
    assert texts(extract(first), hidden=True) == []


def test_a_lost_catalogue_is_rebuilt_and_reported() -> None:
    data = pdf(show("机密"))
    body = data[data.find(b"2 0 obj") :]
    parts = extract(b"%PDF-1.7\n" + body[: body.find(b"xref")])
    assert texts(parts, hidden=False) == ["机密"]
    assert "corrupt" in [part.reason for part in parts if isinstance(part, Gap)]


def test_strings_of_a_wreck_are_read() -> None:
    stream = zlib.compress(b"BT (plain words in a stream) Tj ET")
    wreck = b"%PDF-1.4\n1 0 obj\n<</Filter/FlateDecode/Length 99>>\nstream\n" + stream + b"\nendstream\n"
    found: list[Any] = []
    with pytest.raises(Corrupt, match="some of its text was recovered"):
        found.extend(registry.extractors()["application/pdf"].segments(Blob.of_bytes(wreck, Limits()), Settings()))
    blob = Blob.of_bytes(wreck, Limits())
    parts = registry.extractors()["application/pdf"].segments(blob, Settings())
    assert next(parts).text == "plain words in a stream"


def test_damaged_streams_are_counted() -> None:
    good = zlib.compress(b"x" * 500)
    objects = b"1 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\n"
    assert _pdfraw.damaged(objects % (len(good), good)) == 0
    assert _pdfraw.damaged(objects % (len(good), good[:4] + b"\0\0" + good[6:])) == 1


def test_a_header_behind_other_bytes() -> None:
    parts = extract(b"\0\0mail gateway\n" + pdf(show("机密")))
    assert "机密" in texts(parts)


def test_plain_text_about_pdf_stays_text() -> None:
    assert (
        registry.sniffer().media_type(Blob.of_bytes(b"A file starts with %PDF-1.7 and has 1 0 obj in it.\n", Limits()))
        == "text/plain"
    )


def test_letters_of_a_font_that_nobody_has_are_reported() -> None:
    """PDFium drops single letters without an outline: here the font is not embedded, as with many Chinese papers."""
    parts = extract(pdf(show("可见") + show("密", y=100)))
    if texts(parts) != ["可见\n密"]:  # a machine with Chinese fonts reads them
        assert [part.reason for part in parts if isinstance(part, Gap)] == ["no-text"]


def test_passwords() -> None:
    entry = b"/Filter/Standard/V 2/R 3/Length 128/P -4/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">"
    locked = pdf(show("a"), info=entry.decode()).replace(b"/Info 8 0 R", b"/Encrypt 8 0 R/ID[<00><00>]")
    with pytest.raises(Encrypted):
        extract(locked, "wrong", "guess")
