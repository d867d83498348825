"""Word, PowerPoint, Excel and Visio packages: every part, every hiding place, damaged and hostile files."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from tests.samples import office
from tests.samples.office import docx, paragraph, pptx, relationships, shape, slide, word, xlsx

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText, Unexamined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

SECRET = "11010119900307775X"
WHITE = '<w:color w:val="FFFFFF"/>'
RED = '<w:color w:val="FF0000"/>'
NOT_HIDDEN = '<w:vanish w:val="0"/>'
TINY = '<w:sz w:val="2"/>'


def extract(data: bytes, settings: Settings | None = None) -> list[Any]:
    settings = settings or Settings()
    blob = Blob.of_bytes(data, settings.limits)
    return list(registry.extractors()[registry.sniffer().media_type(blob)].segments(blob, settings))


def texts(parts: list[Any], *, hidden: bool | None = None) -> list[str]:
    return [part.text for part in parts if isinstance(part, Segment) and (hidden is None or part.hidden is hidden)]


def gaps(parts: list[Any]) -> list[str]:
    return [part.reason for part in parts if isinstance(part, Gap)]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_runs_join_without_spaces_paragraphs_by_lines_cells_by_tabs() -> None:
    rows = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(text)}</w:tc>' for text in row)}</w:tr>" for row in ("甲乙", "丙丁")
    )
    parts = extract(docx(f"<w:p>{run('机')}{run('密★10年')}</w:p><w:tbl>{rows}</w:tbl>{paragraph('末')}"))
    assert texts(parts) == ["机密★10年\n甲\t乙\n丙\t丁\n末"]
    assert parts[0].locator.part == "word/document.xml"


WORD_HIDDEN = {
    "deleted": f'<w:p><w:del w:author="Bob"><w:r><w:delText>{SECRET}</w:delText></w:r></w:del></w:p>',
    "moved away": f"<w:p><w:moveFrom>{run(SECRET)}</w:moveFrom></w:p>",
    "vanish": f"<w:p>{run(SECRET, '<w:vanish/>')}</w:p>",
    "white": f"<w:p>{run(SECRET, WHITE)}</w:p>",
    "tiny": f"<w:p>{run(SECRET, TINY)}</w:p>",
    "field code": f"<w:p><w:r><w:instrText>INCLUDETEXT {SECRET}</w:instrText></w:r></w:p>",
    "comment in the markup": f"<w:p>{run('a')}</w:p><!-- {SECRET} -->",
    "form default": f'<w:p><w:r><w:fldChar><w:ffData><w:textInput><w:default w:val="{SECRET}"/></w:textInput></w:ffData></w:fldChar></w:r></w:p>',
}


@pytest.mark.parametrize("place", WORD_HIDDEN)
def test_word_hiding_places_are_found_and_named_hidden(place: str) -> None:
    parts = extract(docx(paragraph("封面") + WORD_HIDDEN[place]))
    assert any(SECRET in text for text in texts(parts, hidden=True))
    assert not any(SECRET in text for text in texts(parts, hidden=False))


WORD_SHOWN = {
    "inserted": f"<w:p><w:ins>{run(SECRET)}</w:ins></w:p>",
    "vanish switched off": f"<w:p>{run(SECRET, NOT_HIDDEN)}</w:p>",
    "white on a dark cell": f'<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="1F497D"/></w:tcPr><w:p>{run(SECRET, WHITE)}</w:p></w:tc></w:tr></w:tbl>',
    "text box": f"<w:p><w:r><w:pict><v:textbox><w:txbxContent>{paragraph(SECRET)}</w:txbxContent></v:textbox></w:pict></w:r></w:p>",
    "word art": f'<w:p><w:r><w:pict><v:shape><v:textpath string="{SECRET}"/></v:shape></w:pict></w:r></w:p>',
    "content control": f"<w:sdt><w:sdtContent>{paragraph(SECRET)}</w:sdtContent></w:sdt>",
    "split runs": "<w:p>" + "".join(map(run, SECRET)) + "</w:p>",
    "link": f"<w:p><w:hyperlink>{run(SECRET)}</w:hyperlink></w:p>",
    "mathematics": f'<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>{SECRET}</m:t></m:r></m:oMath></w:p>',
}  # fmt: skip


@pytest.mark.parametrize("place", WORD_SHOWN)
def test_word_text_that_is_seen(place: str) -> None:
    assert any(SECRET in text for text in texts(extract(docx(WORD_SHOWN[place])), hidden=False))


def style(key: str, properties: str, kind: str = "paragraph", more: str = "") -> str:
    return f'<w:style w:type="{kind}" w:styleId="{key}" {more}><w:rPr>{properties}</w:rPr></w:style>'


def based(key: str, on: str, properties: str = "", kind: str = "paragraph") -> str:
    return style(key, properties, kind).replace("<w:rPr>", f'<w:basedOn w:val="{on}"/><w:rPr>', 1)


OF_P, OF_R = '<w:pPr><w:pStyle w:val="S"/></w:pPr>', '<w:rStyle w:val="S"/>'
DARK = OF_P.replace("</w:pPr>", '<w:shd w:fill="1F497D"/></w:pPr>')
STYLES = {  # styles, what the document says, whether the letters are seen
    "paragraph hidden": (style("S", "<w:vanish/>"), f"{OF_P}{run(SECRET)}", False),
    "paragraph white": (style("S", WHITE), f"{OF_P}{run(SECRET)}", False),
    "paragraph tiny": (style("S", TINY), f"{OF_P}{run(SECRET)}", False),
    "run hidden": (style("S", "<w:vanish/>", "character"), run(SECRET, OF_R), False),
    "run white": (style("S", WHITE, "character"), run(SECRET, OF_R), False),
    "based on a hidden one": (style("B", "<w:vanish/>") + based("S", "B"), f"{OF_P}{run(SECRET)}", False),
    "by default": (style("N", WHITE, more='w:default="1"'), run(SECRET), False),
    "in a circle": (based("S", "B", WHITE) + based("B", "S"), f"{OF_P}{run(SECRET)}", False),
    "based, but shown again": (style("B", "<w:vanish/>") + based("S", "B", NOT_HIDDEN), f"{OF_P}{run(SECRET)}", True),
    "the run shows again": (style("S", "<w:vanish/>"), f"{OF_P}{run(SECRET, NOT_HIDDEN)}", True),
    "the run has its colour": (style("S", WHITE), f"{OF_P}{run(SECRET, RED)}", True),
    "on a dark ground": (style("S", WHITE), f"{DARK}{run(SECRET)}", True),
    "of a table": (style("S", WHITE, "table"), f"{OF_P}{run(SECRET)}", True),
    "another's": (style("T", "<w:vanish/>"), f"{OF_P}{run(SECRET)}", True),
}  # fmt: skip


@pytest.mark.parametrize("place", STYLES)
def test_styles_hide_letters_and_show_them_again(place: str) -> None:
    styles, said, seen = STYLES[place]
    parts = extract(docx(f"<w:p>{said}</w:p>", styles_xml=word(styles, "styles")))
    assert any(SECRET in text for text in texts(parts, hidden=not seen))
    assert not any(SECRET in text for text in texts(parts, hidden=seen))


def test_a_hidden_number_keeps_the_label_before_it() -> None:
    parts = extract(docx(f"<w:p>{run('身份证号：')}{run('110101199003')}{run('07775X', '<w:vanish/>')}</w:p>"))
    assert texts(parts, hidden=True) == [f"身份证号：{SECRET}"]


def test_a_deletion_does_not_run_into_what_replaced_it() -> None:
    deleted = f"<w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>"
    parts = extract(docx(f"<w:p>{deleted}<w:ins>{run('。已删')}</w:ins></w:p>"))
    assert texts(parts, hidden=False) == ["。已删"]
    assert texts(parts, hidden=True) == [SECRET]


def test_alternate_content_is_given_once_unless_the_branches_differ() -> None:
    def box(text: str) -> str:
        return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"

    same = f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box('甲')}</mc:Choice><mc:Fallback>{box('甲')}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    other = same.replace("<mc:Fallback>" + box("甲"), "<mc:Fallback>" + box("乙"))
    assert texts(extract(docx(same)))[0].count("甲") == 1
    assert texts(extract(docx(other)))[0].split() == ["甲", "乙"]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("header1_xml", word(paragraph(SECRET), "hdr")),
        ("footer2_xml", word(paragraph(SECRET), "ftr")),
        ("footnotes_xml", word(f"<w:footnote>{paragraph(SECRET)}</w:footnote>", "footnotes")),
        ("endnotes_xml", word(f"<w:endnote>{paragraph(SECRET)}</w:endnote>", "endnotes")),
        ("comments_xml", word(f'<w:comment w:author="Bob">{paragraph(SECRET)}</w:comment>', "comments")),
        ("glossary__document_xml", word(paragraph(SECRET), "glossaryDocument")),
        ("diagrams__data1_xml", f'<d xmlns:a="{office.A}"><a:p><a:r><a:t>{SECRET}</a:t></a:r></a:p></d>'),
        ("charts__chart1_xml", f'<c:chart xmlns:c="x"><c:v>{SECRET}</c:v></c:chart>'),
        ("settings_xml", word(f'<w:docVars><w:docVar w:name="ab" w:val="{SECRET}cd"/></w:docVars>', "settings")),
        ("strange_xml", f"<any><x y='1'>{SECRET}</x></any>"),
    ],
)
def test_every_part_of_a_word_document(part: str, content: str) -> None:
    found = [entry for entry in extract(docx(**{part: content})) if isinstance(entry, Segment) and SECRET in entry.text]
    assert found
    assert found[0].locator.part.startswith("word/")


def test_comments_name_their_author() -> None:
    comment = word(f'<w:comment w:author="Bob">{paragraph("改这里")}</w:comment>', "comments")
    assert "改这里\nBob" in texts(extract(docx(comments_xml=comment)))


def test_properties_labels_and_links() -> None:
    content = zipfile.ZipFile(io.BytesIO(docx()))
    parts: dict[str, str | bytes] = {name: content.read(name) for name in content.namelist()}
    parts["docProps/core.xml"] = '<cp:c xmlns:cp="x" xmlns:dc="y"><dc:title>题目</dc:title><dc:subject/></cp:c>'
    parts["docProps/custom.xml"] = (
        '<P xmlns:vt="x"><property name="MSIP_Label_1_Name"><vt:lpwstr>机密</vt:lpwstr></property></P>'
    )
    parts["docMetadata/LabelInfo.xml"] = '<l:labelList xmlns:l="x"><l:label id="{abc}" enabled="1"/></l:labelList>'
    parts["word/_rels/document.xml.rels"] = relationships(("hyperlink", "file:///D:/%E7%A7%98/a.doc", "External"))
    found = extract(office.package(parts))
    labels = [entry for entry in found if isinstance(entry, Segment) and entry.locator.part == "docProps/custom.xml"]
    assert labels[0].text == "MSIP_Label_1_Name: 机密\nMSIP_Label_abc_Enabled: 1"
    assert "title: 题目" in texts(found)
    assert "file:///D:/秘/a.doc" in texts(found)


def test_embedded_files_are_items() -> None:
    parts = extract(
        docx(embeddings__oleObject1_bin=b"\xd0\xcf", media__image1_png=b"\x89PNG", afchunk1_htm=b"<p>x</p>")
    )
    items = {part.path: part.open().read() for part in parts if isinstance(part, Item)}
    assert items == {
        "word/embeddings/oleObject1_bin": b"\xd0\xcf",
        "word/media/image1_png": b"\x89PNG",
        "word/afchunk1_htm": b"<p>x</p>",
    }
    assert {part.kind for part in parts if isinstance(part, Item)} == {"office"}


def test_a_part_that_another_of_the_same_name_shadows_is_a_hidden_item() -> None:
    out = io.BytesIO(docx(paragraph(SECRET)))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", word(f"<w:body>{paragraph('无害')}</w:body>"))
    parts = extract(out.getvalue())
    assert "无害" in texts(parts)
    shadowed = [part for part in parts if isinstance(part, Item)]
    assert shadowed[0].hidden
    assert SECRET.encode() in shadowed[0].open().read()


def test_undeclared_prefixes_and_endless_depth_do_not_hide_text() -> None:
    undeclared = office.package(
        {"[Content_Types].xml": office.TYPES, "word/document.xml": f"<w:p><w:t>{SECRET}</w:t></w:p>"}
    )
    deep = docx("<w:x>" * 5000 + paragraph(SECRET) + "</w:x>" * 5000 + paragraph("后"))
    for data in (undeclared, deep):
        assert any(SECRET in text for text in texts(extract(data)))


def test_entities_are_never_expanded() -> None:
    entities = '<!ENTITY a "秘密的实体">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb = f'<!DOCTYPE x [{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>' + word(
        f"<w:body>{paragraph('&i;&f;后文')}</w:body>"
    )
    parts = extract(office.package({"[Content_Types].xml": office.TYPES, "word/document.xml": bomb}))
    joined = "\n".join(texts(parts))
    assert len(joined) < 100_000
    assert "root:" not in joined
    assert "秘密的实体" in joined
    assert "后文" in joined


def test_a_long_part_continues_in_blocks_that_count_on() -> None:
    body = paragraph("字" * 1000) * 2500
    parts = [part for part in extract(docx(body)) if isinstance(part, Segment)]
    assert len(parts) == 3
    assert parts[1].base == len(parts[0].text) + 1
    assert parts[1].lines == parts[0].text.count("\n") + 1
    assert sum(part.text.count("字") for part in parts) == 2_500_000


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
def test_cut_files_give_what_is_left_and_say_so(kind: str) -> None:
    words = [f"第{number}段文字编号{number * 7919}" for number in range(400)]
    whole = {
        "docx": lambda: docx("".join(map(paragraph, words))),
        "pptx": lambda: pptx(*(slide("".join(map(shape, words[at : at + 20]))) for at in range(0, 400, 20))),
        "xlsx": lambda: xlsx(("表", "", office.sheet("".join(f'<row r="{n}">{office.cell(f"A{n}", text)}</row>' for n, text in enumerate(words, 1))))),
    }[kind]()  # fmt: skip
    for part in (0.6, 0.8, 0.97):
        parts = extract(whole[: int(len(whole) * part)])
        joined = "\n".join(texts(parts))
        assert sum(text in joined for text in words) >= 0.5 * part * len(words)
        assert "corrupt" in gaps(parts)


def test_a_damaged_part_is_named() -> None:
    data = bytearray(docx("".join(paragraph(f"段{number}") for number in range(3000))))
    at = data.find(b"word/document.xml") + 8000
    data[at : at + 32] = bytes(32)
    parts = extract(bytes(data))
    assert any("段1\n" in text for text in texts(parts))
    assert any("word/document.xml" in part.detail for part in parts if isinstance(part, Gap))


def test_an_empty_document_says_so() -> None:
    with pytest.raises(NoText):
        extract(docx(""))


def test_strict_documents_are_read_alike() -> None:
    strict = word(f"<w:body>{paragraph('严')}<w:p>{run(SECRET, '<w:vanish/>')}</w:p></w:body>").replace(
        office.W, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    parts = extract(office.package({"[Content_Types].xml": office.TYPES, "word/document.xml": strict}))
    assert texts(parts, hidden=False) == ["严\n"]
    assert texts(parts, hidden=True) == [SECRET]


# Presentations


def test_slides_come_in_the_order_of_the_show_with_notes_and_hidden_ones() -> None:
    notes = slide(shape("备注"))
    parts = extract(
        pptx(
            slide(shape("一") + shape("隐形", properties='hidden="1"') + shape("画外", frame='<a:off x="99999999" y="0"/><a:ext cx="1" cy="1"/>')),
            slide(shape("二"), 'show="0"'),
            notesSlides__notesSlide1_xml=notes,
            **{"slides___rels__slide1_xml.rels": relationships(("notesSlide", "../notesSlides/notesSlide1.xml"))},
        )
    )  # fmt: skip
    found = [(part.locator.slide, part.hiding, part.text) for part in parts if isinstance(part, Segment)]
    assert found[:5] == [
        (1, "", "一\n\n"),
        (1, "hidden-shape", "隐形"),
        (1, "off-page", "画外"),
        (1, "", "备注"),
        (2, "hidden-slide", "二"),
    ]


def test_white_letters_are_hidden_only_on_a_plain_slide() -> None:
    white = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
    dark = '<p:bg><p:bgPr><a:solidFill><a:srgbClr val="000033"/></a:solidFill></p:bgPr></p:bg>'
    plain = extract(pptx(slide(shape(SECRET, run=white))))
    on_dark = extract(pptx(slide(shape(SECRET, run=white)).replace("<p:cSld>", f"<p:cSld>{dark}")))
    assert SECRET in texts(plain, hidden=True)
    assert SECRET in texts(on_dark, hidden=False)


@pytest.mark.parametrize(
    "part", ["comments__comment1_xml", "slideMasters__slideMaster1_xml", "diagrams__data1_xml", "tags__tag1_xml"]
)
def test_every_part_of_a_presentation(part: str) -> None:
    content = f'<x xmlns:a="{office.A}" xmlns:p="{office.P}"><a:p><a:r><a:t>{SECRET}</a:t></a:r></a:p></x>'
    assert any(SECRET in text for text in texts(extract(pptx(slide(shape("一")), **{part: content}))))


# Workbooks


def cells(data: bytes) -> dict[str, Segment]:
    return {part.locator.cell: part for part in extract(data) if isinstance(part, Segment) and part.locator.cell}


def test_cells_carry_place_heading_and_separator() -> None:
    rows = (
        f'<row r="1">{office.cell("A1", "人员名单")}</row><row r="2">{office.cell("A2", "姓名")}{office.cell("C2", "电话")}</row>'
        f'<row r="3">{office.cell("A3", "Alice")}<c r="C3"><v>13800138000</v></c></row>'
    )
    found = cells(xlsx(("名单", "", office.sheet(rows))))
    assert [found[place].joint for place in ("A1", "A2", "C2", "A3", "C3")] == ["\n", "\n", "\t", "\n", "\t"]
    assert (found["C3"].text, found["C3"].label, found["C3"].locator.sheet) == ("13800138000", "电话", "名单")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1.3800138E10", "13800138000"),
        ("110101199003077758", "110101199003077758"),
        ("1.1010119900307776E17", "110101199003077760"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"),
        ("-5", "-5"),
        ("6.2220212345678901E18", "6222021234567890100"),
        ("nonsense", "nonsense"),
    ],
)
def test_numbers_are_written_in_full(stored: str, shown: str) -> None:
    assert cells(xlsx(("表", "", office.sheet(f'<row r="1"><c r="A1"><v>{stored}</v></c></row>'))))["A1"].text == shown


@pytest.mark.parametrize(
    ("code", "serial", "shown"),
    [
        ('yyyy"年"m"月"d"日"', "45413", "2024年5月1日"),
        ("yyyy\\-mm\\-dd", "45413", "2024-05-01"),
        ("yyyy/m/d h:mm", "45413.5625", "2024/5/1 13:30"),
        ("[h]:mm:ss", "0.5", "12:00:00"),
        ('0.00"元"', "45413", "45413"),
        ("General", "45413", "45413"),
    ],
)
def test_dates_follow_their_format(code: str, serial: str, shown: str) -> None:
    from xml.sax.saxutils import quoteattr

    styles = f'<styleSheet xmlns="{office.S}"><numFmts><numFmt numFmtId="170" formatCode={quoteattr(code)}/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>'
    data = xlsx(("表", "", office.sheet(f'<row r="1"><c r="A1" s="0"><v>{serial}</v></c></row>')), styles_xml=styles)
    assert cells(data)["A1"].text == shown


def test_hidden_sheets_rows_columns_and_cells() -> None:
    styles = f'<styleSheet xmlns="{office.S}"><fonts><font/><font><color rgb="FFFFFFFF"/></font></fonts><fills><fill/></fills><cellXfs><xf/><xf fontId="1" fillId="0"/></cellXfs></styleSheet>'
    rows = (
        f'<row r="1">{office.cell("A1", "见")}{office.cell("B1", "列")}<c r="C1" s="1" t="str"><v>白</v></c></row>'
        f'<row r="2" hidden="1">{office.cell("A2", "行")}</row>'
    )
    shown = office.sheet(rows, '<cols><col min="2" max="2" hidden="1"/></cols>')
    secret = office.sheet(f'<row r="1">{office.cell("D9", "表")}</row>')
    found = cells(xlsx(("一", "", shown), ("二", "veryHidden", secret), styles_xml=styles))
    assert {place: part.hidden for place, part in found.items()} == {
        "A1": False,
        "B1": True,
        "C1": True,
        "A2": True,
        "D9": True,
    }


def test_shared_strings_rich_text_and_what_no_cell_uses() -> None:
    strings = f'<sst xmlns="{office.S}"><si><r><t>机</t></r><r><t>密</t></r><rPh><t>ji</t></rPh></si><si><t>{SECRET}</t></si></sst>'
    parts = extract(xlsx(("表", "", office.sheet('<row><c t="s"><v>0</v></c></row>')), sharedStrings_xml=strings))
    assert [part.text for part in parts if isinstance(part, Segment) and part.locator.cell == "A1"] == ["机密"]
    assert texts(parts, hidden=True) == [SECRET]


def test_what_stands_around_the_cells() -> None:
    after = (
        '<dataValidations><dataValidation prompt="提示"><formula1>"甲,乙"</formula1></dataValidation></dataValidations>'
        "<headerFooter><oddHeader>&amp;C&amp;\"宋体\"&amp;14页眉机密</oddHeader></headerFooter>"
    )  # fmt: skip
    rows = '<row r="1"><c r="A1" t="str"><f>"绝"&amp;"密"</f><v>x</v></c></row>'
    comments = f'<comments xmlns="{office.S}"><authors><author>Bob</author></authors><commentList><comment ref="B7"><text><t>批注</t></text></comment></commentList></comments>'
    names = '<definedNames><definedName name="底价">"8888万"</definedName></definedNames>'
    parts = extract(
        xlsx(
            ("表", "", office.sheet(rows, after=after)),
            names=names,
            comments1_xml=comments,
            pivotCache__pivotCacheRecords1_xml=f'<p xmlns="{office.S}"><s v="透视缓存"/></p>',
            **{"worksheets___rels__sheet1_xml.rels": relationships(("comments", "../comments1.xml"))},
        )
    )
    joined = "\n".join(texts(parts))
    for wanted in ('"甲,乙"', "提示", "页眉机密", '"绝"&"密"', "批注", "Bob", '底价: "8888万"', "透视缓存"):
        assert wanted in joined
    assert next(part for part in parts if isinstance(part, Segment) and part.text == "批注").locator.cell == "B7"


def test_two_cells_at_the_ends_of_a_sheet_cost_two_cells() -> None:
    rows = f'<row r="1">{office.cell("A1", "首")}</row><row r="1048576">{office.cell("XFD1048576", "尾")}</row>'
    data = xlsx(
        (
            "表",
            "",
            office.sheet(
                rows, '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="999999999" hidden="1"/></cols>'
            ),
        )
    )
    assert set(cells(data)) == {"A1", "XFD1048576"}
    binary = office.xlsb(
        b"".join(office.row(at) + office.record(6, bytes(8) + office.wide("远")) for at in (0, 1048575))
    )
    assert set(cells(binary)) == {"A1", "A1048576"}


def test_binary_workbooks_read_like_their_library() -> None:
    import python_calamine

    values = office.row(0) + b"".join(
        (
            office.record(7, bytes(8) + (1).to_bytes(4, "little")),
            office.record(5, (1).to_bytes(4, "little") + bytes(4) + struct.pack("<d", 13800138000.0)),
            office.record(2, (2).to_bytes(4, "little") + bytes(4) + ((1234 << 2) | 3).to_bytes(4, "little")),
            office.record(6, (3).to_bytes(4, "little") + bytes(4) + office.wide("直接")),
            office.record(4, (4).to_bytes(4, "little") + bytes(4) + b"\x01"),
        )
    )
    data = office.xlsb(values, strings=("无", "共享"))
    found = cells(data)
    assert [found[f"{letter}1"].text for letter in "ABCDE"] == ["共享", "13800138000", "12.34", "直接", "TRUE"]
    oracle = python_calamine.CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert oracle == [["共享", 13800138000.0, 12.34, "直接", True]]


def test_drawings_of_sheets_and_pages_of_visio() -> None:
    page = '<PageContents xmlns="http://schemas.microsoft.com/office/visio/2012/main"><Text>图上<cp/>文字</Text></PageContents>'
    parts = extract(
        office.package(
            {"[Content_Types].xml": office.TYPES, "visio/document.xml": "<x/>", "visio/pages/page1.xml": page}
        )
    )
    assert (parts[0].text, parts[0].locator.page) == ("图上文字", 1)


def test_a_part_that_blows_up_is_cut_off_and_named() -> None:
    limits = Limits(parse_bytes=100_000)
    data = docx(paragraph("始") + "<w:p/>" * 1_000_000)
    parts = extract(data, Settings(limits=limits))
    assert "始" in texts(parts)[0]
    assert any("only the first" in part.detail for part in parts if isinstance(part, Gap))


def test_an_encrypted_part_is_a_gap_not_a_crash() -> None:
    data = bytearray(docx())
    at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1) + 1)
    data[at + 8] |= 1
    try:
        assert "encrypted" in gaps(extract(bytes(data)))
    except Unexamined as error:
        pytest.fail(str(error))


def test_repetitive_text_is_not_lost_where_the_parser_stops() -> None:
    body = paragraph("同一段话") * 1000 + "<w:x>" * 300 + "</w:x>" * 300 + paragraph("同一段话") * 1000
    assert sum(text.count("同一段话") for text in texts(extract(docx(body)))) >= 2000
