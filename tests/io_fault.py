"""Makes the real program fail or die at a chosen I/O step; docs/testing.md, "I/O faults"."""

from __future__ import annotations

import os
import pathlib

LIBRARY = pathlib.Path(
    os.environ.get(
        "GOLDTAPE_TEST_IO_LIBRARY",
        pathlib.Path(__file__).resolve().parent.parent / "build/dev/tests/goldtape_io_fault.so",
    )
)
KILLED = -9


class IoFault:
    """Environments for runs of a program. Only changes below `root` are steps."""

    def __init__(self, root: pathlib.Path):
        assert LIBRARY.exists(), f"{LIBRARY} is not there: build the target goldtape_io_fault"
        self.root = root

    def at(self, step: int, action: str = "kill") -> dict[str, str]:
        """kill, kill-after, torn, eio, enospc at a step; full: no space from that step on."""
        return self._env() | {"GOLDTAPE_TEST_IO_STEP": str(step), "GOLDTAPE_TEST_IO_ACTION": action}

    def counting(self, file: pathlib.Path) -> dict[str, str]:
        """No fault; the number of steps is written to `file` at the end: `int(file.read_text())`."""
        return self._env() | {"GOLDTAPE_TEST_IO_COUNT": str(file)}

    def noting_syncs(self, file: pathlib.Path) -> dict[str, str]:
        """No fault; the path of each sync, in their order, is added to `file` as a line."""
        return self._env() | {"GOLDTAPE_TEST_IO_SYNCS": str(file)}

    def _env(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(LIBRARY), "GOLDTAPE_TEST_IO_ROOT": str(self.root)}
