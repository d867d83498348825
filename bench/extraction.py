"""Text recall by format: writes Chinese office papers with LibreOffice, reads them with Shoumi, prints what came back.

    python bench/extraction.py [FOLDER]

Needs ``soffice`` on the PATH. Recall is the share of the source's CJK bigrams and Latin words, counted with their
multiplicity, that stand in the extracted text.
"""

from __future__ import annotations

import csv
import html
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Segment

PAPERS = 4
KINDS = ("docx", "odt", "rtf", "doc", "pdf", "fodt", "xlsx", "ods", "xls", "odp", "pptx", "ppt")
SUBJECTS = ["会议纪要", "采购合同", "人员名单", "工作方案", "技术报告", "检查通报", "经费预算", "培训安排"]
VERBS = ["研究", "审核", "制定", "落实", "汇总", "通报", "部署", "核对", "上报", "归档"]
OBJECTS = ["各单位", "项目组", "信息中心", "财务处", "保卫科", "研究所", "第三车间", "供应商", "评审专家", "分管领导"]
TAILS = ["并于月底前完成", "按规定程序办理", "不得擅自外传", "逐级负责到人", "形成书面材料", "及时反馈结果"]
LATIN = ["Alice", "Bob", "Charlie", "Dana", "Python", "ISO-27001", "A4", "USB", "VPN", "Windows"]


LINE_END = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])"
)  # where a page wraps Chinese text


def sentence(chance: random.Random) -> str:
    extra = chance.choice(
        ["", f"（{chance.choice(LATIN)}）", f"，编号{chance.randrange(10**6):06}", f" {chance.choice(LATIN)} "]
    )
    parts = [chance.choice(words) for words in (OBJECTS, VERBS, SUBJECTS, TAILS)]
    return f"{parts[0]}应{parts[1]}{parts[2]}{extra}，{parts[3]}。"


def paper(seed: int) -> list[str]:
    chance = random.Random(seed)
    lines = ["机密★10年", f"关于{chance.choice(SUBJECTS)}的通知", "联系电话：13800138000，身份证号 11010119900307775X"]
    return lines + ["".join(sentence(chance) for _ in range(chance.randint(1, 5))) for _ in range(25)]


def rows(seed: int, *, people: bool = True) -> list[list[str]]:
    """Return a table of people with their numbers, or of things without any."""
    chance = random.Random(seed)
    if not people:
        head = ["名称", "单位", "数量", "编号", "备注"]
        return [head] + [
            [chance.choice(SUBJECTS), chance.choice(OBJECTS), str(n), f"ZT-{n:04}", sentence(chance)]
            for n in range(200)
        ]
    head = ["姓名", "单位", "电话", "编号", "备注"]
    return [head] + [
        [chance.choice(LATIN), chance.choice(OBJECTS), f"1380013{n:04}", f"11010119900307{n:03}X", sentence(chance)]
        for n in range(200)
    ]


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in {
        "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
        "svg": "svg-compatible", "fo": "xsl-fo-compatible",
    }.items()
)  # fmt: skip


def layout(seed: int) -> tuple[str, list[str], list[str]]:
    """Return a flat OpenDocument text with header, footer, notes, a text box, columns, a table and comments.

    Then what stands on its pages, and what its comments say, which no printed page shows.
    """
    chance = random.Random(f"layout {seed}")
    shown: list[str] = []
    said: list[str] = []

    def text(kept: list[str] = shown) -> str:
        kept.append(sentence(chance))
        return html.escape(kept[-1])

    def note(kind: str) -> str:
        body = f"<text:note-body><text:p>{text()}</text:p></text:note-body>"
        return f'<text:note text:note-class="{kind}"><text:note-citation>*</text:note-citation>{body}</text:note>'

    def comment() -> str:
        return f"<office:annotation><text:p>{text(said)}</text:p></office:annotation>"

    def paragraph(inside: str = "") -> str:
        return f"<text:p>{inside}{text()}</text:p>"

    cells = [f"<table:table-cell>{paragraph()}</table:table-cell>" for _ in range(12)]
    table = "".join(f"<table:table-row>{''.join(cells[at : at + 3])}</table:table-row>" for at in range(0, 12, 3))
    box = '<draw:frame svg:width="6cm" svg:height="4cm" text:anchor-type="paragraph"><draw:text-box>'
    box += f"{paragraph()}</draw:text-box></draw:frame>"
    body = paragraph(note("footnote")) + paragraph(note("endnote")) + paragraph(comment()) + paragraph(box)
    body += f'<table:table><table:table-column table:number-columns-repeated="3"/>{table}</table:table>'
    columns = "".join(paragraph() for _ in range(8))
    body += f'<text:section text:style-name="Two" text:name="two">{columns}</text:section>' + paragraph(comment())
    source = (
        f'<?xml version="1.0"?><office:document {SPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:automatic-styles>'
        '<style:page-layout style:name="L"><style:header-style/><style:footer-style/></style:page-layout>'
        '<style:style style:name="Two" style:family="section"><style:section-properties>'
        '<style:columns fo:column-count="2"/></style:section-properties></style:style></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">'
        f"<style:header>{paragraph()}</style:header><style:footer>{paragraph()}</style:footer>"
        f"</style:master-page></office:master-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document>"
    )
    return source, shown, said


