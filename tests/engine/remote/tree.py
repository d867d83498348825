"""What stands on every server of these tests, and how a scan of it is read."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.types import Match

USER, PASSWORD = "dana", "not the office's password 9"
MARK, PHONE = "机密★10年", "13812345678"
TREE = {
    "通知/放假 安排?#%.txt": f"关于放假的通知\n{MARK}\n联系电话 {PHONE}\n",
    "通知/empty.txt": "",
    "reports/2026/a&b='c'.txt": f"{MARK}\n",
    "reports/plain.txt": "nothing to see\n",
    "large.txt": "x" * 9_000_000 + "\n绝密★30年\n",
}


_ready = []  # a home whose rules are compiled: a copy of it saves each test seconds


def run(home, *addresses, **options):
    """Scan addresses with a home of the test's own; return the scan and its events."""
    if not _ready:
        _ready.append(Path(tempfile.mkdtemp(prefix="shoumi-remote-")))
        atexit.register(shutil.rmtree, _ready[0], ignore_errors=True)
        Scan(("-",), home=Home(_ready[0]), remember=False)
    if not (home / "key").exists():
        shutil.copytree(_ready[0], home, dirs_exist_ok=True)
    scan = Scan(addresses, home=Home(home), jobs=1, **options)
    return scan, list(scan)


def marks(events, start):
    return {
        event.path.removeprefix(start).lstrip("/"): event.severity
        for event in events
        if isinstance(event, Match) and event.rule == "cn.mark"
    }


def bucket(port, name):
    import s3fs

    files = s3fs.S3FileSystem(
        key=USER,
        secret=PASSWORD,
        endpoint_url=f"http://127.0.0.1:{port}",
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    for _ in range(100):  # the volume server joins a moment after the gateway listens
        with contextlib.suppress(Exception):
            files.mkdir(name)
            files.pipe(f"{name}/ready", b"1")
            files.rm_file(f"{name}/ready")
            break
        time.sleep(0.2)
    return files
