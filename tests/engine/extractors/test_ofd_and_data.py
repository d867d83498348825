"""OFD documents, SQLite databases and property lists."""

from __future__ import annotations

import importlib.util
import io
import plistlib
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

_spec = importlib.util.spec_from_file_location("samples_legacy", Path(__file__).parents[2] / "samples" / "legacy.py")
legacy: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(legacy)
run, ofd, N = legacy.run, legacy.ofd, legacy.NAMESPACE


def parts(data: bytes, limits: Limits | None = None) -> list[Segment | Item | Gap]:
    blob = Blob.of_bytes(data, limits or Limits())
    plugin = registry.extractors()[registry.sniffer().media_type(blob)]
    found: list[Segment | Item | Gap] = []
    try:
        found.extend(plugin.segments(blob, Settings()))
    except Unexamined as error:
        found.append(Gap(error.reason, str(error)))
    return found


def pages(data: bytes) -> dict[int | None, str]:
    return {p.locator.page: p.text for p in parts(data) if isinstance(p, Segment) and not p.hidden and p.locator.page}


def test_glyphs_become_lines() -> None:
    glyphs = "".join(run(char, 20 + 5 * at, 30) for at, char in enumerate("机密★10年"))
    second = run("第二行", 20, 40) + run("单元格", 80, 40) + run("接着", 95, 40)
    assert pages(ofd([glyphs + second])) == {1: "机密★10年\n第二行\t单元格接着"}


def test_deltas_say_where_a_run_ends() -> None:
    text = '<ofd:TextObject Boundary="10 10 90 5" Size="5"><ofd:TextCode X="0" Y="4" DeltaX="g 2 5">甲乙丙</ofd:TextCode></ofd:TextObject>'
    assert pages(ofd([text + run("丁", 25, 10)])) == {1: "甲乙丙丁"}


def test_pages_in_the_document_s_order() -> None:
    data = ofd([run("甲", 1, 1), run("乙", 1, 1)])
    assert pages(data) == {1: "甲", 2: "乙"}
    turned = data_with(
        data, "Doc_0/Document.xml", lambda text: text.replace("P0/", "Px/").replace("P1/", "P0/").replace("Px/", "P1/")
    )
    assert pages(turned) == {1: "乙", 2: "甲"}


