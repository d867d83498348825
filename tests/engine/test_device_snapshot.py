"""Snapshots of invented machines: what is read, what is said to be unseen, and what differs after a repair."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from shoumi.cli import main
from shoumi.engine.device import compare, medium, snapshot, usb
from shoumi.engine.errors import UsageError

LOG = """\
2026-11-01T08:00:01+08:00 pc kernel: usb 1-2: New USB device found, idVendor=0781, idProduct=5567, bcdDevice= 1.00
2026-11-01T08:00:01+08:00 pc kernel: usb 1-2: Product: Cruzer Blade
2026-11-01T08:00:01+08:00 pc kernel: usb 1-2: Manufacturer: SanDisk
2026-11-01T08:00:01+08:00 pc kernel: usb 1-2: SerialNumber: 4C530001
2026-11-01T08:00:02+08:00 pc kernel: usb-storage 1-2:1.0: USB Mass Storage device detected
2026-11-09T19:30:00+08:00 pc kernel: usb 1-2: New USB device found, idVendor=0781, idProduct=5567, bcdDevice= 1.00
2026-11-09T19:30:00+08:00 pc kernel: usb 1-2: SerialNumber: 4C530001
"""
OLD = "Oct  3 09:00:00 pc kernel: [12.3] usb 3-1.4: New USB device found, idVendor=046d, idProduct=c31c\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A desktop with one disk, a network card, a keyboard, and logs."""
    root = tmp_path / "machine"
    dmi = {
        "sys_vendor": "Example",
        "product_name": "Desk 3",
        "product_serial": "PC-0815",
        "board_serial": "Default string",
    }
    for name, value in dmi.items():
        write(root / f"sys/class/dmi/id/{name}", f"{value}\n")
    write(root / "sys/block/sda/size", "1953525168\n")
    write(root / "sys/block/sda/device/model", "Disk 1T  \n")
    write(root / "sys/block/sda/device/serial", "WD-123\n")
    write(root / "sys/block/loop0/size", "8\n")
    write(root / "sys/class/net/eth0/address", "02:00:00:00:00:01\n")
    write(root / "sys/class/net/eth0/device/vendor", "x")
    write(root / "sys/class/net/lo/address", "00:00:00:00:00:00\n")
    stick = root / "sys/bus/usb/devices/1-2"
    for name, value in {"idVendor": "0781", "idProduct": "5567", "product": "Stick", "serial": "A1"}.items():
        write(stick / name, value)
    write(stick / "1-2:1.0/bInterfaceClass", "08\n")
    write(root / "etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\n')
    write(root / "etc/hostname", "pc\n")
    write(root / "var/log/kern.log", LOG)
    with gzip.open(root / "var/log/kern.log.1.gz", "wt") as stream:
        stream.write(OLD)
    return root


def test_everything_that_is_told_is_read(machine: Path) -> None:
    body = snapshot.take(machine)
    assert body["hardware"] == {"vendor": "Example", "model": "Desk 3", "serial": "PC-0815"}
    (disk,) = body["disks"]
    assert (disk["serial"], disk["size"], disk["model"]) == ("WD-123", 1953525168 * 512, "Disk 1T")
    assert [one["mac"] for one in body["network"]] == ["02:00:00:00:00:01"]
    assert [(one["id"], one["storage"]) for one in body["usb"]] == [("0781:5567", True)]
    history = {one["serial"]: one for one in body["usb_history"]}
    assert history["4C530001"]["storage"]
    assert (history["4C530001"]["first"][:10], history["4C530001"]["last"][:10]) == ("2026-11-01", "2026-11-09")
    assert history[""]["id"] == "046d:c31c"
    assert body["unseen"] == []


def test_a_swapped_disk_is_grave_and_the_rest_is_the_same(machine: Path) -> None:
    before = snapshot.take(machine)
    write(machine / "sys/block/sda/device/serial", "WD-999\n")
    found = list(compare.compare(before, snapshot.take(machine)))
    assert [(one.part, one.change, one.grave) for one in found] == [
        ("disks", "removed", True),
        ("disks", "added", True),
    ]
    assert "WD-123" in found[0].what
    assert "WD-999" in found[1].what


def test_a_new_stick_in_the_logs_is_grave_a_keyboard_is_not(machine: Path) -> None:
    before = snapshot.take(machine)
    more = LOG.replace("4C530001", "NEW") + OLD.replace("c31c", "c31d").replace("3-1.4", "2-1")
    write(machine / "var/log/kern.log", LOG + more)
    found = {
        one.after["id"]: one.grave for one in compare.compare(before, snapshot.take(machine)) if one.change == "added"
    }
    assert found == {"0781:5567": True, "046d:c31d": False}


def test_logs_that_were_rotated_away_are_no_change(machine: Path) -> None:
    before = snapshot.take(machine)
    (machine / "var/log/kern.log.1.gz").unlink()
    assert list(compare.compare(before, snapshot.take(machine))) == []


def test_what_could_not_be_seen_is_said_and_not_compared(machine: Path) -> None:
    before = snapshot.take(machine)
    for log in (machine / "var/log").iterdir():
        log.unlink()
    after = snapshot.take(machine)
    assert {"what": "usb_history", "why": "log"} in after["unseen"]
    assert [(one.part, one.change) for one in compare.compare(before, after)] == [("usb_history", "unseen")]


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_serials_for_root_only_are_unseen(machine: Path) -> None:
    (machine / "sys/class/dmi/id/product_serial").chmod(0)
    assert {"what": "hardware.serial", "why": "root"} in snapshot.take(machine)["unseen"]


def test_a_snapshot_that_was_edited_is_refused(machine: Path, tmp_path: Path) -> None:
    body = snapshot.take(machine)
    path = tmp_path / "s.json"
    path.write_text(json.dumps(body))
    assert snapshot.read(str(path)) == body
    path.write_text(json.dumps({**body, "disks": []}))
    with pytest.raises(UsageError, match="changed after"):
        snapshot.read(str(path))
    for wrong in ("", "[]", '{"type": "x"}', json.dumps({**body, "form": 9})):
        path.write_text(wrong)
        with pytest.raises(UsageError):
            snapshot.read(str(path))


def test_lines_that_are_no_log_are_nothing() -> None:
    assert list(usb.parse(["", "usb", "x" * 10_000, "2026-11-01T08:00:01 pc kernel: usb 1-2: Product: alone"])) == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "missing disk"), ("zh-Hans", "不见了的硬盘"), ("zh-Hant", "不見了的硬碟")]
)
def test_as_a_person_runs_it(
    machine: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    monkeypatch.setenv("SHOUMI_LANG", language)
    first, second = str(tmp_path / "1.json"), str(tmp_path / "2.json")
    assert main(["device", "snapshot", "--root", str(machine), "-o", first]) == 0
    assert oct(Path(first).stat().st_mode)[-3:] == "600"
    assert main(["device", "diff", first, first]) == 0
    write(machine / "sys/block/sda/device/serial", "WD-999\n")
    main(["device", "snapshot", "--root", str(machine), "-o", second])
    capsys.readouterr()
    assert main(["device", "diff", first, second]) == 1
    assert words in capsys.readouterr().out
    assert main(["device", "diff", first, second, "-f", "jsonl"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["change"] == "removed"
    assert main(["device", "diff", first, str(tmp_path / "none")]) == 2


def blocks(root: Path) -> None:
    """Give the machine's disk its block devices, as the kernel shows them."""
    disk = root / "sys/devices/ata1/block/sda"
    write(disk / "size", "1953525168\n")
    write(disk / "sda1/partition", "1\n")
    write(disk / "sda1/size", "2048\n")
    (root / "sys/dev/block").mkdir(parents=True)
    for number, folder in (("8:0", disk), ("8:1", disk / "sda1")):
        (root / "sys/dev/block" / number).symlink_to(folder)


def test_a_block_device_is_told_by_the_serial_of_its_disk(machine: Path) -> None:
    blocks(machine)
    whole, part = medium.block("8:0", machine), medium.block("8:1", machine)
    assert (whole["kind"], whole["serial"], whole["size"]) == ("disk", "WD-123", 1953525168 * 512)
    assert (part["kind"], part["serial"], part["size"]) == ("part", "WD-123", 2048 * 512)
    assert medium.block("7:9", machine)["kind"] == "part"  # nothing that the machine has: never a whole disk


def test_a_report_says_of_which_media_it_is(tmp_path: Path) -> None:
    from shoumi.engine.home import Home
    from shoumi.engine.scan import Scan

    image, folder = tmp_path / "disk.img", tmp_path / "folder"
    image.write_bytes(bytes(4096))
    write(folder / "a.txt", "x")
    scan = Scan((str(image), str(folder), str(tmp_path / "gone.img")), home=Home(tmp_path / "home"), jobs=1)
    list(scan)
    told = scan.summary.as_json()["media"]
    assert [(one["kind"], one["path"], one["size"]) for one in told] == [("image", str(image), 4096)]
    assert told[0]["taken"].endswith("+00:00")
    plain = Scan((str(folder),), home=Home(tmp_path / "home"), jobs=1)
    list(plain)
    assert "media" not in plain.summary.as_json()  # the line of the contract, as it was


@pytest.mark.parametrize(
    ("language", "blind", "changed", "grave"),
    [
        ("en", "machine (serial number): only root", "machine: serial number PC-0815 → PC-9", "must be explained"),
        ("zh-Hans", "整机（序列号）: 只有 root", "有变化的整机：序列号 PC-0815 → PC-9", "须有人说明原因"),
        ("zh-Hant", "整機（序號）: 只有 root", "有變化的整機：序號 PC-0815 → PC-9", "須有人說明原因"),
    ],
)
def test_what_was_not_seen_and_what_changed_in_words(
    machine: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    blind: str,
    changed: str,
    grave: str,
) -> None:
    monkeypatch.setenv("SHOUMI_LANG", language)
    first, second, unseen = (str(tmp_path / name) for name in ("first.json", "second.json", "unseen.json"))
    assert main(["device", "snapshot", "--root", str(machine), "-o", first]) == 0
    assert "pc" in capsys.readouterr().err  # of which machine, and how much of it
    serial = machine / "sys/class/dmi/id/product_serial"
    serial.write_text("PC-9\n")
    write(machine / "sys/block/sda/size", "1000\n")
    main(["device", "snapshot", "--root", str(machine), "-o", second])
    read = Path.read_text

    def refuse(path: Path, *rest: str) -> str:
        if path == serial:
            raise PermissionError(13, "no")
        return read(path, *rest)

    monkeypatch.setattr(Path, "read_text", refuse)
    assert main(["device", "snapshot", "--root", str(machine), "-o", unseen]) == 3
    assert blind in capsys.readouterr().err
    assert main(["device", "diff", first, second]) == 1
    told = capsys.readouterr()
    assert changed in told.out
    assert f"{1953525168 * 512} → 512000" in told.out
    assert grave in told.err
    assert "device." not in told.out + told.err
