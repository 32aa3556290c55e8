"""A real PostgreSQL server in a folder of its own, and a proxy that loses what it should carry."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading

BINARIES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """Superuser `postgres` without a password, user `goldtape` with the password `right`."""

    def __init__(self, folder: pathlib.Path):
        assert BINARIES, "PostgreSQL is not installed: tools/setup interop"
        self.binaries = BINARIES[-1]
        self.folder = folder
        self.port = free_port()
        self.data = folder / "data"

    def _run(self, program: str, *args: str, check: bool = True):
        # The server refuses to run as root: then it is the package's own user that starts it.
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [self.binaries / program, *args], capture_output=True, text=True, cwd=self.folder, check=False, **owner
        )
        assert not check or done.returncode == 0, f"{program} {args}: {done.stdout}{done.stderr}"
        return done

    def start(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "--no-sync")
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\n"
            "host all postgres 127.0.0.1/32 trust\n"
            "host all all 127.0.0.1/32 scram-sha-256\n"
        )
        self.resume()
        self.sql("CREATE ROLE goldtape LOGIN PASSWORD 'right'", "CREATE DATABASE lake OWNER goldtape")

    def resume(self) -> None:
        log = self.folder / "server.log"
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        self._run("pg_ctl", "-D", str(self.data), "-o", options, "-l", str(log), "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop", check=False)

    def sql(self, *statements: str, database: str = "postgres", check: bool = True) -> str:
        """Runs them as the superuser; the last one's rows, `|` between columns."""
        args = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-Atq"]
        return self._run("psql", *args, *(part for text in statements for part in ("-c", text)), check=check).stdout.strip()

    def new_database(self, name: str) -> str:
        """An empty one; its URI for the superuser."""
        self.sql(f"CREATE DATABASE {name}")
        return self.uri("postgres", name)

    def uri(self, user: str = "postgres", database: str = "postgres", port: int | None = None) -> str:
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/{database}"


@contextlib.contextmanager
def running_server():
    """In a folder of its own: what pytest makes is closed to the user who must run the server."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="goldtape-postgres-"))
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


class LossyProxy:
    """Carries a client's connection to the server until it sees `trigger` from the client.

    mode "cut-answer": the trigger is passed on, its answer is not: the client finds its connection closed.
    mode "cut-request": the trigger never arrives, and the server is not told either.
    mode "silence": the trigger is passed on and nothing comes back, ever.
    Only the first trigger after a table's pointer was swapped is hit (or that swap itself); later connections
    are carried faithfully.
    """

    SWAP = b"UPDATE iceberg_tables"

    def __init__(self, server_port: int, trigger: bytes, mode: str, closes=False):
        """closes: nobody can connect any more once the trigger was seen."""
        self.server_port, self.trigger, self.mode, self.closes = server_port, trigger, mode, closes
        self.swapped = threading.Event()
        self.hit = threading.Event()
        self.sockets: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
                self.sockets += [client, server]
                deaf = threading.Event()
                threading.Thread(target=self._from_client, args=(client, server, deaf), daemon=True).start()
                threading.Thread(target=self._from_server, args=(client, server, deaf), daemon=True).start()

    def _from_client(self, client, server, deaf) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self.SWAP in data:
                    self.swapped.set()
                if self.swapped.is_set() and self.trigger in data and not self.hit.is_set():
                    deaf.set()
                    if self.closes:
                        self.listener.shutdown(socket.SHUT_RDWR)
                        self.listener.close()
                    self.hit.set()
                    if self.mode == "cut-request":
                        client.shutdown(socket.SHUT_RDWR)
                        return  # The server's side stays open, as behind a network that is gone.
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _from_server(self, client, server, deaf) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if not deaf.is_set():
                    client.sendall(data)
                elif self.mode == "cut-answer":
                    client.shutdown(socket.SHUT_RDWR)
            if not (deaf.is_set() and self.mode == "silence"):
                client.shutdown(socket.SHUT_RDWR)