def data_with(data: bytes, name: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            body = source.read(info)
            target.writestr(info.filename, change(body.decode()).encode() if info.filename == name else body)
    return out.getvalue()


def test_invisible_text_is_hidden() -> None:
    found = [
        p
        for p in parts(ofd([run("看得见", 1, 1) + run("看不见", 1, 9, more='Visible="false"')]))
        if isinstance(p, Segment)
    ]
    assert [(p.text, p.hidden) for p in found if p.locator.page] == [("看得见", False), ("看不见", True)]


def test_annotations_attachments_metadata_and_pictures() -> None:
    remark = f"<ofd:PageAnnot {N}><ofd:Annot><ofd:Remark>备注文字</ofd:Remark></ofd:Annot></ofd:PageAnnot>".encode()
    extra = {"Doc_0/Annots/A.xml": remark, "Doc_0/Attachs/附件.txt": b"attached", "Doc_0/Res/image.png": b"\x89PNG"}
    found = parts(ofd([run("甲", 1, 1)], extra))
    text = "\n".join(p.text for p in found if isinstance(p, Segment))
    assert "备注文字" in text
    assert "Title: 机密★10年标题" in text
    items = {p.path: p.open().read() for p in found if isinstance(p, Item)}
    assert items == {"Doc_0/Attachs/附件.txt": b"attached", "Doc_0/Res/image.png": b"\x89PNG"}


def test_encrypted_pages_are_a_gap() -> None:
    data = ofd([run("甲", 1, 1)], {"Encryptions.xml": b"<x/>", "Doc_0/Pages/P9/Content.xml": b"\x01\x02\x03"})
    assert [p.reason for p in parts(data) if isinstance(p, Gap)] == ["encrypted"]


def test_rows_have_their_columns_as_labels() -> None:
    found = [p for p in parts(legacy.database()) if isinstance(p, Segment)]
    rows = [(p.joint, p.label, p.text) for p in found if p.locator.cell]
    assert rows[2:] == [("\n", "name", "Bob"), ("\t", "number", "11010519491231002X")]
    assert "people" in found[0].text


def test_deleted_rows_are_found_on_free_pages() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("pragma secure_delete = off")
    connection.execute("create table a (t text)")
    connection.executemany("insert into a values (?)", [(f"被删除的内容编号{number}" * 9,) for number in range(200)])
    connection.execute("create table b (t text)")
    connection.commit()
    connection.execute("drop table a")
    connection.commit()
    hidden = "".join(p.text for p in parts(connection.serialize()) if isinstance(p, Segment) and p.hidden)
    assert "被删除的内容编号" in hidden


def test_database_with_a_write_ahead_log_left_behind(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "wal.db")
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table a (t text)")
    connection.execute("insert into a values ('机密★10年')")
    connection.commit()
    connection.close()
    assert any("机密★10年" in p.text for p in parts((tmp_path / "wal.db").read_bytes()) if isinstance(p, Segment))


def test_rows_on_free_pages_keep_their_columns_apart() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("pragma secure_delete = off")
    connection.execute("create table a (name text, number text, phone integer)")
    connection.executemany("insert into a values (?, ?, ?)", [("Bob", "11010519491231002X", 13800138000)] * 200)
    connection.execute("create table b (t text)")
    connection.commit()
    connection.execute("drop table a")
    connection.commit()
    found = [p for p in parts(connection.serialize()) if isinstance(p, Segment) and p.hidden]
    assert "Bob\t11010519491231002X\t13800138000" in {p.text for p in found}
    assert {p.hiding for p in found} == {"free-page"}


def test_write_ahead_log_beside_its_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table a (name text, number text)")
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("insert into a values ('Bob', '11010519491231002X')")
    connection.commit()
    log = (tmp_path / "a.db-wal").read_bytes()
    assert b"11010519491231002X" not in (tmp_path / "a.db").read_bytes()
    found = parts(log)
    assert "Bob\t11010519491231002X" in [p.text for p in found if isinstance(p, Segment)]
    assert not [p for p in found if isinstance(p, Gap)]
    connection.close()
    cut = parts(log[:-100])
    assert [p.reason for p in cut if isinstance(p, Gap)] == ["corrupt"]
    assert [p.reason for p in parts(log[:32]) if isinstance(p, Gap)] == ["no-text"]


def test_large_database_is_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    path.write_bytes(legacy.database())
    blob = Blob.of_file(str(path), Limits(parse_bytes=1024, spool_bytes=1024))
    found = list(registry.extractors()["application/vnd.sqlite3"].segments(blob, Settings()))
    assert any("机密★10年" in p.text for p in found if isinstance(p, Segment))
    assert [entry.name for entry in tmp_path.iterdir()] == ["data.db"]
    blob.close()


def test_damaged_database_is_swept_and_says_so() -> None:
    data = legacy.database()
    found = parts(data[:100] + bytes(200) + data[300:])
    assert any("11010519491231002X" in p.text for p in found if isinstance(p, Segment))
    assert [p.reason for p in found if isinstance(p, Gap)] == ["corrupt"]


def test_a_query_never_runs_what_a_database_brings() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table a (t text)")
    connection.execute("insert into a values ('text')")
    connection.execute(
        "create view endless as with recursive n(x) as (select 1 union all select x+1 from n) select x from n"
    )
    connection.commit()
    assert any(p.text == "text" for p in parts(connection.serialize()) if isinstance(p, Segment))


def test_property_list_values_keys_and_files() -> None:
    value = {"名称": "机密★10年", "inner": [{"n": 3}, b"PK\x03\x04zip"], "flag": True}
    found = parts(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
    (segment,) = [p for p in found if isinstance(p, Segment)]
    assert set(segment.text.splitlines()) == {"名称: 机密★10年", "inner.n: 3"}
    assert [p.path for p in found if isinstance(p, Item)] == ["inner"]


def test_property_list_that_contains_itself_comes_to_an_end() -> None:
    assert [p.reason for p in parts(_nested(40)) if isinstance(p, Gap)] == ["limit"]


def _nested(depth: int) -> bytes:
    """Return a binary list whose every level holds the level below twice."""
    objects = [b"\xa2" + bytes((at + 1, at + 1)) for at in range(depth)] + [b"\x51x"]
    head = b"bplist00"
    offsets, at = [], len(head)
    for entry in objects:
        offsets.append(at)
        at += len(entry)
    table = b"".join(offset.to_bytes(2, "big") for offset in offsets)
    trailer = bytes(6) + b"\x02\x01" + len(objects).to_bytes(8, "big") + bytes(8) + at.to_bytes(8, "big")
    return head + b"".join(objects) + table + trailer


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_damaged_property_list_says_so(cut: float) -> None:
    data = plistlib.dumps({"name": "Alice and Bob", "text": "机密★10年之外"}, fmt=plistlib.FMT_BINARY)
    assert [p.reason for p in parts(data[: int(len(data) * cut)]) if isinstance(p, Gap)] == ["corrupt"]
