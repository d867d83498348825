"""A phone on the cable: its serial number in, the lines of its own reports out. Only reads; no local shell."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

from shoumi.engine.errors import AddressError, MissingExtra

_SECONDS: Final = 60  # for one answer
_MOST: Final = 64 * 1024 * 1024  # bytes of one answer
# (what the file would be called in an extracted report, the command on the phone)
_QUESTIONS: Final = (
    ("getprop.txt", ("getprop",)),
    ("settings_global.txt", ("settings", "list", "global")),
    ("settings_secure.txt", ("settings", "list", "secure")),
    ("settings_system.txt", ("settings", "list", "system")),
    ("dumpsys_wifi.txt", ("dumpsys", "wifi")),
    ("dumpsys_backup.txt", ("dumpsys", "backup")),
    ("dumpsys_appops.txt", ("dumpsys", "appops")),
    ("dumpsys_location.txt", ("dumpsys", "location")),
    ("dumpsys_usb.txt", ("dumpsys", "usb")),
    ("packages.txt", ("pm", "list", "packages")),
)


def reports(serial: str) -> Iterator[tuple[str, list[str]]]:
    """Yield name and lines of each report. Raises MissingExtra without adb, AddressError without one phone."""
    program = shutil.which("adb")
    if program is None:
        raise MissingExtra("adb is not installed: install the Debian package adb, then connect the phone again")
    chosen = [program, *(("-s", serial) if serial else ())]
    state = _run([*chosen, "get-state"])
    if state is None or state.strip() != "device":
        raise AddressError(
            "adb: no phone answers. Connect exactly one, unlock it and allow USB debugging for this computer "
            "(adb devices lists phones; name one with adb:SERIAL)"
        )
    for name, question in _QUESTIONS:
        answer = _run([*chosen, "shell", *question])
        if answer is not None:
            yield name, answer.splitlines()


def _run(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout[:_MOST].decode("utf-8", "replace") if done.returncode == 0 else None
