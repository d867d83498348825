"""The whole path: order, workers that die, interruption, repeated scans, links and special files."""

from __future__ import annotations

import datetime
import errno
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shoumi.engine.home import Home
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.scan import _BATCH_FILES, Scan
from shoumi.engine.settings import Settings
from shoumi.engine.source import Policy
from shoumi.engine.suppression import Suppressions
from shoumi.engine.types import Gap, Match

Start = Callable[..., Scan]


def matches(events: list[Match | Gap]) -> list[Match]:
    return [event for event in events if isinstance(event, Match)]


def gaps(events: list[Match | Gap]) -> list[Gap]:
    return [event for event in events if isinstance(event, Gap)]


def fill(tree: Path, count: int = 300) -> None:
    for number in range(count):
        folder = tree / f"d{number % 7}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number:04}.txt").write_text(
            f"line\nLEAK-{number + 10000} here\n" if number % 3 == 0 else "nothing\n"
        )


def test_findings_carry_place_span_and_masked_snippet(scan: Start, tree: Path) -> None:
    (tree / "a.txt").write_text("第一行\n泄漏 LEAK-12345 了\n")
    run = scan()
    (match,) = list(run)
    assert isinstance(match, Match)
    assert (match.rule, match.path, match.locator.line, match.span) == ("trial.leak", str(tree / "a.txt"), 2, (7, 17))
    assert "12345" not in match.snippet
    assert "LEAK-*****" in match.snippet
    assert run.exit_code == 1
    assert run.summary.files == 1
    assert run.summary.findings == {"medium": 1}


@pytest.mark.parametrize("jobs", [1, 3])
def test_two_scans_give_identical_events_whatever_the_number_of_workers(
    scan: Start, tree: Path, tmp_path: Path, jobs: int
) -> None:
    fill(tree)
    home = Home(tmp_path / "home")
    first = list(scan(home=home, jobs=1))
    again = Home(tmp_path / "second")
    again.folder("")
    (again.path / "key").write_bytes(home.key)
    assert list(scan(home=again, jobs=jobs)) == first
    assert len(matches(first)) == 100


def test_clean_tree_is_zero_and_gap_alone_is_three(scan: Start, tree: Path) -> None:
    (tree / "a.txt").write_text("nothing")
    run = scan()
    assert list(run) == []
    assert run.exit_code == 0
    os.mkfifo(tree / "pipe")
    run = scan()
    (gap,) = gaps(list(run))
    assert (gap.reason, run.exit_code) == ("special", 3)


@pytest.mark.parametrize(
    ("word", "reason"), [("!crash", "crashed"), ("!hang", "timeout"), ("!eat", "limit"), ("!raise", "corrupt")]
)
def test_a_parser_that_dies_costs_one_gap_and_no_other_result(scan: Start, tree: Path, word: str, reason: str) -> None:
    fill(tree, 30)
    (tree / "bad.bin").write_text(word)
    patience = 1.5 if word == "!hang" else 60
    run = scan(limits=Limits(step_seconds=patience, memory_bytes=700 * MIB), jobs=2)
    events = list(run)
    (gap,) = gaps(events)
    assert (gap.reason, gap.trail.steps[0].name) == (reason, str(tree / "bad.bin"))
    assert len([m for m in matches(events) if m.path != str(tree / "bad.bin")]) == 10
    assert "99999" not in gap.detail
    assert run.exit_code == 1


def test_a_member_that_crashes_leaves_the_other_members_their_results(scan: Start, tree: Path) -> None:
    (tree / "t.bin").write_text("!tree")
    events = list(scan())
    assert [str(m.trail.steps[-1].name) for m in matches(events)][1:] == ["a", "c", "d", "e"]
    assert [(g.reason, g.trail.steps[-1].name) for g in gaps(events)] == [("crashed", "b"), ("corrupt", "d")]


def test_the_second_scan_reads_nothing_and_says_the_same(scan: Start, tree: Path) -> None:
    fill(tree)
    (tree / "broken.bin").write_text("!raise")
    first = scan()
    events = list(first)
    second = scan()
    assert list(second) == events
    assert second.exit_code == first.exit_code
    assert second.summary.unchanged == second.summary.files == 301
    assert second.summary.as_json()["findings"] == first.summary.as_json()["findings"]


