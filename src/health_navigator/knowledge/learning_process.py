"""Learning in a process of its own, so that the server neither slows down nor grows meanwhile."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from health_navigator.errors import LearningError
from health_navigator.knowledge.sealed_cache import pack
from health_navigator.knowledge.snapshot import Content, Learnt

# -P: import nothing from the working directory.
_COMMAND = (sys.executable, "-P", "-m", "health_navigator.knowledge.learning_process")
_OF_THE_SERVER = "NAVIGATOR_"
_FIRST_TO_GO = "1000"

Learn = Callable[[Content], Learnt]


async def learn_in_process(learn: Learn, content: Content) -> bytes:
    """What is learnt, packed; raises LearningError if the process ends without a result.

    Cancelling the caller kills the process.
    """
    # Secrets stay here: learning needs none.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_SERVER)
    }
    try:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=PIPE, stdout=PIPE, env=environment, start_new_session=True
        )
    except OSError as error:
        raise LearningError(type(error).__name__) from error
    try:
        return await _learnt_by(process, pickle.dumps((learn, content)))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        # To the end of its output, so that no pipe is left open.
        await process.communicate()


async def _learnt_by(process: Process, task: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101  both are pipes
    assert process.stdout is not None  # noqa: S101
    with suppress(ConnectionError):
        process.stdin.write(task)
        await process.stdin.drain()
    told = await process.stdout.read()
    code = await process.wait()
    if code:
        raise LearningError(told.decode() if code == 1 and told else f"exit code {code}")
    return told


def main() -> None:
    """Learn what standard input asks for, and write the result to standard output."""
    with suppress(OSError):
        # When memory is short, the process that learns goes before the one that answers.
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    told = sys.stdout.buffer
    try:
        learn, content = pickle.load(sys.stdin.buffer)  # noqa: S301  from the server itself
        Thread(target=_end_with_the_server, daemon=True).start()
        told.write(pack(learn(content)))
    except Exception as error:  # noqa: BLE001  the server logs its kind alone
        with suppress(OSError):  # the server may have ended meanwhile
            os.write(told.fileno(), type(error).__name__.encode())
        os._exit(1)


def _end_with_the_server() -> None:
    """End when the server does: standard input closes then, whatever the reason."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
