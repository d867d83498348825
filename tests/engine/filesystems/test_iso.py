"""ISO 9660 with Rock Ridge, Joliet, both or none, by two programs: the Sleuth Kit finds the same content."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap

FILES = {
    "notes.txt": "机密★10年\n".encode(),
    "deep/中文目录/人员名单 with a name that is too long for level one.txt": b"Alice\n",
    "deep/er/still/deeper/six/seven/eight/nine.txt": b"below the eighth folder\n",
    "big.bin": bytes(range(256)) * 1200,
    "empty.txt": b"",
}


def needs(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            if os.environ.get("CI"):
                pytest.fail(f"{program} is missing")
            pytest.skip(f"{program} is missing")


@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("genisoimage", ["-quiet", "-input-charset", "utf-8", "-R"]),
        ("genisoimage", ["-quiet", "-input-charset", "utf-8", "-J", "-joliet-long"]),
        ("genisoimage", ["-quiet", "-input-charset", "utf-8", "-J", "-R"]),
        ("xorriso", ["-as", "mkisofs", "-quiet", "-iso-level", "3", "-J", "-R"]),
    ],
    ids=["rock ridge", "joliet", "both", "libisofs"],
)
def test_every_file_is_read(program: str, options: list[str], tmp_path: Path) -> None:
    needs(program, "tsk_recover")
    for name, data in FILES.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    deep = "-D" if program == "genisoimage" else "-quiet"
    command = [program, *options, deep, "-o", tmp_path / "image.iso", tmp_path / "tree"]
    subprocess.run(command, check=True, capture_output=True)
    blob = Blob.of_file(str(tmp_path / "image.iso"), Limits())
    ours: dict[str, bytes] = {}
    for member in registry.containers()[registry.sniffer().media_type(blob)].members(blob, Settings()):
        assert not isinstance(member, Gap), member
        with member.open() as stream:  # before the next one is asked for
            ours[member.path] = b"".join(iter(lambda: stream.read(1 << 20), b""))
    assert ours == FILES
    subprocess.run(["tsk_recover", "-a", "image.iso", "out"], cwd=tmp_path, check=True, capture_output=True)
    theirs = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file() and "$" not in str(path)]
    assert Counter(theirs) == Counter(data for data in ours.values() if data)
