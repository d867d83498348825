"""What carries text, through the whole scan: told by content whatever its name, inside whatever holds it."""

from __future__ import annotations

import base64
import csv
import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image
from tests.samples import legacy, office

from shoumi.demo import formats
from shoumi.engine import codes
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

DATA = Path(__file__).parents[1] / "data"
PAGE = DATA / "pictures" / "page.png"
SECRET = "11010519491231002X"


def scan(path: Path, data: bytes, packs: tuple[str, ...] = ("cn", "personal"), **settings: object) -> list[Match | Gap]:
    path.write_bytes(data)
    chosen = Settings(packs=packs, **settings)  # type: ignore[arg-type]
    return list(Scan((str(path),), settings=chosen, home=Home(path.parent / "home")))


def rules(events: list[Match | Gap]) -> set[str]:
    return {event.rule for event in events if isinstance(event, Match)}


def gaps(events: list[Match | Gap]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Gap)]


KINGSOFT = {
    "paper.wps": DATA / "legacy" / "text.doc",
    "table.et": DATA / "legacy" / "sheets.xls",
    "show.dps": DATA / "legacy" / "slides.ppt",
}


@pytest.mark.parametrize("name", KINGSOFT)
def test_wps_files_are_told_by_content_as_compound_files(name: str, tmp_path: Path) -> None:
    events = scan(tmp_path / name, KINGSOFT[name].read_bytes(), ocr="off")
    assert "cn.mark" in rules(events)
    assert gaps(events) == []


@pytest.mark.parametrize("name", ["paper.wps", "table.et", "show.dps", "scan.jpg", "noname"])
def test_new_documents_under_any_name(name: str, tmp_path: Path) -> None:
    for make in (
        lambda: office.docx(office.paragraph(office.MARK)),
        lambda: office.pptx(office.slide(office.shape(office.MARK))),
        lambda: office.xlsx(("一", "", office.sheet(f'<row r="1">{office.cell("A1", office.MARK)}</row>'))),
    ):
        assert rules(scan(tmp_path / name, make())) == {"cn.mark"}


def test_macros_of_a_document(tmp_path: Path) -> None:
    source = b'Attribute VB_Name = "M"\r\nConst Phone = "13800138000" \' mobile\r\n'
    chunk = b"".join(b"\0" + source[at : at + 8] for at in range(0, len(source), 8))
    module = b"\x01" + (0xB000 | (len(chunk) - 1)).to_bytes(2, "little") + chunk
    project = write({("VBA", "M"): b"noise" + module})
    events = scan(tmp_path / "a.docm", office.docx(office.paragraph("封面"), vbaProject_bin=project))
    assert "personal.mobile" in rules(events)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_tables_of_text_in_every_encoding(codec: str, delimiter: str, tmp_path: Path) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows(
        [["姓名", "身份證號" if codec == "big5hkscs" else "身份证号", "單位"], ["Alice", SECRET, "檔案室"]]
    )
    events = scan(tmp_path / "people.csv", out.getvalue().encode(codec))
    assert rules(events) >= {"personal.resident-id"}
    assert gaps(events) == []


def test_a_saved_web_page_with_its_picture(tmp_path: Path) -> None:
    page = EmailMessage()
    page["From"], page["Subject"] = "<Saved by a browser>", "通知"
    page.set_content(
        f"<html><p>编号{SECRET[:10]}<b>{SECRET[10:]}</b></p><img src='cid:1'></html>",
        subtype="html",
        charset="gb18030",
        cte="quoted-printable",
    )
    page.add_related(PAGE.read_bytes(), "image", "png", cid="<1>")
    events = scan(tmp_path / "page.mht", bytes(page))
    assert {str(event.trail).rpartition("!")[2] for event in events if isinstance(event, Match)} >= {
        "part-1.html",
        "part-2.png",
    }
    assert gaps(events) == []


HOLDERS = {
    "zip in zip": lambda picture: formats.archive({"a.zip": formats.archive({"b.png": picture})}),
    "word": lambda picture: office.docx(office.paragraph("封面"), media__image1_png=picture),
    "word in mail": lambda picture: formats.mail(
        "x", "y", sender="a@b.example", to="c@d.example", files={"a.docx": office.docx(media__image1_png=picture)}
    ),
    "slides": lambda picture: office.pptx(office.slide(office.shape("封面")), media__image1_png=picture),
    "ofd": lambda picture: legacy.ofd([""], {"Doc_0/Res/image_1.png": picture}),
    "opendocument": lambda picture: office.odf("<office:text/>", Pictures__1_png=picture),
    "message": lambda picture: legacy.message({0x37: "通知"}, attach={0x3707: "a.png", 0x3701: picture}),
    "page": lambda picture: b"<html><img src='data:image/png;base64,%s'></html>" % base64.b64encode(picture),
}  # fmt: skip


@pytest.mark.parametrize("holder", HOLDERS)
def test_pictures_are_read_wherever_they_are(holder: str, tmp_path: Path) -> None:
    events = scan(tmp_path / "holder", HOLDERS[holder](PAGE.read_bytes()))
    found = {event.rule for event in events if isinstance(event, Match) and event.data.get("boxes")}
    assert found >= {"cn.mark", "personal.resident-id", "personal.mobile"}


def test_the_budget_of_pages_is_said(tmp_path: Path) -> None:
    out = io.BytesIO()
    first = Image.open(PAGE).convert("L")
    first.save(
        out, "TIFF", save_all=True, append_images=[first.rotate(180), first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    )
    events = scan(tmp_path / "fax.tif", out.getvalue(), pages=1)
    assert gaps(events) == ["limit"]


SYMBOLS = (
    "QRCode",
    "MicroQRCode",
    "RMQRCode",
    "DataMatrix",
    "Aztec",
    "PDF417",
    "MaxiCode",
    "Code128",
    "Code39",
    "Code93",
    "ITF",
)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_symbol_goes_through_the_rules(symbol: str, tmp_path: Path) -> None:
    import zxingcpp

    text = "13800138000" if symbol in ("MicroQRCode", "RMQRCode", "ITF") else SECRET
    text = f"0{text}" if symbol == "ITF" else text
    try:
        made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbol))
        bars = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=4))
    except (AttributeError, ValueError) as error:
        pytest.skip(f"this build does not write it: {error}")
    picture = Image.new("L", (bars.width + 80, bars.height + 80), 255)
    picture.paste(bars, (40, 40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    events = scan(tmp_path / "code.png", out.getvalue(), ("personal",))
    found = [event for event in events if isinstance(event, Match) and event.locator.part == "qr"]
    if symbol == "ITF":  # digits only, in pairs: no rule asks for them, but they are read
        assert [code.text for code in codes.read(picture)] == [text]
    else:
        assert found
        assert found[0].data["boxes"]
