"""OpenDocument texts, sheets and slides, packaged and flat, with what they hide."""

from __future__ import annotations

from typing import Any

import pytest
from tests.samples.office import odf, odf_xml

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

SECRET = "11010119900307775X"


def extract(data: bytes) -> list[Any]:
    blob = Blob.of_bytes(data, Limits())
    return list(registry.extractors()[registry.sniffer().media_type(blob)].segments(blob, Settings()))


def texts(parts: list[Any], *, hidden: bool | None = None) -> list[str]:
    return [part.text for part in parts if isinstance(part, Segment) and (hidden is None or part.hidden is hidden)]


def text(body: str, **more: Any) -> bytes:
    return odf(f"<office:text>{body}</office:text>", **more)


def sheet(rows: str, attributes: str = "", **more: Any) -> bytes:
    return odf(
        f'<office:spreadsheet><table:table table:name="名单" {attributes}>{rows}</table:table></office:spreadsheet>',
        kind="spreadsheet",
        **more,
    )


def cell(content: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{content}</text:p></table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def test_spans_join_and_white_space_is_kept_as_written() -> None:
    body = '<text:p>机<text:span>密</text:span>★10年<text:s text:c="2"/>甲<text:tab/>乙<text:line-break/>丙</text:p><text:h>标题</text:h>'
    assert texts(extract(text(body))) == ["机密★10年  甲\t乙\n丙\n标题"]


def test_cells_of_text_tables_are_parted_by_tabs() -> None:
    table = f"<table:table>{row(cell('甲'), cell('乙'))}{row(cell('丙'), cell('丁'))}</table:table>"
    assert texts(extract(text(table))) == ["甲\t乙\n丙\t丁"]


def test_notes_comments_and_frames_follow_their_paragraph() -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p></text:note-body></text:note>"
    comment = "<office:annotation><dc:creator>Bob</dc:creator><text:p>批注</text:p></office:annotation>"
    frame = "<draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame>"
    assert texts(extract(text(f"<text:p>正{note}{comment}{frame}文</text:p>"))) == ["正文\n脚注\nBob\n批注\n框"]


HIDDEN = {
    "tracked deletion": f"<text:tracked-changes><text:changed-region><text:deletion><text:p>{SECRET}</text:p></text:deletion></text:changed-region></text:tracked-changes>",
    "hidden section": f'<text:section text:display="none"><text:p>{SECRET}</text:p></text:section>',
    "hidden letters": f'<text:p><text:span text:style-name="T1">{SECRET}</text:span></text:p>',
    "white letters": f'<text:p><text:span text:style-name="T2">{SECRET}</text:span></text:p>',
    "hidden field": f'<text:p><text:hidden-text text:string-value="{SECRET}"/></text:p>',
    "variable": f'<text:user-field-decls><text:user-field-decl text:name="a" office:string-value="{SECRET}"/></text:user-field-decls>',
    "comment in the markup": f"<text:p>a</text:p><!--{SECRET}-->",
}
STYLES = (
    '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="T2" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="S1" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


@pytest.mark.parametrize("place", HIDDEN)
def test_hiding_places_are_found_and_named_hidden(place: str) -> None:
    parts = extract(text(f"<text:p>封面</text:p>{HIDDEN[place]}", styles=STYLES))
    assert any(SECRET in found for found in texts(parts, hidden=True))
    assert not any(SECRET in found for found in texts(parts, hidden=False))


def test_cells_with_place_heading_and_repeats() -> None:
    rows = (
        row(cell("姓名"), cell("电话"))
        + row(
            '<table:table-cell table:number-columns-repeated="2"/>',
            cell("丙"),
            attributes='table:number-rows-repeated="3"',
        )
        + row(cell("Alice"), cell("1.38E+10", 'office:value-type="float" office:value="13800138000"'))
    )
    found = {
        part.locator.cell: part for part in extract(sheet(rows)) if isinstance(part, Segment) and part.locator.cell
    }
    assert list(found) == ["A1", "B1", "C2", "C3", "C4", "A5", "B5"]
    assert found["B5"].label == "电话"
    assert found["B5"].text == "1.38E+10\n13800138000"


def test_hidden_sheets_rows_columns_and_comments() -> None:
    gone = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    note = "<office:annotation><text:p>批注</text:p></office:annotation>"
    rows = (
        gone
        + row(f"<table:table-cell>{note}<text:p>见</text:p></table:table-cell>", cell("列"))
        + row(cell("行"), attributes='table:visibility="filter"')
    )
    shown = {part.text: part.hidden for part in extract(sheet(rows)) if isinstance(part, Segment)}
    assert shown == {"名单": False, "见": False, "列": True, "行": True, "批注": False}
    assert all(part.hidden for part in extract(sheet(rows, 'table:style-name="ta1"', styles=STYLES)))


def test_repeated_rows_without_end_cost_nothing() -> None:
    rows = (
        row(cell("甲", 'table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048576"') * 50
    )
    parts = extract(sheet(rows))
    assert 50 <= len(parts) < 20_000


def test_slides_with_notes_hidden_ones_and_masters() -> None:
    box = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    pages = f"<draw:page>{box.format('一')}<presentation:notes>{box.format('备注')}</presentation:notes></draw:page>"
    pages += f'<draw:page draw:style-name="S1">{box.format("二")}</draw:page>'
    parts = extract(odf(f"<office:presentation>{pages}</office:presentation>", styles=STYLES, kind="presentation"))
    assert [(part.locator.slide, part.hidden, part.text) for part in parts] == [
        (1, False, "一"),
        (1, False, "备注"),
        (2, True, "二"),
    ]


def test_headers_metadata_and_embedded_objects() -> None:
    header = odf_xml(
        f"<office:master-styles><style:header><text:p>{SECRET}</text:p></style:header></office:master-styles>",
        "document-styles",
    )
    meta = odf_xml(
        '<office:meta><dc:title>题目</dc:title><meta:user-defined meta:name="密级">机密</meta:user-defined></office:meta>',
        "document-meta",
    )
    inner = odf_xml("<office:body><office:text><text:p>内嵌</text:p></office:text></office:body>")
    parts = extract(
        text("<text:p>a</text:p>", styles_xml=header, meta_xml=meta, Object1__content_xml=inner, Pictures__a_png=b"png")
    )
    assert {(part.locator.part, part.text) for part in parts if isinstance(part, Segment)} >= {
        ("styles.xml", SECRET),
        ("meta.xml", "title: 题目\n密级: 机密"),
        ("Object1/content.xml", "内嵌"),
    }
    assert [part.path for part in parts if isinstance(part, Item)] == ["Pictures/a_png"]


def test_flat_files_and_old_openoffice() -> None:
    flat = odf_xml(
        "<office:meta><dc:title>题</dc:title></office:meta><office:body><office:text><text:p>机<text:span>密</text:span></text:p></office:text></office:body>",
        "document",
    )
    assert texts(extract(b'<?xml version="1.0"?>' + flat.encode())) == ["机密", "title: 题"]
    old = text("<text:p>旧</text:p>", mimetype="application/vnd.sun.xml.writer")
    assert texts(
        extract(old.replace(b"urn:oasis:names:tc:opendocument:xmlns:text:1.0", b"http://openoffice.org/2000/text"))
    ) == ["旧"]


def test_encrypted_documents_raise() -> None:
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    with pytest.raises(Encrypted):
        extract(text("", **{"META-INF__manifest_xml": manifest, "content_xml": bytes(range(128, 160))}))


def test_cut_files_give_what_is_left_and_say_so() -> None:
    words = [f"第{number}段{number * 7919}" for number in range(500)]
    whole = text("".join(f"<text:p>{word}</text:p>" for word in words))
    parts = extract(whole[: len(whole) * 7 // 10])
    assert sum(word in texts(parts)[0] for word in words) > 250
    assert [part.reason for part in parts if isinstance(part, Gap)] == ["corrupt", "corrupt"]
