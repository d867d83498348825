"""Earlier results end with any change of code, data or libraries: nobody has to remember to raise a version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from shoumi.engine import made
from shoumi.engine.scan import Scan

Start = Callable[..., Scan]
ENGINE = Path(made.__file__).parent


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of some of the engine that the digest is made of instead."""
    folder = tmp_path / "engine"
    shutil.copytree(ENGINE / "detectors", folder / "detectors", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ENGINE / "packs", folder / "packs")
    shutil.copytree(ENGINE / "passages", folder / "passages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ENGINE / "messages", folder / "messages", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(made, "_ENGINE", folder)
    return folder


def digest() -> str:
    made._engine.cache_clear()
    try:
        return made.digest()
    finally:
        made._engine.cache_clear()


@pytest.mark.parametrize(
    "name", ["detectors/marks.py", "detectors/_mark_words.py", "packs/cn/state.yaml", "passages/folding.bin"]
)
def test_a_changed_byte_of_code_rules_or_tables_changes_it(copy: Path, name: str) -> None:
    before = digest()
    assert digest() == before
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    assert digest() != before


def test_a_new_module_changes_it_and_sentences_and_byte_code_do_not(copy: Path) -> None:
    before = digest()
    (copy / "messages" / "marks.yaml").write_text("other: words")
    (copy / "detectors" / "__pycache__").mkdir()
    (copy / "detectors" / "__pycache__" / "marks.pyc").write_bytes(b"x")
    assert digest() == before
    (copy / "detectors" / "ours.py").write_text("PLUGIN = None\n")
    assert digest() != before


def test_another_version_of_a_library_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    libraries = made._libraries()
    assert any(name.startswith("hyperscan-") for name in libraries)
    monkeypatch.setattr(made, "_libraries", lambda: [*libraries[:-1], "lxml-99.0.dist-info"])
    assert digest() != before


def test_the_libraries_are_those_that_the_engine_asks_for() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["ocr"], *extras["secrets"]]
    assert {re.split(r"[\[<>=~ ]", line)[0].lower().replace("_", "-") for line in asked} == made.LIBRARIES


def test_a_plug_in_from_elsewhere_counts_with_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("elsewhere")
    module.__file__ = str(tmp_path / "elsewhere.py")
    monkeypatch.setitem(sys.modules, "elsewhere", module)
    (tmp_path / "elsewhere.py").write_text("one = 1")
    before = made.digest(["elsewhere"])
    (tmp_path / "elsewhere.py").write_text("one = 2")
    assert made.digest(["elsewhere"]) != before


def test_a_change_of_code_is_scanned_again(scan: Start, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "a.txt").write_text("LEAK-12345")
    first = list(scan())
    assert scan().summary.unchanged == 0
    again = scan()
    assert list(again) == first
    assert again.summary.unchanged == 1
    monkeypatch.setattr(made, "_engine", lambda: "another state of the code")
    changed = scan()
    assert list(changed) == first
    assert changed.summary.unchanged == 0


def test_it_costs_a_start_little() -> None:
    made._engine.cache_clear()
    started = time.process_time()
    made.digest()
    assert time.process_time() - started < 0.2


def test_two_processes_agree() -> None:
    code = "from shoumi.engine import made; print(made.digest())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == made.digest()
