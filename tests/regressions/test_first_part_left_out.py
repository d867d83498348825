"""Later parts of a split archive were counted as skipped although their first part, which stands for them, was left out."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.source import Policy
from shoumi.engine.types import Gap


@pytest.mark.parametrize("policy", [Policy(exclude=("*.001",)), Policy(include=("*.002", "*.003", "*.004"))])
def test_it_is_a_gap(tmp_path: Path, policy: Policy) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("noise", random.Random(1).randbytes(4 * 65536 - 300))
    data, share = whole.read_bytes(), tmp_path / "share"
    share.mkdir()
    for number in range(4):
        (share / f"whole.{number + 1:03}").write_bytes(data[number * 65536 : (number + 1) * 65536])
    events = list(Scan((str(share),), home=Home(tmp_path / "home"), policy=policy))
    assert [Path(event.trail.steps[0].name).suffix for event in events if isinstance(event, Gap)] == [
        ".002",
        ".003",
        ".004",
    ]
