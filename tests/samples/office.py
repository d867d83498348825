"""Small office documents made by hand, so that every hiding place can be planted where a test wants it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f'<Types xmlns="{PACKAGE}/content-types"/>'
ODF = "urn:oasis:names:tc:opendocument:xmlns"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VSDX = "application/vnd.ms-visio.drawing"
OPENDOCUMENT = "application/vnd.oasis.opendocument"
MARK = "机密★10年"


def package(parts: dict[str, str | bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, archive.compression)
    return out.getvalue()


def relationships(*targets: tuple[str, str] | tuple[str, str, str]) -> str:
    """Each target: kind, place, and ``External`` for one outside."""
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{R}/{target[0]}" Target="{target[1]}"'
        + (f' TargetMode="{target[2]}"' if len(target) > 2 else "")
        + "/>"
        for number, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def word(body: str, root: str = "document") -> str:
    return f'<w:{root} xmlns:w="{W}" xmlns:mc="{MC}" xmlns:r="{R}" xmlns:v="urn:schemas-microsoft-com:vml">{body}</w:{root}>'


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str = paragraph(MARK), **parts: str | bytes) -> bytes:
    """``parts``: further parts, ``__`` for ``/`` and ``_xml`` for ``.xml``, below ``word/``."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships(("officeDocument", "word/document.xml")),
        "word/document.xml": word(f"<w:body>{body}</w:body>"),
    }
    return package(
        content | {f"word/{name.replace('__', '/').replace('_xml', '.xml')}": part for name, part in parts.items()}
    )


def shape(text: str, *, properties: str = "", run: str = "", frame: str = "") -> str:
    place = f"<a:xfrm>{frame}</a:xfrm>" if frame else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="x" {properties}/></p:nvSpPr><p:spPr>{place}</p:spPr><p:txBody><a:p><a:r>'
        f"<a:rPr>{run}</a:rPr><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(shapes: str, attributes: str = "") -> str:
    return f'<p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:mc="{MC}" {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'


