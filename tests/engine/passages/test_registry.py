"""The registry: whole documents or none, at once gone, damage named, other keys refused, no text kept."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from shoumi.cli import main
from shoumi.engine.detectors.passages import Passages
from shoumi.engine.errors import OutputError, ShoumiError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages import generation, index, registered, registry
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.passages.search import Searcher
from shoumi.engine.settings import Settings


def add(home, *paths, **about):
    values = {"id": "", "title": "", "level": "秘密"} | about
    return Intake(home, Settings()).add([str(path) for path in paths], Registered(**values))


def search(home, text):
    with Register(home) as register:
        segments, damaged = register.open_segments()
        found = Searcher(register.index_key, segments, register.families()).search(text.encode())
        return [register.by_number(passage.number).title for passage in found.passages], damaged


def files(tmp_path, write, count, size=400):
    paths = []
    for number in range(count):
        path = tmp_path / f"{number}.txt"
        path.write_text(write.chinese(size))
        paths.append(path)
    return paths


def test_nothing_is_opened_while_nothing_is_registered(home):
    assert not registered(home)
    assert generation(home) == ""
    assert not home.path.exists()


def test_added_documents_are_found_and_removed_ones_are_not(tmp_path, home, write):
    paths = files(tmp_path, write, 3)
    for path in paths:  # texts that share no phrase of the made-up prose
        path.write_text(write.latin(600))
    outcome = add(home, *paths)
    before = generation(home)
    text = paths[1].read_text()[100:350]
    assert search(home, text)[0] == ["1.txt"]
    with Register(home) as register:
        register.remove([next(one.id for one in outcome.added if one.title == "1.txt")])
    assert search(home, text)[0] == []
    assert generation(home) != before


def test_many_small_additions_are_merged_and_all_found(tmp_path, home, write):
    paths = files(tmp_path, write, 9)
    for path in paths:
        add(home, path)
    with Register(home) as register:
        assert len(register.segments()) < 9
    for path in paths:
        assert search(home, path.read_text()[100:180])[0] == [path.name]


def test_the_same_content_is_registered_once(tmp_path, home, write):
    (path,) = files(tmp_path, write, 1)
    add(home, path)
    outcome = add(home, path)
    assert not outcome.added
    assert len(outcome.twice) == 1


def test_no_text_and_no_title_is_on_disk(tmp_path, home, write):
    (path,) = files(tmp_path, write, 1)
    add(home, path, title="极光行动方案")
    stored = b"".join(entry.read_bytes() for entry in (home.path / "registry").iterdir())
    for text in ("极光行动方案", path.read_text()[:8], path.read_text()[40:46]):
        assert text.encode() not in stored
        assert text.encode("utf-16-le") not in stored


def test_another_key_is_refused(tmp_path, home, write):
    add(home, *files(tmp_path, write, 1))
    (home.path / "key").write_bytes(b"x" * 32)
    with pytest.raises(UsageError, match="another key"):
        Register(Home(home.path))


def test_a_damaged_segment_is_named_and_the_rest_is_used(tmp_path, home, write):
    paths = files(tmp_path, write, 2)
    add(home, paths[0])
    add(home, paths[1])
    with Register(home) as register:
        name = register.by_number(1) and register.segments()
        victim = sorted(entry[0] for entry in name)[0]
    segment = home.path / "registry" / victim
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    with Register(home) as register:
        damaged = register.damaged()
        (lost,) = damaged[victim]
        kept = next(one for one in register.documents() if one.id != lost)
        text = next(path for path in paths if path.name == kept.title).read_text()
        assert search(home, text[50:150]) == ([kept.title], [victim])
        assert register.repair() == {victim: [lost]}
        assert register.damaged() == {}
        assert [one.id for one in register.documents()] == [kept.id]


def age(home, name):
    """Make a segment one of the version before, with the checksum that it would have had."""
    path = home.path / "registry" / name
    path.write_bytes(index.EARLIER[-1] + path.read_bytes()[8:])


def test_a_segment_of_an_earlier_version_is_used_and_named_and_never_merged(tmp_path, home, write):
    paths = files(tmp_path, write, registry.TIER + 1)
    add(home, paths[0])
    with Register(home) as register:
        ((old, *_),) = register.segments()
        (id_,) = [one.id for one in register.documents()]
    age(home, old)
    for path in paths[1:]:
        add(home, path)
    with Register(home) as register:
        assert {name for name, *_ in register.segments()} > {old}
        assert len(register.segments()) == 2  # the others were merged
        assert register.damaged() == {}
        assert register.earlier() == {old: [id_]}
    assert search(home, paths[0].read_text()[50:150]) == (["0.txt"], [])
    detector = Passages((), Settings(), home)
    detector.load()
    (gap,) = detector.gaps()
    assert gap.reason == "unsupported"
    assert "register repair" in gap.detail
    with Register(home) as register:
        assert register.repair() == {old: [id_]}
        assert register.earlier() == {}
    add(home, paths[0])
    assert search(home, paths[0].read_text()[50:150]) == (["0.txt"], [])


def test_verify_and_repair_say_what_to_do_about_an_earlier_version(tmp_path, home, write, monkeypatch, capsys):
    (added,) = add(home, *files(tmp_path, write, 1)).added
    with Register(home) as register:
        ((name, *_),) = register.segments()
    monkeypatch.setenv("SHOUMI_HOME", str(home.path))
    assert main(["register", "verify"]) == 0
    age(home, name)
    assert main(["register", "verify"]) == 3
    said = capsys.readouterr().err
    assert f"{name} was written by an earlier version" in said
    assert added.id in said
    assert "`shoumi register repair`" in said
    assert main(["register", "repair"]) == 3
    assert f"add again: {added.id}" in capsys.readouterr().out
    assert main(["register", "verify"]) == 0


def test_changed_metadata_is_noticed(tmp_path, home, write):
    add(home, *files(tmp_path, write, 1))
    with Register(home) as register:
        with register.writing() as database:
            database.execute("update documents set sealed = zeroblob(60)")
        with pytest.raises(ShoumiError, match="was changed"):
            register.documents()


def test_a_full_disk_leaves_nothing_half(tmp_path, home, write, monkeypatch):
    paths = files(tmp_path, write, 2)
    add(home, paths[0])

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        add(home, paths[1])
    monkeypatch.undo()
    with Register(home) as register:
        assert [one.title for one in register.documents()] == ["0.txt"]
        assert len(list((home.path / "registry").glob("*.segment"))) == 1
    add(home, paths[1])
    assert search(home, paths[1].read_text()[:90])[0] == ["1.txt"]


def _killed_while_writing(path, folder):
    home = Home(path)
    index.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    add(home, folder)


def test_a_killed_addition_leaves_whole_documents_or_none(tmp_path, home, write):
    paths = files(tmp_path, write, 2)
    add(home, paths[0])
    process = multiprocessing.get_context("spawn").Process(target=_killed_while_writing, args=(home.path, paths[1]))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with Register(home) as register:
        assert [one.title for one in register.documents()] == ["0.txt"]
        register.repair()
        assert len(list((home.path / "registry").glob("*.segment"))) == 1
    add(home, paths[1])
    assert search(home, paths[1].read_text()[:90])[0] == ["1.txt"]


def _add_all(path, paths):
    for one in paths:
        add(Home(path), one)


def test_two_processes_add_at_once(tmp_path, home, write):
    paths = files(tmp_path, write, 8)
    _ = home.key
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_all, args=(home.path, part)) for part in (paths[::2], paths[1::2])]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with Register(home) as register:
        assert sorted(one.title for one in register.documents()) == [f"{number}.txt" for number in range(8)]
    for path in paths:
        assert search(home, path.read_text()[60:140])[0] == [path.name]


def test_files_without_text_are_said_and_the_others_registered(tmp_path, home, write):
    (path,) = files(tmp_path, write, 1)
    empty = tmp_path / "empty.txt"
    empty.write_text("—— …")
    outcome = add(home, empty, path)
    assert [one.title for one in outcome.added] == ["0.txt"]
    assert [gap.reason for gap in outcome.gaps] == ["no-text"]


def test_an_id_is_for_one_document(tmp_path, home, write):
    paths = files(tmp_path, write, 2)
    with pytest.raises(UsageError, match="one document"):
        add(home, *paths, id="A-1")
    assert add(home, paths[0], id="A-1").added[0].id == "A-1"
