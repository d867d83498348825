"""How well and how fast pictures are read: synthetic pages in, recall by kind of picture and seconds a page out.

    python -m bench.ocr [--pages 2] [--seed 7] [--save DIR]

Each page carries a mark, a resident identity number and a mobile number among 500 to 900 characters of generated
office prose. The kinds: a 150-dpi scan (noise, slight skew, JPEG), a 96-dpi screenshot (windows, small text), a skewed
photograph (perspective, uneven light, blur, JPEG), pages turned by 90 and 180 degrees. Needs Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
LEVELS = ("绝密★30年", "机密★20年", "机密★10年", "秘密★5年", "秘密★6个月", "机密★长期")


def words(text: str) -> list[str]:
    return text.split()


_SUBJECTS = words("""
各部门 财务处 信息中心 项目组 有关单位 保卫科 人事处 承办人员 第三研究室 档案室 值班领导
采购小组
""")
_VERBS = words("""
应当于 必须在 已经 计划 拟 统一 分别 重新 按要求 会同审计部门 共同 不得
""")
_OBJECTS = words("""
核对设备台账 上报季度经费预算 完成涉密载体清退 登记借阅记录 整理会议纪要 检查机房门禁
更换存储介质 审核招标文件 销毁过期材料 更新应急预案 编制培训方案 移交试验数据
""")
_TAILS = words("""
并于本月底前反馈结果 由专人负责保管 确保账物相符 逾期按规定处理 相关情况另行通报 原件存入保险柜
复印件加盖公章 有效期至年底 数量以清单为准 同时抄送办公室 现场须有两人以上 未经批准不得外传
""")
_LATIN = ["SM4", "GB/T 9704", "A4", "USB-3.0", "Excel", "VPN", "TS-2140", "ISO 27001", "v2.6.1", "B区"]


@dataclass(frozen=True)
class Page:
    """A drawn page and what stands on it."""

    image: Image.Image
    lines: list[str]
    must: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def resident_id(rng: random.Random) -> str:
    born = f"{rng.randint(1950, 2005)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body = f"{rng.choice(('110105', '320102', '440305', '510107'))}{born}{rng.randint(0, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def sentence(rng: random.Random) -> str:
    parts = [rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_OBJECTS)]
    if rng.random() < 0.3:
        parts.append(f"（{rng.choice(_LATIN)}，{rng.randint(2, 980)}份）")
    return "".join(parts) + "，" + rng.choice(_TAILS) + rng.choice("。。。；")


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / name), size, index=2)


def official(rng: random.Random, dpi: int, passage: str = "") -> Page:
    """An A4 page in the manner of an official document; ``passage`` stands among its prose."""
    scale = dpi / 72
    width, height = round(595 * scale), round(842 * scale)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    size = round(16 * scale)
    body, bold, head = (
        font("NotoSerifCJK-Regular.ttc", size),
        font("NotoSansCJK-Bold.ttc", size),
        font("NotoSerifCJK-Bold.ttc", round(34 * scale)),
    )
    mark, identity, mobile = (
        rng.choice(LEVELS),
        resident_id(rng),
        f"13{rng.randint(0, 9)}{rng.randint(0, 99999999):08d}",
    )
    left, top = round(80 * scale), round(72 * scale)
    lines = [
        f"{rng.randint(0, 999999):06d}",
        mark,
        "某市信息化工作办公室文件",
        f"市信办发〔2026〕{rng.randint(1, 99)}号",
    ]
    draw.text((left, top), lines[0], "black", bold)
    draw.text((left, top + size * 1.6), lines[1], "black", bold)
    draw.text((width / 2, top + size * 6), lines[2], (200, 20, 20), head, anchor="mm")
    draw.text((width / 2, top + size * 9), lines[3], "black", body, anchor="mm")
    draw.line(
        (left, top + size * 10, width - left, top + size * 10), fill=(200, 20, 20), width=max(2, round(scale * 2))
    )
    y = top + size * 11
    prose = f"联系人身份证号{identity}，手机{mobile}。"
    paragraphs = ["".join(sentence(rng) for _ in range(rng.randint(4, 6))) for _ in range(4)]
    paragraphs[1] += prose
    if passage:
        paragraphs[2:] = [passage, paragraphs[2][:60]]
    for paragraph in paragraphs:
        for line in wrapped("　　" + paragraph, body, width - 2 * left):
            if y > height - top:
                break
            draw.text((left, y), line, "black", body)
            lines.append(line.strip())
            y += size * 1.72
    return Page(image, lines, [mark, identity, mobile])


def wrapped(text: str, face: ImageFont.FreeTypeFont, room: float) -> list[str]:
    lines, line = [], ""
    for char in text:
        if line and face.getlength(line + char) > room:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


def screenshot(rng: random.Random) -> Page:
    """A 1600 × 1000 desktop at 96 dpi: a chat window beside a table, text of 13 to 16 pixels."""
    image = Image.new("RGB", (1600, 1000), (232, 236, 240))
    draw = ImageDraw.Draw(image)
    small, plain, bold = (
        font("NotoSansCJK-Regular.ttc", 14),
        font("NotoSansCJK-Regular.ttc", 16),
        font("NotoSansCJK-Bold.ttc", 16),
    )
    mark, identity, mobile = (
        rng.choice(LEVELS),
        resident_id(rng),
        f"15{rng.randint(0, 9)}{rng.randint(0, 99999999):08d}",
    )
    lines: list[str] = []

    def put(
        x: int, y: int, text: str, face: ImageFont.FreeTypeFont, fill: str | tuple[int, int, int] = "black"
    ) -> None:
        draw.text((x, y), text, fill, face)
        lines.append(text)

    draw.rectangle((30, 30, 760, 960), fill="white", outline=(180, 180, 180))
    put(50, 44, "工作群（18）", bold)
    y = 90
    for number in range(11):
        mine = number % 3 == 2
        text = sentence(rng)[:34] if number != 4 else f"证件号{identity}，电话{mobile}"
        length = plain.getlength(text)
        x = 740 - length - 24 if mine else 60
        put(round(x), y, ("Alice", "Bob", "Charlie", "Dana")[number % 4], small, (130, 130, 130))
        draw.rounded_rectangle(
            (x - 8, y + 22, x + length + 12, y + 52), 8, fill=(149, 236, 105) if mine else (244, 244, 244)
        )
        put(round(x), y + 25, text, plain)
        y += 76
    draw.rectangle((800, 30, 1570, 960), fill="white", outline=(180, 180, 180))
    put(820, 44, mark, bold, (200, 0, 0))
    put(960, 44, "涉密载体登记表.xlsx", plain)
    for row in range(22):
        y = 90 + row * 38
        draw.line((820, y - 8, 1550, y - 8), fill=(210, 210, 210))
        cells = (
            ("编号", "名称", "数量", "责任人")
            if row == 0
            else (
                f"ZT-{rng.randint(1000, 9999)}",
                rng.choice(_OBJECTS)[2:],
                str(rng.randint(1, 40)),
                rng.choice(_SUBJECTS),
            )
        )
        for x, cell in zip((830, 960, 1240, 1360), cells, strict=True):
            put(x, y, cell, small)
    return Page(image, lines, [mark, identity, mobile])


def scanned(page: Page, rng: random.Random) -> Page:
    image = page.image.rotate(rng.uniform(-0.8, 0.8), fillcolor="white", resample=Image.Resampling.BICUBIC)
    return Page(_noisy(image, rng, 9, 70, blur=0.5), page.lines, page.must)


def photographed(page: Page, rng: random.Random) -> Page:
    """Seen at an angle, turned a few degrees, lit from one side, slightly out of focus."""
    width, height = page.image.size
    jolt = [rng.uniform(0, 0.05) for _ in range(8)]
    corners = [(-jolt[0] * width, -jolt[1] * height), (-jolt[2] * width, height * (1 + jolt[3])),
               (width * (1 + jolt[4]), height * (1 + jolt[5])), (width * (1 + jolt[6]), -jolt[7] * height)]  # fmt: skip
    quad = tuple(value for corner in corners for value in corner)
    image = page.image.transform(
        (width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=(150, 140, 130)
    )
    image = image.rotate(rng.uniform(-5, 5), expand=True, fillcolor=(150, 140, 130), resample=Image.Resampling.BICUBIC)
    light = np.linspace(rng.uniform(0.55, 0.7), 1.0, image.width)[None, :, None]
    image = Image.fromarray((np.asarray(image) * light).astype("uint8"))
    return Page(_noisy(image, rng, 6, 55, blur=0.9), page.lines, page.must)


def _noisy(image: Image.Image, rng: random.Random, noise: float, quality: int, *, blur: float) -> Image.Image:
    image = image.filter(ImageFilter.GaussianBlur(blur))
    grain = np.random.default_rng(rng.randint(0, 1 << 30)).normal(0, noise, (image.height, image.width, 1))
    image = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype("uint8"))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def turned(page: Page, degrees: int) -> Page:
    return Page(page.image.rotate(degrees, expand=True), page.lines, page.must)


KINDS: dict[str, Callable[[random.Random], Page]] = {
    "scan 150 dpi": lambda rng: scanned(official(rng, 150), rng),
    "screenshot 96 dpi": screenshot,
    "page 96 dpi": lambda rng: official(rng, 96),
    "photo, skewed": lambda rng: photographed(official(rng, 200), rng),
    "scan 300 dpi": lambda rng: scanned(official(rng, 300), rng),
    "turned 90": lambda rng: turned(scanned(official(rng, 150), rng), 90),
    "turned 180": lambda rng: turned(scanned(official(rng, 150), rng), 180),
    "turned 270": lambda rng: turned(scanned(official(rng, 150), rng), 270),
}


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum() or char == "★")


def recall(expected: str, found: str) -> float:
    """Share of the expected pairs of neighbouring letters that were found."""

    def pairs(text: str) -> Counter[str]:
        return Counter(
            p for line in text.split("\n") for p in map("".join, zip(letters(line), letters(line)[1:], strict=False))
        )

    wanted, got = pairs(expected), pairs(found.replace("\n", "")) + pairs(found)
    return sum(min(count, got[pair]) for pair, count in wanted.items()) / max(1, sum(wanted.values()))


def passages(count: int, seed: int, downloads: Path) -> str:
    """Print passages of 120 characters of registered documents, photograph the pages, look them up by a scan."""
    from shoumi.engine.home import Home
    from shoumi.engine.intake import Intake
    from shoumi.engine.passages.registry import Registered
    from shoumi.engine.scan import Scan
    from shoumi.engine.settings import Settings
    from shoumi.engine.types import Match

    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("documents", "photos"):
            (folder / part).mkdir()
        texts = _prose(downloads)[: max(200, count)]
        for number, text in enumerate(texts):
            (folder / "documents" / f"{number}.txt").write_text(text, "utf-8")
        home = Home(folder / "home")
        Intake(home, Settings()).add([str(folder / "documents")], Registered(id="", title="", level="机密"))
        for number in rng.sample(range(len(texts)), count):
            start = rng.randint(0, len(texts[number]) - 120)
            page = photographed(official(rng, 200, texts[number][start : start + 120]), rng)
            page.image.save(folder / "photos" / f"{number}.jpg", quality=85)
        cpu = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        found = set()
        for event in Scan((str(folder / "photos"),), settings=Settings(packs=("cn",)), home=home):
            if isinstance(event, Match) and event.category == "passage":
                photo = Path(event.path).stem
                found.add((photo, event.data["document"]["title"] == f"{photo}.txt"))
        cpu = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - cpu
    right = len({photo for photo, same in found if same})
    wrong = len({photo for photo, _ in found} - {photo for photo, same in found if same})
    counts = f"{right}/{count} found, {wrong} only as another document, {len(texts)} registered"
    return f"{counts}, {cpu / count:.1f} s CPU a photo"


def _prose(downloads: Path) -> list[str]:
    """Return public Chinese documents as running text."""
    from bench import corpus

    packages = ["debian-faq-zh-cn", "maint-guide-zh-cn", "debian-reference-zh-cn", "debian-handbook"]
    corpus.fetch(downloads, packages)
    found = []
    for package in packages:
        for _, text in corpus._texts(downloads / "x" / package):
            running = "".join(line.strip() for line in text.splitlines())
            wide = re.findall(r"[\u4e00-\u9fff，。；：、“”（）A-Za-z0-9 ]{40,}", running)
            kept = "".join(piece for piece in wide if len(re.findall(r"[\u4e00-\u9fff]", piece)) > 0.7 * len(piece))
            found += [kept[at : at + 3000] for at in range(0, len(kept) - 800, 3000)]
    return list(dict.fromkeys(found))


def main() -> None:
    from shoumi.engine import ocr

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--passages", type=int, default=0, help="photographed passages that are looked up")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "shoumi-bench")
    options = parser.parse_args()
    if options.passages:
        print("passages of 120 characters, photographed:", passages(options.passages, options.seed, options.folder))
        return
    ocr.recognise(Image.new("RGB", (64, 64), "white"))
    print(f"{'kind':20} {'recall':>7} {'must':>6} {'s/page':>7} {'cpu':>6}")
    for kind, draw in KINDS.items():
        if options.kind and kind not in options.kind:
            continue
        rng = random.Random(f"{options.seed} {kind}")
        scores, found, wanted, seconds, cpu = [], 0, 0, 0.0, 0.0
        for number in range(options.pages):
            page = draw(rng)
            if options.save:
                page.image.save(options.save / f"{kind.replace(' ', '-')}-{number}.png")
            start, started = time.perf_counter(), time.process_time()
            reading = ocr.recognise(page.image)
            seconds += time.perf_counter() - start
            cpu += time.process_time() - started
            scores.append(recall(page.text, reading.text))
            flat = letters(reading.text.replace("\n", ""))
            found += sum(letters(entry) in flat for entry in page.must)
            wanted += len(page.must)
            if options.save:
                (options.save / f"{kind.replace(' ', '-')}-{number}.txt").write_text(
                    f"{page.text}\n----\n{reading.text}\n"
                )
        each = f"{seconds / options.pages:6.2f} {cpu / options.pages:6.2f}"
        print(f"{kind:20} {sum(scores) / len(scores):7.4f} {found:>3}/{wanted:<3} {each}", flush=True)


if __name__ == "__main__":
    main()