@pytest.mark.parametrize("change", ["pack", "file", "option", "key"])
def test_any_change_is_scanned_again(scan: Start, tree: Path, pack: Path, tmp_path: Path, change: str) -> None:
    (tree / "a.txt").write_text("LEAK-12345")
    list(scan())
    options: dict[str, object] = {}
    if change == "pack":
        pack.write_text(pack.read_text().replace("severity: medium", "severity: high"))
    elif change == "file":
        (tree / "a.txt").write_text("LEAK-54321")
    elif change == "option":
        options["settings"] = Settings(packs=(str(pack),), mentions=True)
    else:
        (tmp_path / "home" / "key").write_bytes(bytes(32))
    run = scan(**options)
    (match,) = matches(list(run))
    assert run.summary.unchanged == 0
    assert match.severity == ("high" if change == "pack" else "medium")


def test_verdicts_end_with_their_last_day(scan: Start, tree: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.engine.conftest import Trial

    plain = Trial.detect
    day = datetime.date(2026, 5, 1)
    monkeypatch.setattr(
        Trial, "detect", lambda self, view, hits: (replace(d, until=day) for d in plain(self, view, hits))
    )
    (tree / "a.txt").write_text("LEAK-12345")
    at = lambda *date: Settings(packs=(str(pack),), today=datetime.date(*date))  # noqa: E731
    for date, unchanged in (((2026, 4, 1), 0), ((2026, 4, 2), 1), ((2026, 5, 2), 0), ((2026, 3, 1), 0)):
        run = scan(settings=at(*date))
        assert len(list(run)) == 1
        assert run.summary.unchanged == unchanged, date


def test_a_killed_scan_goes_on_where_it_was(scan: Start, tree: Path) -> None:
    fill(tree, 600)
    child = os.fork()
    if child == 0:
        run = scan(jobs=1)
        fill_in, batches = run._fill, []

        def fill_then_die(batch: object, results: object) -> None:
            fill_in(batch, results)
            run._state.commit()
            batches.append(batch)
            if len(batches) == 3:
                os.kill(os.getpid(), signal.SIGKILL)

        run._fill = fill_then_die
        list(run)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    run = scan(jobs=1)
    assert len(matches(list(run))) == 200
    assert run.summary.unchanged == 3 * _BATCH_FILES


def test_stop_ends_with_a_gap_and_a_summary(scan: Start, tree: Path) -> None:
    fill(tree, 900)
    run = scan(jobs=1)
    events = []
    for event in run:
        events.append(event)
        run.stop()
    assert run.summary.stopped
    assert gaps(events)[-1].reason == "limit"
    assert "stopped" in gaps(events)[-1].detail
    assert run.summary.files < 900


def test_links_are_not_followed_unless_asked(scan: Start, tree: Path, tmp_path: Path) -> None:
    (tree / "a.txt").write_text("LEAK-12345")
    (tree / "inside").symlink_to("a.txt")
    (tree / "loop").symlink_to(tree)
    outside = tmp_path / "outside.txt"
    outside.write_text("LEAK-77777")
    (tree / "out").symlink_to(outside)
    (tree / "dangling").symlink_to(tmp_path / "nowhere")
    run = scan()
    events = list(run)
    assert len(matches(events)) == 1
    assert run.summary.skipped == {"inode/symlink": 2}
    assert sorted(Path(g.trail.steps[0].name).name for g in gaps(events)) == ["dangling", "out"]
    followed = list(scan(policy=Policy(follow_links=True)))
    assert sorted({Path(m.path).name for m in matches(followed)}) == ["a.txt", "inside", "out"]
    assert sorted((Path(g.trail.steps[0].name).name, g.reason) for g in gaps(followed)) == [
        ("dangling", "changed"),
        ("loop", "special"),
    ]


def test_special_files_are_named_and_never_opened(scan: Start, tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tree / "socket"))
        events = list(scan())
    assert [(Path(g.trail.steps[0].name).name, g.reason) for g in gaps(events)] == [
        ("pipe", "special"),
        ("socket", "special"),
    ]


