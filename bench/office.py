"""CPU of a whole scan of office files against a peer's extraction alone, on the same files in the same run.

    python -m bench.office [--copies 40] [--runs 5] [--folder DIR] [--xberg /tmp/xberg]

The tree holds docx, xlsx, pptx, odt and pdf as LibreOffice writes them, html and eml, each of its own seeded text with
a mark, an identity number and a telephone number; one in eight also lists people. Ours: ``shoumi scan`` with all packs
and OCR off, start and report included. Theirs: xberg (``pip install --target /tmp/xberg xberg``), text only, no rules.
CPU counts all processes of a command; the ratio is the median of paired runs.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from email.message import EmailMessage
from pathlib import Path

from bench import extraction
from bench.speed import SHOUMI, Cost, cost

KINDS = ("docx", "xlsx", "pptx", "odt", "pdf", "html", "eml")
PEER = """
import asyncio, os, pathlib, sys
sys.path.insert(0, sys.argv[1])
import xberg
config = xberg.ExtractionConfig(disable_ocr=True, use_cache=False)
async def main():
    letters = failed = 0
    for path in sorted(pathlib.Path(sys.argv[2]).rglob("*.*")):
        given = xberg.ExtractInput(kind="bytes", bytes=path.read_bytes(), filename=path.name)
        try:
            result = await xberg.extract(given, config)
            letters += sum(len(found.content) for found in result.results)
        except Exception:
            failed += 1
    print(letters, failed, file=sys.stderr)
asyncio.run(main())
os._exit(0)  # its threads do not survive a tidy end
"""


def build(folder: Path, copies: int) -> None:
    """Write the tree unless it is there."""
    if (folder / "done").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tree").mkdir(parents=True)
    extraction.PAPERS = copies
    source = folder / "source"
    source.mkdir()
    truth, out = extraction.build(source, KINDS, listed=lambda number: number % 8 == 0)
    for path in sorted(out.iterdir()):
        if path.suffix[1:] in KINDS:
            shutil.move(path, folder / "tree" / path.name)
    for number in range(copies):
        page = source / f"paper{number}.html"
        shutil.copy(page, folder / "tree" / page.name)
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = f"第{number}号通知", "alice@example.org", "bob@example.org"
        mail.set_content(truth[f"paper{number}"])
        mail.add_alternative(page.read_text("utf-8"), subtype="html")
        attached = folder / "tree" / f"paper{number}.docx"
        mail.add_attachment(attached.read_bytes(), "application", "octet-stream", filename=attached.name)
        (folder / "tree" / f"mail{number}.eml").write_bytes(bytes(mail))
    (folder / "done").touch()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--copies", type=int, default=40)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "shoumi-bench" / "office")
    parser.add_argument("--xberg", default="/tmp/xberg")
    parser.add_argument("--only", default="", help="one format")
    options = parser.parse_args()
    folder = options.folder.with_name(f"{options.folder.name}-{options.copies}")
    build(folder, options.copies)
    script = folder / "peer.py"
    script.write_text(PEER)
    kinds = (options.only,) if options.only else (*KINDS, "all")
    for kind in kinds:
        tree = folder / "tree"
        if kind != "all":
            tree = folder / "by-kind" / kind
            tree.mkdir(parents=True, exist_ok=True)
            for path in (folder / "tree").glob(f"*.{kind}"):
                shutil.copy(path, tree / path.name)
        pairs = [(_ours(tree, folder), _peer(script, options.xberg, tree)) for _ in range(options.runs)]
        ratios = sorted(ours.cpu / theirs.cpu for ours, theirs in pairs)
        mine, theirs = (statistics.median(pair[side].cpu for pair in pairs) for side in (0, 1))
        files = sum(1 for _ in tree.iterdir())
        spread = f"[{ratios[0]:.2f}–{ratios[-1]:.2f}]"
        print(
            f"{kind:5} {files:4} files  {statistics.median(ratios):.2f} {spread}  {mine:.2f} s against {theirs:.2f} s",
            flush=True,
        )


def _ours(tree: Path, folder: Path) -> Cost:
    home = folder / "home"
    shutil.rmtree(home / "state", ignore_errors=True)
    command = (*SHOUMI, "scan", str(tree), "-f", "jsonl", "-o", str(folder / "out.jsonl"), "--ocr", "off", "-j", "1")
    return cost(command, {"SHOUMI_HOME": str(home), **_compiled(folder)}, allowed=(0, 1, 3))


def _peer(script: Path, place: str, tree: Path) -> Cost:
    return cost((sys.executable, str(script), place, str(tree)), _compiled(script.parent))


def _compiled(folder: Path) -> dict[str, str]:
    """Let Python keep compiled modules, as any installed package has them: neither side compiles its source again."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


if __name__ == "__main__":
    main()
