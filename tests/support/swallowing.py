"""A network that swallows packets: a proxy on loopback that can stop forwarding."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Network:
    """While `swallows` is set, connections stay open and nothing arrives at either end."""

    port: int
    passes: threading.Event = field(default_factory=threading.Event)

    def through(self, url: str) -> str:
        """The URL of a server, reached through this network."""
        parts = urlsplit(url)
        return parts._replace(netloc=f"{parts.username}@127.0.0.1:{self.port}").geturl()

    @contextmanager
    def swallowing(self) -> Iterator[None]:
        self.passes.clear()
        try:
            yield
        finally:
            self.passes.set()


@contextmanager
def network_to(url: str) -> Iterator[Network]:
    """A network to the server of a URL; it works until told to swallow."""
    parts = urlsplit(url)
    there = (parts.hostname or "127.0.0.1", parts.port or 5432)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        network = Network(listening.getsockname()[1])
        network.passes.set()
        threading.Thread(target=_accept, args=(listening, there, network), daemon=True).start()
        try:
            yield network
        finally:
            network.passes.set()
            listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, there: tuple[str, int], network: Network) -> None:
    with suppress(OSError):
        while True:
            near, _ = listening.accept()
            far = socket.create_connection(there)
            for ends in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(*ends, network), daemon=True).start()


def _pass_on(near: socket.socket, far: socket.socket, network: Network) -> None:
    with near, suppress(OSError):
        while data := near.recv(65_536):
            network.passes.wait()
            far.sendall(data)
        far.shutdown(socket.SHUT_WR)
