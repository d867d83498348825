"""Makes tests/data/legacy: old Office files with text in every place, written by LibreOffice from flat OpenDocument.

    python tests/data/make_legacy.py

Needs soffice. The files are committed, so that tests do not need it.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from shoumi.engine.extractors._ole import Ole
from shoumi.engine.extractors._olewrite import write

FOLDER = Path(__file__).parent / "legacy"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in {
        "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
        "presentation": "presentation", "svg": "svg-compatible", "fo": "xsl-fo-compatible", "meta": "meta",
    }.items()
)  # fmt: skip
SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
META = "<office:meta><dc:title>标题属性</dc:title><meta:initial-creator>Charlie</meta:initial-creator></office:meta>"
DATE = "<dc:date>2026-01-02T03:04:05</dc:date>"

TEXT = f"""<office:document {SPACES} office:mimetype="application/vnd.oasis.opendocument.text" office:version="1.3">{META}
<office:styles><style:style style:name="Hidden" style:family="text">
<style:text-properties text:display="none"/></style:style></office:styles>
<office:automatic-styles><style:page-layout style:name="L"><style:header-style/><style:footer-style/></style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">
<style:header><text:p>页眉 机密★10年</text:p></style:header><style:footer><text:p>页脚 内部资料</text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion>
<office:change-info><dc:creator>Bob</dc:creator>{DATE}</office:change-info><text:p>删去的文字13800138000</text:p>
</text:deletion></text:changed-region></text:tracked-changes>
<text:p>关于经费安排的通知。联系人身份证号11010519491231002X。</text:p>
<text:p>脚注在此<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>脚注里的文字</text:p></text:note-body></text:note>，尾注<text:note text:note-class="endnote">
<text:note-citation>i</text:note-citation><text:note-body><text:p>尾注里的文字</text:p></text:note-body></text:note>。</text:p>
<text:p>批注<office:annotation><dc:creator>Dana</dc:creator>{DATE}<text:p>批注里的文字</text:p></office:annotation>在此。</text:p>
<text:p>电话：<text:span text:style-name="Hidden">隐藏的文字13900139000</text:span>。</text:p>
<text:p>改动：<text:change text:change-id="c1"/>之后。</text:p>
<text:p><draw:frame svg:width="6cm" svg:height="2cm" text:anchor-type="paragraph"><draw:text-box>
<text:p>文本框里的文字</text:p></draw:text-box></draw:frame>锚点</text:p>
<text:p><text:a xlink:href="https://example.com/secret">链接文字</text:a></text:p>
<table:table><table:table-column table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>甲格</text:p>
</table:table-cell><table:table-cell><text:p>乙格</text:p></table:table-cell></table:table-row></table:table>
<text:p>结尾𠮷字</text:p></office:text></office:body></office:document>"""

SHEETS = f"""<office:document {SPACES} office:mimetype="application/vnd.oasis.opendocument.spreadsheet" office:version="1.3">
{META}<office:automatic-styles><style:style style:name="hide" style:family="table">
<style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:master-styles><style:master-page style:name="Default"><style:header><text:p>机密★10年</text:p></style:header>
</style:master-page></office:master-styles><office:body><office:spreadsheet>
<table:table table:name="名单"><table:table-column table:number-columns-repeated="3"/>
<table:table-row><table:table-cell office:value-type="string"><text:p>姓名</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>身份证号</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>编号</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><office:annotation><dc:creator>Dana</dc:creator>{DATE}
<text:p>批注里的文字</text:p></office:annotation><text:p>Alice</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>11010519491231002X</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="123456789012345"><text:p>1.23457E+14</text:p></table:table-cell>
</table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell office:value-type="string"><text:p>隐藏行</text:p>
</table:table-cell><table:table-cell office:value-type="float" office:value="0.25"/></table:table-row></table:table>
<table:table table:name="暗表" table:style-name="hide"><table:table-column/><table:table-row>
<table:table-cell office:value-type="string"><text:p>隐藏表里的文字</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document>"""


def slide(number: int, hidden: str = "") -> str:
    frame = 'svg:width="20cm" svg:height="3cm" svg:x="2cm"'
    return f"""<draw:page draw:name="p{number}" draw:master-page-name="M"{hidden}>
<draw:frame {frame} svg:y="2cm"><draw:text-box><text:p>第{number}页 机密★10年</text:p></draw:text-box></draw:frame>
<presentation:notes><draw:frame presentation:class="notes" {frame} svg:y="9cm"><draw:text-box>
<text:p>备注{number}不要外传</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"""


SLIDES = f"""<office:document {SPACES} office:mimetype="application/vnd.oasis.opendocument.presentation"
office:version="1.3">{META}<office:automatic-styles><style:page-layout style:name="L">
<style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout>
<style:style style:name="off" style:family="drawing-page">
<style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles>
<office:master-styles><style:master-page style:name="M" style:page-layout-name="L"/></office:master-styles>
<office:body><office:presentation>{slide(1)}{slide(2, ' draw:style-name="off"')}</office:presentation></office:body>
</office:document>"""

SOURCES = {
    "text.fodt": (TEXT, "doc:MS Word 97"),
    "sheets.fods": (SHEETS, "xls:MS Excel 97"),
    "slides.fodp": (SLIDES, "ppt:MS PowerPoint 97"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, (content, form) in SOURCES.items():
            source = Path(folder, name)
            source.write_text(f'<?xml version="1.0" encoding="UTF-8"?>{content}', encoding="utf-8")
            command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", form]
            subprocess.run([*command, "--outdir", str(FOLDER), str(source)], check=True, stdout=subprocess.DEVNULL)
    slides = FOLDER / "slides.ppt"
    ole = Ole(slides.read_bytes())  # its summary is a preview picture of 400 kB
    slides.write_bytes(write({name: ole.read(*name) for name in ole.names if name[0] != "\x05SummaryInformation"}))


if __name__ == "__main__":
    main()
