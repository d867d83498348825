"""The guide's page about Python runs as it stands: every example, and the figures that its comments promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shoumi
from shoumi.engine.settings import Settings
from shoumi.engine.source import Policy

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the page describes, below the working folder."""
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "plan.txt").write_text("机密★10年\n\n关于下半年工作安排的报告\n")
    (folder / "people.csv").write_text("姓名,身份证号,手机\n张三,110101199003072316,13800138000\n")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 broken")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_runs(share: Path, number: int) -> None:
    exec(compile(EXAMPLES[number], f"api.md, example {number + 1}", "exec"), {})


def test_the_summary_is_what_the_page_says(share: Path) -> None:
    run = shoumi.scan("share")
    list(run)
    promised = dict(re.findall(r"^print\(summary\.(\w+)\) +# (.*)$", PAGE, re.MULTILINE))
    assert promised == {"findings": str(run.summary.as_json()["findings"]), "gaps": str(run.summary.gaps)}


@pytest.mark.parametrize("choices", [Settings, Policy])
def test_every_choice_is_described(choices: type) -> None:
    for name in choices.__dataclass_fields__:  # type: ignore[attr-defined]
        assert f"`{name}`" in PAGE


def test_the_report_of_the_example_is_written(share: Path, tmp_path: Path) -> None:
    (example,) = [text for text in EXAMPLES if "report.html" in text]
    exec(compile(example, "api.md", "exec"), {})
    assert (tmp_path / "report.html").read_bytes().startswith(b"<!")
