"""Documents with a secret in each place where one can be hidden: format, place, content, and how it must be named.

Word, PowerPoint and Excel files are written by the usual libraries, so that a place is where real programs put it.
The name is a hiding (``messages/hidden.yaml``), or a part of the trail or of the locator's part.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from pptx.dml.color import RGBColor as SlideColour
from pptx.util import Emu
from tests.samples import office
from tests.samples.office import A, R, W, assemble, pdf, show

SECRET = "11010519491231002X"
PICTURE = Path(__file__).parents[1] / "data" / "pictures" / "page.png"  # the secret stands in its third line of four
PACKED = office.docx(office.paragraph(SECRET))
_W, _A = f'xmlns:w="{W}"', f'xmlns:a="{A}"'


def planted() -> Iterator[tuple[str, str, bytes, str]]:
    """Yield format, place, content and name of each."""
    for form, places in (("docx", _DOCX), ("xlsx", _XLSX), ("pptx", _PPTX), ("pdf", _PDF)):
        for place, (make, name) in places.items():
            yield form, place, make(), name


def _with(data: bytes, **parts: str | bytes) -> bytes:
    """Add or replace parts of a package; ``{old: new}`` pairs come as functions of the old content elsewhere."""
    content = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content[name] = archive.read(name)
    return office.package({**content, **{name.replace("__", "/"): part for name, part in parts.items()}})


def _part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def _related(data: bytes, part: str, kind: str, target: str, content: str | bytes) -> bytes:
    """Add a part and a relationship to it."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    try:
        text = _part(data, rels)
    except KeyError:
        text = office.relationships()
    entry = f'<Relationship Id="rIdHidden" Type="{R}/{kind}" Target="{target}"/></Relationships>'
    text = text.replace("</Relationships>", entry) if "</Relationships>" in text else text.replace("/>", ">" + entry, 1)
    path = str(Path("/" + folder, target).resolve())[1:]
    return _with(data, **{rels: text, path: content})


# Word


def _word(change: Callable[[Any], None] | None = None, xml: str = "") -> bytes:
    document = docx.Document()
    document.add_paragraph("关于工作安排的通知")
    if xml:
        document.element.body.insert(1, parse_xml(xml))
    if change is not None:
        change(document)
    document.add_paragraph("以上请知悉。")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _run(run: Callable[[Any], None]) -> Callable[[], bytes]:
    def change(document: Any) -> None:
        run(document.add_paragraph("证件号").add_run(SECRET))

    return lambda: _word(change)


def _xml(body: str) -> Callable[[], bytes]:
    return lambda: _word(xml=f'<w:p {_W} {_A} xmlns:r="{R}" xmlns:v="urn:schemas-microsoft-com:vml">{body}</w:p>')


def _blackened(run: Any) -> None:
    run.font.color.rgb = RGBColor(0, 0, 0)
    run._r.get_or_add_rPr().append(parse_xml(f'<w:shd {_W} w:val="clear" w:fill="000000"/>'))


def _cropped_word() -> bytes:
    def change(document: Any) -> None:
        document.add_picture(str(PICTURE))
        for blip in document.element.body.iter(f"{{{A}}}blip"):
            blip.addnext(parse_xml(f'<a:srcRect {_A} b="60000"/>'))

    return _word(change)


def _settings_variable() -> bytes:
    data = _word()
    settings = _part(data, "word/settings.xml")
    variable = f'<w:docVars><w:docVar w:name="memo" w:val="{SECRET}"/></w:docVars></w:settings>'
    return _with(data, **{"word/settings.xml": settings.replace("</w:settings>", variable)})


def _custom(data: bytes) -> bytes:
    props = f'<P xmlns:vt="x"><property name="memo"><vt:lpwstr>{SECRET}</vt:lpwstr></property></P>'
    return _with(data, **{"docProps/custom.xml": props})


def _core(document: Any) -> None:
    document.core_properties.comments = SECRET


