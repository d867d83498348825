"""The demo's part of this room: repairs and disposals at every step, drift, a stranger, a round of inspections."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shoumi.console.action import Door
from shoumi.console.areas.devices import papers

SIZE: Final = 500_107_862_016


def fill(account: Callable[[str], Any]) -> None:
    """Fill the room through the actions."""
    made = _Demo(account)
    made.snapshots()
    made.repairs()
    made.disposals()
    made.round()


def _file(body: Any, name: str = "snapshot.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body if isinstance(body, bytes) else json.dumps(body).encode())


class _Demo:
    """One filling: who acts, and on which devices."""

    def __init__(self, account: Callable[[str], Any]) -> None:
        from shoumi.console.accounts.models import Unit
        from shoumi.console.assets.models import Device, Engineer

        self.account, self.dana, self.ivan = account, account("dana"), account("ivan")
        self.door = Door("machine", "", timezone.now())
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.engineer = Engineer.objects.filter(name="韩工", vendor__name="示例安信维修有限公司").first()
        rows = Device.objects.select_related("unit", "responsible").prefetch_related("numbers").order_by("number")
        fit = rows.filter(state="use", kind__in=("desktop", "laptop"), level__in=("open", "work"))
        here = self.units["20"].path
        self.used = iter([one for one in fit if one.unit.path.startswith(here)])
        self.retired = iter(
            rows.filter(state="retired", level__in=("open", "work"), kind__in=("desktop", "laptop"))[:6]
        )

    def act(self, name: str, target: Any = None, /, actor: Any = None, **given: Any) -> Any:
        from shoumi.console.action import registry

        return registry()[name].run(actor or self.dana, target, door=self.door, **given).thing

    def approve(self, thing: Any) -> None:
        """Let whoever the request waits for approve it."""
        from shoumi.console.accounts.models import User
        from shoumi.console.approvals import asking, standing
        from shoumi.console.approvals.flow import find

        flow = find("devices.repair" if hasattr(thing, "fault") else "devices.disposal")
        request = asking.state(flow, thing).request
        if request is None:
            raise LookupError(str(thing))
        signers = User.objects.full().filter(pk__in=standing.waits_for(request, flow)).order_by("pk")
        signer = next((one for one in signers if one.username in {"frank", "erin", "ivan"}), signers.first())
        self.act("approvals.approve", request, actor=signer, seen=request.digest)

    def snapshot(self, device: Any, *, disks: list[str] | None = None) -> SimpleUploadedFile:
        """Return a snapshot of a device as its machine would write it."""
        held: dict[str, list[str]] = {}
        for one in device.numbers.all():
            held.setdefault(one.sort, []).append(one.value)
        found = held.get("disk", []) if disks is None else disks
        return _file(papers.sealed({
            "type": papers.SNAPSHOT, "form": 1, "taken": timezone.now().isoformat(timespec="microseconds"),
            "version": "1", "host": f"pc-{device.number[-4:]}", "system": {"name": "统信 UOS 20", "kernel": "6.6"},
            "hardware": {"vendor": device.make, "model": device.model, "serial": held.get("machine", [""])[0]},
            "processor": {"model": "X-8", "threads": 8}, "memory": [], "usb": [], "usb_history": [], "unseen": [],
            "disks": [{"name": f"sd{chr(97 + n)}", "size": SIZE, "serial": one, "bus": "ata", "removable": False}
                      for n, one in enumerate(found)],
            "network": [{"name": "eth0", "mac": one, "kind": "wired"} for one in held.get("mac", [])],
        }))  # fmt: skip

    def snapshots(self) -> None:
        """Let some machines be known, one changed, one strange."""
        root = self.units["0"].pk
        for _n in range(4):
            self.act("devices.snapshot.upload", file=self.snapshot(next(self.used)), unit=root)
        changed = next(self.used)
        self.act("devices.snapshot.upload", file=self.snapshot(changed), unit=root)
        self.act("devices.snapshot.upload", file=self.snapshot(changed, disks=["HDFFFF00001"]), unit=root)
        strange = papers.sealed({
            "type": papers.SNAPSHOT, "form": 1, "taken": timezone.now().isoformat(timespec="microseconds"),
            "version": "1", "host": "desktop-7q", "hardware": {"vendor": "青石", "model": "N7", "serial": "QS00C0FFEE"},
            "disks": [{"name": "sda", "size": SIZE, "serial": "HD0BADF00D1", "bus": "ata"}],
        })  # fmt: skip
        self.act("devices.snapshot.upload", file=_file(strange), unit=self.units["22"].pk)

    def repairs(self) -> None:
        """One repair at each step."""
        for steps in (0, 1, 2, 3, 5, 6, 9):
            self.repair(next(self.used), steps)
        self.out(next(self.used))

    def ask(self, device: Any, **given: Any) -> Any:
        asked = {"fault": "无法开机", "contents": "日常办公文件", "level": device.level or "open", **given}
        return self.act("devices.repair.ask", device, **asked)

    def repair(self, device: Any, steps: int) -> None:
        repair = self.ask(device)
        way = {"way": "onsite", "engineer": self.engineer.pk, "escort": "D-ivan"} if self.engineer else {"way": "own"}
        empty: dict[str, Any] = {"findings": {}, "gaps": {}, "skipped": {}, "packs": {}}
        summary = {"type": "summary", "files": 812, "members": 0, "bytes": 9, "version": "1", **empty}
        summary["media"] = [
            {"kind": "disk", "path": "/dev/sda", "serial": one.value, "size": SIZE,
             "taken": timezone.now().isoformat(timespec="seconds")}
            for one in device.numbers.all() if one.sort == "disk"
        ]  # fmt: skip
        todo: list[Callable[[], Any]] = [
            lambda: self.approve(repair),
            lambda: self.act("devices.repair.way", repair, **way),
            lambda: self.act("devices.repair.before", repair, snapshot=self.snapshot(device),
                             scan=_file(json.dumps(summary).encode(), "scan.jsonl")),
            lambda: self.act("devices.repair.begin", repair),
            lambda: self.act("devices.repair.end", repair, work="更换电源", parts="电源 1 个，旧件随机退回",
                             log="09:10 入场，10:05 离场，全程在场，未连接外部存储"),
            lambda: self.act("devices.repair.after", repair, snapshot=self.snapshot(device)),
            lambda: self.act("devices.repair.accept", repair, actor=self.account("erin"), outcome="mended"),
            lambda: self.act("devices.repair.close", repair),
        ]  # fmt: skip
        for step in todo[:steps]:
            step()

    def out(self, device: Any) -> None:
        """Send one out without its disk; it should be back by now."""
        repair = self.ask(device, may_leave="on", fault="主板损坏")
        self.approve(repair)
        if self.engineer is None:
            return
        disks = [one.value for one in device.numbers.all() if one.sort == "disk"]
        back = (timezone.localdate() + timedelta(days=1)).isoformat()
        self.act("devices.repair.way", repair, way="out", engineer=self.engineer.pk, back_by=back,
                 removed="\n".join(disks), keeper="D-dana")  # fmt: skip
        self.act("devices.repair.before", repair, snapshot=self.snapshot(device))
        self.act("devices.repair.begin", repair)
        type(repair).objects.filter(pk=repair.pk).update(back_by=timezone.localdate() - timedelta(days=2))

    def disposals(self) -> None:
        """One disposal at each step."""
        for steps, end in enumerate(("sold", "donated", "repurposed", "donated", "repurposed", "destroyed")):
            device = next(self.retired, None)
            if device is not None:
                self.disposal(device, steps, end)

    def disposal(self, device: Any, steps: int, end: str) -> None:
        made = self.act("devices.disposal.ask", device, end=end, reason="超过使用年限")
        media = list(made.media.all())
        how = {key: value for one in media for key, value in (
            (f"kind-{one.pk}", "hdd"), (f"size-{one.pk}", SIZE), (f"how-{one.pk}", "sanitize-overwrite"))}  # fmt: skip
        if steps:
            self.approve(made)
        if end == "destroyed":
            self.act("devices.disposal.destroy", made, method="designated", where="示例市销毁中心", first="D-erin",
                     second="D-frank", reason="存储部件损坏")  # fmt: skip
            return
        if steps >= 2:
            self.act("devices.disposal.sanitise", made, actor=self.ivan, tool="hdparm 9.65", done_by="信息处", **how)
        if steps >= 3:
            for one in media:
                self.act("devices.medium.certificate", one, actor=self.ivan, file=self.certificate(one))
            self.act("devices.disposal.verify", made)
        if steps >= 4:
            self.act("devices.disposal.repurpose", made, reason="改作培训教室用机")

    @staticmethod
    def certificate(medium: Any) -> SimpleUploadedFile:
        """Return a certificate for a medium as the engine would write it."""
        return _file(papers.sealed({
            "type": papers.CERTIFICATE, "form": 1, "taken": timezone.now().isoformat(timespec="microseconds"),
            "version": "1", "device": {"serial": medium.serial}, "verdict": "clean", "mode": "full", "size": SIZE,
            "read": SIZE,
        }))  # fmt: skip

    def round(self) -> None:
        """A round of inspections that is half done."""
        from shoumi.console.areas.devices.models import Round

        due = (timezone.localdate() + timedelta(days=10)).isoformat()
        kinds = ["printer", "copier", "multifunction", "scanner", "fax"]
        made = self.act("devices.round.open", unit=self.units["20"].pk, kinds=kinds, due=due, title="办公设备保密检查")
        for stop in Round.objects.get(pk=made.pk).stops.select_related("device")[:6]:
            answers = {f"is-{item.code}": "ok" for item in stop.device.sort.checklist}
            self.act("assets.device.inspect", stop.device, **answers)
