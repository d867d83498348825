"""What a large public collection of office files brought to light: each with a file made here that shows the same."""

from __future__ import annotations

from typing import Any

import pytest
from tests.samples import office

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.extractors import _worksheet
from shoumi.engine.extractors._ole import Ole
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.extractors.msg import _Store
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Segment


def extract(data: bytes) -> list[Any]:
    blob = Blob.of_bytes(data, Limits())
    return list(registry.extractors()[registry.sniffer().media_type(blob)].segments(blob, Settings(ocr="off")))


def texts(data: bytes) -> str:
    return "\n".join(part.text for part in extract(data) if isinstance(part, Segment))


@pytest.mark.parametrize(
    ("font", "shown"),
    [
        (rb"{\f1 Arial Greek;}", "ΑΒΓΔ"),
        (rb"{\f1 Arial (Hebrew);}", "ֱֲֳִ"),
        (rb"{\f1\fcharset161 Arial;}", "ΑΒΓΔ"),
        (rb"{\f1\cpg1253 Arial;}", "ΑΒΓΔ"),
        (rb"{\f1 Arial Cyr;}", "БВГД"),
    ],
)
def test_rtf_fonts_that_name_their_code_page(font: bytes, shown: str) -> None:
    """Bytes of such fonts were taken for Chinese, or for Western letters."""
    assert shown in texts(rb"{\rtf\ansi{\fonttbl" + font + rb"}\f1 \'c1\'c2\'c3\'c4\'c1\par}")


def test_rtf_chinese_without_a_charset_is_still_read() -> None:
    body = "".join(rf"\'{byte:02x}" for byte in "机密★10年".encode("gb18030"))
    assert "机密★10年" in texts(rb"{\rtf\ansi{\fonttbl{\f0 Arial;}}\f0 " + body.encode() + rb"\par}")


def test_a_shared_string_that_many_cells_repeat_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook of 100 kB stood for terabytes of text."""
    monkeypatch.setattr(_worksheet, "_AGAIN", 5000)
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 200))
    strings = f'<sst xmlns="{office.S}"><si><t>{"long " * 200}</t></si></sst>'
    found = texts(office.xlsx(("表", "", office.sheet(cells)), sharedStrings_xml=strings))
    assert found.count("long " * 200) > 3
    assert len(found) < 60_000


def test_the_recipients_of_a_message_do_not_look_through_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message to thousands took minutes."""
    people = {(f"__recip_version1.0_#{n:08X}", "__substg1.0_3001001F"): "王小明".encode("utf-16-le") for n in range(9)}
    ole = Ole(write(people))
    monkeypatch.setattr(Ole, "names", property(lambda _: pytest.fail("all streams for one recipient")))
    assert {_Store(ole, place).text(0x3001) for place in ole.storages} == {"王小明"}