def write_sources(folder: Path, listed: Callable[[int], bool]) -> dict[str, str]:
    """Write pages, tables and slides; returns the text of each by name. ``listed``: which of them list people."""
    from pptx import Presentation
    from pptx.util import Inches

    truth = {}
    for seed in range(PAPERS):
        lines = paper(seed)
        table = "".join(
            "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
            for row in rows(seed, people=listed(seed))[:8]
        )
        body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        page = f'<html><head><meta charset="utf-8"></head><body>{body}<table border=1>{table}</table></body></html>'
        (folder / f"paper{seed}.html").write_text(page, "utf-8")
        truth[f"paper{seed}"] = "\n".join(lines + ["\n".join(row) for row in rows(seed, people=listed(seed))[:8]])
        source, shown, said = layout(seed)
        (folder / f"layout{seed}.fodt").write_text(source, "utf-8")
        truth[f"layout{seed}"], truth[f"layout{seed}.pdf"] = "\n".join(shown + said), "\n".join(shown)
        with (folder / f"table{seed}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows(seed, people=listed(seed)))
        truth[f"table{seed}"] = "\n".join("\n".join(row) for row in rows(seed, people=listed(seed)))
        show = Presentation()
        for start in range(0, 25, 5):
            slide = show.slides.add_slide(show.slide_layouts[1])
            slide.shapes.title.text = lines[0] if start == 0 else f"第{start}部分"
            slide.placeholders[1].text = "\n".join(lines[start : start + 5])
            slide.notes_slide.notes_text_frame.text = lines[start + 1]
            slide.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame.text = sentence(random.Random(start))
        show.save(str(folder / f"show{seed}.pptx"))
        truth[f"show{seed}"] = "\n".join(
            [shape.text_frame.text for slide in show.slides for shape in slide.shapes if shape.has_text_frame]
            + [slide.notes_slide.notes_text_frame.text for slide in show.slides]
        )
    return truth


def convert(folder: Path, out: Path, pattern: str, target: str, *options: str) -> None:
    files = sorted(str(path) for path in folder.glob(pattern))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", "--headless", profile, *options, "--convert-to", target, "--outdir", str(out), *files]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)


def build(
    folder: Path, kinds: Sequence[str] = KINDS, listed: Callable[[int], bool] = lambda _: True
) -> tuple[dict[str, str], Path]:
    """Write sources and have LibreOffice make the wanted formats; returns each text by name, and the folder."""
    truth = write_sources(folder, listed)
    out = folder / "out"
    out.mkdir()
    as_writer = "--infilter=HTML (StarWriter)"
    for kind in (kind for kind in ("docx", "odt", "rtf", "doc", "pdf", "fodt") if kind in kinds):
        target = kind if kind != "pdf" else "pdf:writer_pdf_Export"
        convert(folder, out, "paper*.html", target, as_writer)
        if kind != "fodt":
            convert(folder, out, "layout*.fodt", target)
    as_table = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,1/2/2/2/3/2/4/2/5/2"
    for kind in (kind for kind in ("xlsx", "ods", "xls") if kind in kinds):
        convert(folder, out, "table*.csv", kind, as_table)
    for kind in (kind for kind in ("odp", "pptx", "ppt") if kind in kinds):
        convert(folder, out, "show*.pptx", kind)
    return truth, out


def tokens(text: str) -> Counter[str]:
    found = Counter(re.findall(r"[A-Za-z0-9]+", text))
    for run in re.findall(r"[\u4e00-\u9fff★]+", text):
        found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def extracted(path: Path) -> tuple[str, float]:
    with_limits = Limits()
    blob = Blob.of_file(str(path), with_limits)
    plugin = registry.extractors()[registry.sniffer().media_type(blob)]
    start = time.process_time()
    text = "\n".join(part.text for part in plugin.segments(blob, Settings()) if isinstance(part, Segment))
    return text, time.process_time() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else fresh)
        folder.mkdir(exist_ok=True)
        truth, out = build(folder)
        by_kind: dict[str, list[tuple[float, float]]] = {}
        for path in sorted(out.iterdir()):
            text, seconds = extracted(path)
            if path.suffix == ".pdf":
                text = LINE_END.sub("", text)
            wanted, got = tokens(truth.get(path.name) or truth[path.stem]), tokens(text)
            recall = sum((wanted & got).values()) / sum(wanted.values())
            by_kind.setdefault(path.suffix[1:], []).append((recall, seconds))
        print("format  files  recall   worst   ms/file")
        for kind, found in sorted(by_kind.items()):
            recalls, times = zip(*found, strict=True)
            mean, each = sum(recalls) / len(found), 1000 * sum(times) / len(found)
            print(f"{kind:7} {len(found):5}  {mean:.4f}  {min(recalls):.4f}  {each:7.1f}")


if __name__ == "__main__":
    main()
