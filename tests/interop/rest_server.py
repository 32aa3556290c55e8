"""`goldtape serve --iceberg` as a running program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request


class Server:
    """The program, serving a lake until it is told to stop."""

    def __init__(self, program, lake, *args, env=None):
        self.lake = lake
        self.process = subprocess.Popen(
            [str(program), "--lake", str(lake), "serve", "--iceberg", "--port", "0", *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        assert line.startswith("listening on http"), line + self.process.stderr.read()
        self.url = line.split()[-1]

    def set_properties(self, table: str, properties: dict[str, str]):
        """As a client of the catalog would."""
        namespace, name = table.split(".")
        change = {"requirements": [], "updates": [{"action": "set-properties", "updates": properties}]}
        request = urllib.request.Request(f"{self.url}/v1/namespaces/{namespace}/tables/{name}",
                                         json.dumps(change).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        finally:
            self.process.kill()