def pptx(*slides: str, **parts: str | bytes) -> bytes:
    ids = "".join(f'<p:sldId id="{256 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{ids}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relationships(
            *(("slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1))
        ),
    }
    content |= {f"ppt/slides/slide{number}.xml": part for number, part in enumerate(slides, 1)}
    return package(
        content | {f"ppt/{name.replace('__', '/').replace('_xml', '.xml')}": part for name, part in parts.items()}
    )


def sheet(rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{S}" xmlns:r="{R}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx(*sheets: tuple[str, str, str], names: str = "", **parts: str | bytes) -> bytes:
    """Each sheet: name, state, XML. ``parts`` as for ``docx``, below ``xl/``."""
    entries = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}" {f"state={state!r}" if state else ""}/>'
        for number, (name, state, _) in enumerate(sheets, 1)
    )
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{entries}</sheets>{names}</workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            *(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1))
        ),
    }
    content |= {f"xl/worksheets/sheet{number}.xml": part for number, (_, _, part) in enumerate(sheets, 1)}
    return package(
        content | {f"xl/{name.replace('__', '/').replace('_xml', '.xml')}": part for name, part in parts.items()}
    )


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of a binary workbook ([MS-XLSB] 2.1.4)."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    length = b""
    while size > 127:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + length + bytes([size]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(cells: bytes, *, strings: tuple[str, ...] = (), state: int = 0) -> bytes:
    return package({
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": record(131) + record(153, bytes(12)) + record(143) + record(156, struct.pack("<II", state, 1) + wide("rId1") + wide("名单")) + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": relationships(("worksheet", "worksheets/sheet1.bin"), ("sharedStrings", "sharedStrings.bin")),
        "xl/worksheets/sheet1.bin": record(129) + record(148, struct.pack("<4I", 0, 9, 0, 9)) + record(145) + cells + record(146) + record(130),
        "xl/sharedStrings.bin": record(159, struct.pack("<II", len(strings), len(strings))) + b"".join(record(19, b"\0" + wide(text)) for text in strings) + record(160),
    })  # fmt: skip


def row(number: int, *, hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIHBB", number, 0, 0, 0, 0x10 if hidden else 0) + b"\0\0\0\0\0")


def odf(body: str, *, styles: str = "", kind: str = "text", **parts: str | bytes) -> bytes:
    content: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0"/>',
        "content.xml": odf_xml(
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>"
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in (
            content | {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()}
        ).items():
            archive.writestr(
                zipfile.ZipInfo(name), part, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def odf_xml(body: str, root: str = "document-content") -> str:
    spaces = "".join(
        f' xmlns:{name}="{ODF}:{long}:1.0"'
        for name, long in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("meta", "meta"),
            ("presentation", "presentation"), ("fo", "xsl-fo-compatible"),
        )
    )  # fmt: skip
    return f'<office:{root}{spaces} xmlns:dc="http://purl.org/dc/elements/1.1/">{body}</office:{root}>'


def show(text: str, x: int = 50, y: int = 700, before: str = "") -> str:
    codes = text.encode("utf-16-be").hex()
    return f"BT {before} /F 20 Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET\n"


_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfrange <0000> <7FFF> <0000> <8000> <FFFF> <8000> endbfrange
endcmap end end"""


def pdf(content: str, *, page: str = "", objects: tuple[bytes, ...] = (), catalog: str = "", info: str = "") -> bytes:
    """One page. Further ``objects`` have the numbers from 10 on; ``page``, ``catalog``, ``info`` add entries."""
    parts: dict[int, bytes] = {
        1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        3: b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        4: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000>>",
        5: b"<</Length %d>>\nstream\n%s\nendstream" % (len(_UNICODE), _UNICODE),
        6: f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents 7 0 R{page}>>".encode(),
        7: b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content.encode()),
        8: f"<<{info}>>".encode(),
    }
    parts |= dict(enumerate(objects, 10))
    return assemble(b"%PDF-1.7\n", parts, 0)


def assemble(before: bytes, parts: dict[int, bytes], previous: int) -> bytes:
    """Append objects, their cross-reference table and a trailer to what stands before."""
    out = bytearray(before)
    table = b"xref\n0 1\n0000000000 65535 f \n"
    for number, body in sorted(parts.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    trailer = b"trailer\n<</Size 100/Root 1 0 R/Info 8 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + table + trailer % (b"/Prev %d" % previous if previous else b"", start)


def samples() -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and content of one document of each format."""
    yield "docx", DOCX, docx(paragraph(MARK) + paragraph("Alice 13800138000"))
    yield "pptx", PPTX, pptx(slide(shape(MARK)), slide(shape("第二页")))
    yield "xlsx", XLSX, xlsx(("名单", "", sheet(f'<row r="1">{cell("A1", MARK)}</row>')))
    yield "xlsb", XLSX, xlsb(row(0) + record(7, struct.pack("<III", 0, 0, 0)), strings=(MARK,))
    page = '<PageContents xmlns="http://schemas.microsoft.com/office/visio/2012/main"><Shapes><Shape><Text>机密<cp IX="0"/>★10年</Text></Shape></Shapes></PageContents>'
    yield (
        "vsdx",
        VSDX,
        package({"[Content_Types].xml": TYPES, "visio/document.xml": "<x/>", "visio/pages/page1.xml": page}),
    )
    text = f"<office:text><text:p>{MARK}</text:p></office:text>"
    yield "odt", OPENDOCUMENT, odf(text)
    yield (
        "fodt",
        "application/vnd.oasis.opendocument-flat",
        odf_xml(f"<office:body>{text}</office:body>", "document").encode(),
    )
    xml = f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData>{word(f"<w:body>{paragraph(MARK)}</w:body>")}</pkg:xmlData></pkg:part></pkg:package>'
    yield "flat-opc", "application/vnd.ms-word-xml", xml.encode()
    opf = f'<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{MARK}</dc:title></metadata><manifest><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
    book = {
        "META-INF/container.xml": "<container/>",
        "OEBPS/book.opf": opf,
        "OEBPS/a.xhtml": "<html><p>第一章</p></html>",
    }
    yield "epub", "application/epub+zip", package(book)
    yield "pdf", "application/pdf", pdf(show(MARK))