def _off_page() -> str:
    wp = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    wps = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        f'<w:r><w:drawing><wp:anchor xmlns:wp="{wp}"><wp:positionH relativeFrom="page"><wp:posOffset>40000000</wp:posOffset>'
        f'</wp:positionH><wp:extent cx="900000" cy="900000"/><a:graphic><a:graphicData><wps:wsp xmlns:wps="{wps}"><wps:txbx>'
        f"<w:txbxContent><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></a:graphicData>"
        "</a:graphic></wp:anchor></w:drawing></w:r>"
    )


def _word_comment(document: Any) -> None:
    document.add_comment(document.paragraphs[0].runs, text=SECRET, author="Bob")


_DOCX: dict[str, tuple[Callable[[], bytes], str]] = {
    "tracked deletion": (_xml(f"<w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>"), "deleted"),
    "moved away": (_xml(f"<w:moveFrom><w:r><w:t>{SECRET}</w:t></w:r></w:moveFrom>"), "deleted"),
    "white text": (_run(lambda run: setattr(run.font.color, "rgb", RGBColor(255, 255, 255))), "ground-colour"),
    "black box over text": (_run(_blackened), "ground-colour"),
    "hidden text": (_run(lambda run: setattr(run.font, "hidden", True)), "hidden-text"),
    "tiny text": (_run(lambda run: setattr(run.font, "size", Pt(1))), "tiny"),
    "text box beside the page": (_xml(_off_page()), "off-page"),
    "field code": (_xml(f'<w:r><w:instrText>ADDIN "{SECRET}"</w:instrText></w:r>'), "field-code"),
    "comment": (lambda: _word(_word_comment), "word/comments.xml"),
    "footnote": (lambda: _related(_word(), "word/document.xml", "footnotes", "footnotes.xml", office.word(
        f"<w:footnote>{office.paragraph(SECRET)}</w:footnote>", "footnotes")), "word/footnotes.xml"),
    "picture's description": (lambda: _word(lambda d: d.add_picture(str(PICTURE.with_name("codes.png")))._inline.docPr.set("descr", SECRET)), "word/document.xml"),
    "cropped picture": (_cropped_word, "cropped"),
    "custom property": (lambda: _custom(_word()), "docProps/custom.xml"),
    "metadata": (lambda: _word(_core), "docProps/core.xml"),
    "document variable": (_settings_variable, "word/settings.xml"),
    "embedded object": (lambda: _related(_word(), "word/document.xml", "package", "embeddings/a.docx", PACKED), "word/embeddings/a.docx"),
    "alternative chunk": (lambda: _related(_word(), "word/document.xml", "aFChunk", "chunk.html", f"<p>{SECRET}</p>"), "word/chunk.html"),
    "custom XML part": (lambda: _related(_word(), "word/document.xml", "customXml", "../customXml/item1.xml", f"<a>{SECRET}</a>"), "customXml/item1.xml"),
    "comment in the markup": (lambda: _with(_word(), **{"word/document.xml": _part(_word(), "word/document.xml").replace("</w:body>", f"<!-- {SECRET} --></w:body>")}), "markup-comment"),
}  # fmt: skip


# Excel


