"""Makes tests/data/pictures: text on pictures. Needs Debian's fonts-noto-cjk; the files are committed.

python tests/data/make_pictures.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent / "pictures"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
LINES = ("机密★10年", "关于经费安排的通知", "联系人身份证号11010519491231002X", "电话13800138000请勿外传")


def drawn(lines: tuple[str, ...], size: int = 26, width: int = 540) -> Image.Image:
    image = Image.new("L", (width, round(len(lines) * size * 1.9) + 24), 255)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((20, 12 + number * size * 1.9), line, 0, ImageFont.truetype(FONT, size, index=2))
    return image.quantize(8)


def code(text: str) -> Image.Image:
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(symbol, scale=4)))


def columns() -> Image.Image:
    """A table of three columns, and below it text written downwards."""
    image = Image.new("L", (560, 420), 255)
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(FONT, 24, index=2)
    for row, cells in enumerate(
        (("姓名", "编号", "部门"), ("Alice", "ZT-1024", "档案室"), ("Bob", "ZT-2048", "财务处"))
    ):
        for column, cell in enumerate(cells):
            pen.text((20 + column * 190, 16 + row * 44), cell, 0, face)
    for number, char in enumerate("内部资料严禁外传"):
        pen.text((480, 160 + number * 30), char, 0, face)
    return image.quantize(8)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    page = drawn(LINES)
    page.save(FOLDER / "page.png", optimize=True)
    page.convert("L").rotate(90, expand=True).quantize(8).save(FOLDER / "turned.png", optimize=True)
    page.convert("L").rotate(180).quantize(8).save(FOLDER / "upside-down.png", optimize=True)
    columns().save(FOLDER / "columns.png", optimize=True)
    long = drawn(tuple(f"第{number}条消息编号{number * 7919}" for number in range(1, 61)), 20, 360)
    long.save(FOLDER / "long.png", optimize=True)
    both = Image.new("L", (760, 330), 255)
    both.paste(code("https://www.a1ipay.com/login"), (20, 20))
    both.paste(code("WIFI:T:nopass;S:Free;;"), (400, 20))
    both.quantize(2).save(FOLDER / "codes.png", optimize=True)
    pages = [drawn((line,)) for line in LINES[:3]]
    first = pages[0].convert("1")
    rest = [entry.convert("1") for entry in (pages[1], pages[1], pages[2])]
    first.save(FOLDER / "pages.tif", save_all=True, append_images=rest, compression="group4")


if __name__ == "__main__":
    main()