def test_include_and_exclude_are_counted(scan: Start, tree: Path) -> None:
    for name in ("a.txt", "b.log", "sub/c.txt", "sub/skip/d.txt", ".git/e.txt"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("LEAK-12345")
    run = scan(policy=Policy(include=("*.txt",), exclude=(".git", "sub/skip")))
    assert [Path(m.path).name for m in matches(list(run))] == ["a.txt", "c.txt"]
    assert run.summary.excluded == 3


def test_an_address_that_does_not_exist_fails_after_the_others_are_scanned(
    scan: Start, tree: Path, tmp_path: Path
) -> None:
    (tree / "a.txt").write_text("LEAK-12345")
    run = scan(tmp_path / "nowhere", tree)
    assert len(matches(list(run))) == 1
    assert run.exit_code == 2
    assert "nowhere" in str(run.errors[0])


def test_broken_names_are_shown_as_escapes(scan: Start, tree: Path) -> None:
    name = os.fsencode(tree) + "/坏".encode("gb18030") + b"\n\x1b[31m.txt"
    Path(os.fsdecode(name)).write_text("LEAK-12345")
    (match,) = matches(list(scan()))
    assert match.path.isprintable()
    assert "\\x1b" in match.path


def test_secrets_in_names_are_masked_everywhere(scan: Start, tree: Path) -> None:
    (tree / "LEAK-12345.txt").write_text("see LEAK-67890")
    os.mkfifo(tree / "LEAK-24680")
    events = list(scan())
    assert "12345" not in str(events)
    assert "24680" not in str(events)
    assert "67890" not in str(events)
    assert [m.locator.part for m in matches(events)] == ["name", None]


def test_suppressions_mark_by_content_and_expired_ones_do_not(scan: Start, tree: Path, tmp_path: Path) -> None:
    (tree / "a.txt").write_text("LEAK-12345 and LEAK-54321")
    first, second = matches(list(scan()))
    listing = tmp_path / "known.yaml"
    listing.write_text(
        f"- {{id: {first.id}, reason: sample, owner: Alice, until: 2099-01-01}}\n"
        f"- {{id: {second.id}, reason: old, owner: Bob, until: 2020-01-01}}\n"
        "- {id: ffff, reason: gone, owner: Dana, until: 2099-01-01}\n"
    )
    known = Suppressions.load(listing, datetime.date(2026, 1, 1))
    run = scan(suppressions=known)
    marked, open_ = matches(list(run))
    assert marked.data["suppressed"]["owner"] == "Alice"
    assert "suppressed" not in open_.data
    assert [e.id for e in known.expired()] == [second.id]
    assert [e.id for e in known.unused()] == ["ffff"]
    assert (run.exit_code, run.summary.suppressed) == (1, 1)


def test_a_file_that_cannot_be_read_is_denied(scan: Start, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "a.txt").write_text("LEAK-12345")
    real = os.open

    def refuse(path: str, *rest: int, **options: int) -> int:
        if str(path) == str(tree / "a.txt"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    run = scan()
    assert [g.reason for g in gaps(list(run))] == ["denied"]
    monkeypatch.undo()
    assert run.summary.files == 1


def test_a_terabyte_of_nothing_is_a_gap_not_a_day(scan: Start, tree: Path) -> None:
    with (tree / "sparse.bin").open("wb") as file:
        file.truncate(1 << 40)
    (tree / "a.txt").write_text("LEAK-12345")
    events = list(scan(limits=Limits(step_seconds=5)))
    assert len(matches(events)) == 1
    assert [Path(g.trail.steps[0].name).name for g in gaps(events)] == ["sparse.bin"]


def test_shoumis_own_folder_is_left_out(scan: Start, tree: Path) -> None:
    run = scan(home=Home(tree / "home"))
    list(run)
    again = scan(home=Home(tree / "home"))
    list(again)
    assert again.summary.files == 0
    assert again.summary.excluded == 1