def _book(change: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A2"] = "编号", "ZT-1"
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(change: Callable[[Any], None]) -> Callable[[], bytes]:
    def plant(sheet: Any) -> None:
        sheet["B3"] = SECRET
        change(sheet)

    return lambda: _book(plant)


def _sheet(state: str) -> Callable[[], bytes]:
    def plant(sheet: Any) -> None:
        other = sheet.parent.create_sheet("二")
        other["A1"], other.sheet_state = SECRET, state

    return lambda: _book(plant)


def _black(sheet: Any) -> None:
    sheet["B3"].font, sheet["B3"].fill = Font(color="FF000000"), PatternFill("solid", fgColor="FF000000")


def _picture_over(sheet: Any, *, crop: bool = False) -> bytes:
    from openpyxl.drawing.image import Image

    picture = Image(str(PICTURE if crop else PICTURE.with_name("codes.png")))
    sheet.add_image(picture, "D9")
    return b""


def _cropped_sheet() -> bytes:
    data = _book(lambda sheet: _picture_over(sheet, crop=True))
    drawing = _part(data, "xl/drawings/drawing1.xml")
    drawing = re.sub(r"(<a:blip [^>]*/>)", rf'\1<a:srcRect {_A} b="60000"/>', drawing)
    return _with(data, **{"xl/drawings/drawing1.xml": drawing})


def _covered_cell() -> bytes:
    xdr = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"

    def corner(name: str, column: int, row: int) -> str:
        return f"<xdr:{name}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{name}>"

    drawing = (
        f'<xdr:wsDr xmlns:xdr="{xdr}" {_A}><xdr:twoCellAnchor>{corner("from", 1, 1)}{corner("to", 4, 6)}<xdr:sp><xdr:spPr>'
        '<a:solidFill><a:srgbClr val="000000"/></a:solidFill></xdr:spPr></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>'
    )
    data = _cell(lambda _: None)()
    return _related(data, "xl/worksheets/sheet1.xml", "drawing", "../drawings/drawing9.xml", drawing)


def _name(sheet: Any) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    sheet.parent.defined_names["memo"] = DefinedName("memo", attr_text=f'"{SECRET}"', hidden=True)


def _leftover() -> bytes:
    """A string that a deleted cell left in the table of shared strings."""
    strings = f'<sst xmlns="{office.S}"><si><t>编号</t></si><si><t>{SECRET}</t></si></sst>'
    rows = office.sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    return office.xlsx(("一", "", rows), sharedStrings_xml=strings)


_XLSX: dict[str, tuple[Callable[[], bytes], str]] = {
    "hidden sheet": (_sheet("hidden"), "hidden-sheet"),
    "very hidden sheet": (_sheet("veryHidden"), "hidden-sheet"),
    "hidden row": (_cell(lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True)), "hidden-row"),
    "hidden column": (_cell(lambda sheet: setattr(sheet.column_dimensions["B"], "hidden", True)), "hidden-column"),
    "white text": (_cell(lambda sheet: setattr(sheet["B3"], "font", Font(color="FFFFFFFF"))), "ground-colour"),
    "black on black": (_cell(_black), "ground-colour"),
    "tiny text": (_cell(lambda sheet: setattr(sheet["B3"], "font", Font(size=1))), "tiny"),
    "number format": (_cell(lambda sheet: setattr(sheet["B3"], "number_format", ";;;")), "number-format"),
    "black box over a cell": (_covered_cell, "covered"),
    "formula": (lambda: _book(lambda sheet: sheet.__setitem__("B3", f'=IF(1=2,"{SECRET}","-")')), "formula"),
    "comment": (lambda: _book(lambda sheet: setattr(sheet["B3"], "comment", Comment(SECRET, "Bob"))), "xl/comments"),
    "hidden name": (lambda: _book(_name), "defined-name"),
    "deleted cell's string": (_leftover, "leftover"),
    "header": (lambda: _book(lambda sheet: setattr(sheet.oddHeader.center, "text", SECRET)), "Sheet"),
    "cropped picture": (_cropped_sheet, "cropped"),
    "custom property": (lambda: _custom(_book(lambda _: None)), "docProps/custom.xml"),
    "metadata": (lambda: _book(lambda sheet: setattr(sheet.parent.properties, "description", SECRET)), "docProps/core.xml"),
    "embedded object": (lambda: _related(_book(lambda _: None), "xl/worksheets/sheet1.xml", "package", "../embeddings/a.docx", PACKED), "xl/embeddings/a.docx"),
    "link": (lambda: _book(lambda sheet: setattr(sheet["B3"], "hyperlink", f"file:///D:/{SECRET}.doc")), "sheet1.xml.rels"),
    "query's cache": (lambda: _related(_book(lambda _: None), "xl/workbook.xml", "connections", "connections.xml", f"<connections><c command='{SECRET}'/></connections>"), "xl/connections.xml"),
}  # fmt: skip


# PowerPoint


def _show(change: Callable[[Any, Any], None]) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "工作汇报"
    change(deck, slide)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _box(change: Callable[[Any, Any], None], *, left: int = 3_000_000) -> Callable[[], bytes]:
    def plant(_: Any, slide: Any) -> None:
        box = slide.shapes.add_textbox(Emu(left), Emu(3_000_000), Emu(2_000_000), Emu(400_000))
        run = box.text_frame.paragraphs[0].add_run()
        run.text = SECRET
        change(slide, (box, run))

    return lambda: _show(plant)


