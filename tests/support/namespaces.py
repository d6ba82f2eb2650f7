"""Network namespaces for tests: machines of their own for the network, joined by a bridge."""

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_namespaces = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("ip") is None,
    reason="network namespaces need root and the program ip",
)
NUMBERS = itertools.count()


class Network:
    """A bridge with this process at one end, and a namespace for each machine."""

    def __init__(self) -> None:
        self.name = f"t{os.getpid() % 10000}x{next(NUMBERS)}"
        self.subnet = f"10.{100 + os.getpid() % 100}.{os.getpid() // 100 % 200}"
        self.machines: list[str] = []
        _ip("link", "add", self.name, "type", "bridge")
        _ip("addr", "add", f"{self.subnet}.1/24", "dev", self.name)
        _ip("link", "set", self.name, "up")

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_: object) -> None:
        for machine in self.machines:
            _ip("netns", "delete", machine)
        _ip("link", "delete", self.name)

    def add(self) -> tuple[str, str]:
        """Return the name and the address of a new machine."""
        number = len(self.machines) + 2
        machine, address = f"{self.name}n{number}", f"{self.subnet}.{number}"
        _ip("netns", "add", machine)
        self.machines.append(machine)
        _ip("link", "add", machine, "type", "veth", "peer", "name", "eth0", "netns", machine)
        _ip("link", "set", machine, "master", self.name, "up")
        inside = ("-n", machine)
        _ip(*inside, "addr", "add", f"{address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip(*inside, "link", "set", device, "up")
        return machine, address

    @contextmanager
    def cut(self, machine: str) -> Iterator[None]:
        """Cut the link of a machine while the context lasts."""
        _ip("link", "set", machine, "down")
        yield
        _ip("link", "set", machine, "up")


def on(machine: str, hidden: Path, *command: str | Path) -> list[str | Path]:
    """Return a command that runs on a machine, where the folder ``hidden`` is empty."""
    script = 'mount -t tmpfs none "$0" && exec "$@"'
    alone = ["unshare", "--mount", "sh", "-c", script, hidden]
    return ["ip", "netns", "exec", machine, *alone, *command]


def wait_seconds(seconds: float) -> None:
    """Wait while the clock itself is what is tested: how long a link is cut."""
    time.sleep(seconds)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