def _cover(slide: Any, place: tuple[int, int, int, int]) -> None:
    black = slide.shapes.add_shape(1, *map(Emu, place))
    black.fill.solid()
    black.fill.fore_color.rgb = SlideColour(0, 0, 0)


def _covered_title(_: Any, slide: Any) -> None:
    slide.shapes.title.text = SECRET
    title = slide.shapes.title
    _cover(slide, (title.left - 10, title.top - 10, title.width + 20, title.height + 20))


def _cropped_slide(_: Any, slide: Any) -> None:
    slide.shapes.add_picture(str(PICTURE), 0, 0).crop_bottom = 0.6


def _hide_slide(deck: Any, _: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = SECRET
    slide._element.set("show", "0")


def _notes(_: Any, slide: Any) -> None:
    slide.notes_slide.notes_text_frame.text = SECRET


def _description(_: Any, slide: Any) -> None:
    slide.shapes.add_picture(str(PICTURE.with_name("codes.png")), 0, 0)._element.nvPicPr.cNvPr.set("descr", SECRET)


def _master(deck: Any, _: Any) -> None:
    deck.slide_layouts[0].placeholders[0].text_frame.text = SECRET


_COMMENTS = f'<p:cmLst xmlns:p="{office.P}"><p:cm authorId="0"><p:text>{SECRET}</p:text></p:cm></p:cmLst>'
_PPTX: dict[str, tuple[Callable[[], bytes], str]] = {
    "hidden slide": (lambda: _show(_hide_slide), "hidden-slide"),
    "white text": (_box(lambda _, it: setattr(it[1].font.color, "rgb", SlideColour(255, 255, 255))), "ground-colour"),
    "tiny text": (_box(lambda _, it: setattr(it[1].font, "size", pptx.util.Pt(1))), "tiny"),
    "beside the slide": (_box(lambda *_: None, left=-9_000_000), "off-page"),
    "shape switched off": (_box(lambda _, it: it[0]._element.nvSpPr.cNvPr.set("hidden", "1")), "hidden-shape"),
    "black box over text": (_box(lambda slide, _: _cover(slide, (2_900_000, 2_900_000, 2_200_000, 600_000))), "covered"),
    "black box over a placeholder": (lambda: _show(_covered_title), "covered"),
    "cropped picture": (lambda: _show(_cropped_slide), "cropped"),
    "notes": (lambda: _show(_notes), "ppt/notesSlides/notesSlide1.xml"),
    "comment": (lambda: _related(_show(lambda *_: None), "ppt/slides/slide1.xml", "comments", "../comments/comment1.xml", _COMMENTS), "ppt/comments/comment1.xml"),
    "picture's description": (lambda: _show(_description), "slide 1"),
    "layout": (lambda: _show(_master), "ppt/slideLayouts/"),
    "custom property": (lambda: _custom(_show(lambda *_: None)), "docProps/custom.xml"),
    "metadata": (lambda: _show(lambda deck, _: setattr(deck.core_properties, "comments", SECRET)), "docProps/core.xml"),
    "embedded object": (lambda: _related(_show(lambda *_: None), "ppt/slides/slide1.xml", "package", "../embeddings/a.docx", PACKED), "ppt/embeddings/a.docx"),
    "tag": (lambda: _related(_show(lambda *_: None), "ppt/slides/slide1.xml", "tags", "../tags/tag1.xml", f'<p:tagLst xmlns:p="{office.P}"><p:tag name="A" val="{SECRET}"/></p:tagLst>'), "ppt/tags/tag1.xml"),
}  # fmt: skip


# PDF

_VISIBLE = show("可见", y=100)
_FILE = (
    b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 11 0 R>>>>",
    b"<</Type/EmbeddedFile/Length 18>>\nstream\n%s\nendstream" % SECRET.encode(),
)


def _annotated(annotation: str) -> Callable[[], bytes]:
    return lambda: pdf(_VISIBLE, page="/Annots[10 0 R]", objects=(annotation.encode(),))


def _older() -> bytes:
    first = pdf(_VISIBLE + show(SECRET, y=500))
    content = _VISIBLE.encode()
    changed = {7: b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)}
    return assemble(first, changed, int(first.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]))


def _layer() -> bytes:
    content = "/OC /L BDC\n" + show(SECRET) + "EMC\n" + _VISIBLE
    return pdf(
        content,
        page="/Resources<</Font<</F 3 0 R>>/Properties<</L 10 0 R>>>>",
        objects=(b"<</Type/OCG/Name(draft)>>",),
        catalog="/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>",
    )


def _picture(matrix: str, before: str = "", page: str = "") -> bytes:
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(PICTURE).convert("L")
    picture.save(out, "JPEG", quality=90)
    jpeg = out.getvalue()
    head = f"<</Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length {len(jpeg)}>>"
    stream = head.encode() + b"\nstream\n" + jpeg + b"\nendstream"
    content = f"q {before} {matrix} cm /I Do Q\n" + _VISIBLE
    return pdf(content, page=f"/Resources<</Font<</F 3 0 R>>/XObject<</I 10 0 R>>>>{page}", objects=(stream,))


def _form_black() -> bytes:
    """A black box in a form of its own, as editors draw them."""
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Matrix[1 0 0 1 0 600]/Length 27>>\nstream\n0 g 40 90 500 40 re f      \nendstream"
    page = "/Resources<</Font<</F 3 0 R>>/XObject<</B 10 0 R>>>>"
    return pdf(show(SECRET) + "/B Do\n" + _VISIBLE, page=page, objects=(form,))


_PDF: dict[str, tuple[Callable[[], bytes], str]] = {
    "white text": (lambda: pdf("1 g\n" + show(SECRET) + "0 g\n" + _VISIBLE), "ground-colour"),
    "text in the colour of a bar": (lambda: pdf("1 0 0 rg 40 690 500 40 re f\n" + show(SECRET) + "0 g\n" + _VISIBLE), "ground-colour"),
    "invisible text": (lambda: pdf(show(SECRET, before="3 Tr") + show("可见", y=100, before="0 Tr")), "invisible"),
    "black box over text": (lambda: pdf(show(SECRET) + "0 g 40 690 500 40 re f\n" + _VISIBLE), "covered"),
    "black box in a form": (_form_black, "covered"),
    "redaction not applied": (lambda: pdf(show(SECRET) + _VISIBLE, page="/Annots[10 0 R]", objects=(b"<</Type/Annot/Subtype/Redact/Rect[0 690 600 740]/IC[0 0 0]>>",)), "covered"),
    "beside the page": (lambda: pdf(show(SECRET, x=5000) + _VISIBLE), "off-page"),
    "outside the crop box": (lambda: pdf(show(SECRET) + _VISIBLE, page="/CropBox[0 0 600 400]"), "off-page"),
    "tiny text": (lambda: pdf(show(SECRET).replace("/F 20 Tf", "/F 0.5 Tf") + _VISIBLE), "tiny"),
    "layer switched off": (_layer, "layer-off"),
    "earlier revision": (_older, "revision"),
    "annotation": (_annotated(f"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents({SECRET})>>"), "annotation"),
    "hidden annotation": (_annotated(f"<</Type/Annot/Subtype/Text/F 2/Rect[0 0 9 9]/Contents({SECRET})>>"), "hidden-annotation"),
    "form field": (_annotated(f"<</Type/Annot/Subtype/Widget/FT/Tx/Rect[0 0 9 9]/T(name)/V({SECRET})>>"), "annotation"),
    "attachment": (lambda: pdf(_VISIBLE, catalog="/Names<</EmbeddedFiles<</Names[(a.txt)10 0 R]>>>>", objects=_FILE), "a.txt"),
    "metadata": (lambda: pdf(_VISIBLE, info=f"/Subject({SECRET})"), "information"),
    "bookmark": (lambda: pdf(_VISIBLE, catalog="/Outlines 10 0 R", objects=(b"<</Type/Outlines/First 11 0 R/Last 11 0 R/Count 1>>", f"<</Title({SECRET})/Parent 10 0 R>>".encode())), "bookmarks"),
    "cropped picture": (lambda: _picture("500 0 0 205 40 300", before="40 424 500 81 re W n"), "cropped"),
    "picture beside the page": (lambda: _picture("500 0 0 205 350 300"), "cropped"),
}  # fmt: skip
