"""The fork server as seen by those who want a kernel from it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

# loading the libraries takes 3 s on an idle machine and may take a minute on one that starts many
# things at once; after five something is wrong
START_SECONDS = 300.0
# a server that serves ends within milliseconds
STOP_SECONDS = 5.0
# how often the end of a process is looked for; it is there within a few milliseconds
POLL_SECONDS = 0.01
# There is a kernel for every core and one more. Matrices of eleven regions are too small to be shared out, and threads
# that wait for work do so at full speed: notebook 06 took twice the processor time, and no less of the clock.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# the debugger that ipykernel loads complains of frozen modules; nobody debugs the server
NO_COMPLAINT = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# the backend of notebooks, whatever the reader draws with elsewhere
INLINE = "module://matplotlib_inline.backend_inline"
# the path of a Unix socket has at most 107 bytes on Linux, 103 on macOS
LONGEST_SOCKET = 103
# what a server puts behind a temporary folder: "/amur-" and eight letters, the same for a run, "/k-5" and a NUL
_SOCKET_ROOM = 2 * len("/amur-12345678") + len("/k-5") + 1
_PACKAGE = Path(__file__).resolve().parents[1]
Stamp: TypeAlias = tuple[tuple[str, int, int], ...]


class EndedError(RuntimeError):
    """A kernel was wanted while the servers of this process are being ended."""


def is_available() -> bool:
    """Whether kernels can be forked here.

    macOS has fork, but its frameworks do not survive one after numpy is loaded.
    """
    return hasattr(os, "fork") and sys.platform != "darwin"


class Forked:
    """A forked kernel process, with what jupyter_client asks of a ``subprocess.Popen``.

    Attributes
    ----------
    pid : int
        Process id, also that of its process group.
    returncode : int or None
        Exit status once it has ended; ``-N`` after signal N.
    told : dict
        What the server and the process itself have said of it.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, told: Mapping[str, Any]) -> None:
        self.pid = int(told["pid"])
        self.returncode: int | None = None
        self.told = dict(told)
        self._connection = connection
        self._heard = b""
        self._lock = threading.Lock()  # a watchdog asks from another thread

    def poll(self) -> int | None:
        """Exit status, or None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status.

        Raises
        ------
        subprocess.TimeoutExpired
            If it has not ended in time.
        """
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        return status

    def _status(self, timeout: float | None) -> int | None:
        with self._lock:
            while self.returncode is None:
                if not _has_news(self._connection, timeout):
                    return None
                part = b""
                with contextlib.suppress(OSError):
                    part = self._connection.recv(4096)
                *lines, self._heard = (self._heard + part).split(b"\n")
                for line in lines:
                    self.told |= json.loads(line)
                if "status" in self.told:
                    self.returncode = int(self.told["status"])
                elif not part:  # the server itself was killed, and kernels follow it
                    self.returncode = -signal.SIGKILL
                if self.returncode is not None:
                    self._connection.close()
            return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the process, if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _line(connection: socket.socket) -> bytes:
    """Read one line, byte by byte: what follows it is not asked for yet."""
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            raise ConnectionError("the fork server ended")
        line += part
    return line


def _has_news(connection: socket.socket, timeout: float | None) -> bool:
    # not select(), which refuses descriptors from 1024 on: a machine of many cores has as many
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(None if timeout is None else timeout * 1000))


def socket_root() -> str | None:
    """Temporary folder whose path leaves room for the name of a socket; None for the usual one."""
    usual = tempfile.gettempdir()
    for folder in (usual, os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp"):
        is_short = len(os.fsencode(folder)) + _SOCKET_ROOM <= LONGEST_SOCKET
        if folder and is_short and os.access(folder, os.W_OK | os.X_OK):
            return None if folder == usual else folder
    return None


class ForkServer:
    """A running :mod:`analysis.workflow.kernels.server`, ended with its owner or by `stop`.

    Attributes
    ----------
    folder : Path
        Private folder that is removed with the server.
    holders : int
        Runs that use the folder; counted by `held`.
    """

    def __init__(self) -> None:
        self._known(Path(tempfile.mkdtemp(prefix="amur-", dir=socket_root())), stamp())
        try:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(self._address)
                listener.listen(64)
                # a session of its own, so that Ctrl-C reaches the batch only
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "analysis.workflow.kernels.server", str(listener.fileno())],
                    stdin=subprocess.PIPE,
                    pass_fds=[listener.fileno()],
                    start_new_session=True,
                    env={**ONE_THREAD, **os.environ, **NO_COMPLAINT, "MPLBACKEND": INLINE},
                )
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _known(self, folder: Path, loaded: Stamp) -> None:
        self.stamp = loaded
        self.folder = folder
        self.holders = 0
        self._address = str(folder / "server")
        self._has_answered = False
        self._primed: set[str] = set()
        self._kernels: list[Forked] = []
        self._lock = threading.Lock()
        self._priming = threading.Lock()  # takes as long as the function does

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> Forked:
        """Fork a kernel.

        Parameters
        ----------
        arguments : sequence of str
            Arguments of ``ipykernel_launcher``.
        environment : dict
            The kernel's environment.
        folder : str
            Folder to run in.

        Returns
        -------
        Forked
            The running kernel.

        Raises
        ------
        OSError
            If the server cannot be reached or does not answer.
        """
        return self._forked(
            {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
        )

    def call(self, name: str, *arguments: str | int) -> None:
        """Call ``module:function`` in a forked process, which finds loaded and primed what kernels find.

        Raises
        ------
        Exception
            What the function raises.
        ChildProcessError
            If its process was ended from outside.
        OSError
            As `fork`.
        """
        forked = self._forked({"call": name, "arguments": arguments})
        # `wait` would keep all others from asking whether it still runs
        while forked.poll() is None:
            time.sleep(POLL_SECONDS)
        if "raised" in forked.told:
            raise pickle.loads(bytes.fromhex(forked.told["raised"]))
        if forked.returncode:
            raise ChildProcessError(f"{name} ended with status {forked.returncode}")

    def _forked(self, request: Mapping[str, object]) -> Forked:
        connection, answer = self._ask(request, START_SECONDS)
        forked = Forked(connection, answer)
        with self._lock:
            self._kernels = [*self._running(), forked]
        return forked

    def _running(self) -> list[Forked]:
        return [kernel for kernel in self._kernels if kernel.poll() is None]

    def is_busy(self) -> bool:
        """Whether a kernel of it runs, or a run that holds it is about to start one."""
        with self._lock:
            return self.holders > 0 or bool(self._running())

    def prime(self, name: str) -> None:
        """Have the server call ``module:function`` once, so that its cache is filled in every kernel.

        Raises
        ------
        OSError
            If the server cannot be reached.
        """
        with self._priming:
            if name not in self._primed:
                connection, _ = self._ask({"prime": name}, None)
                connection.close()
                self._primed.add(name)

    def _ask(
        self, request: Mapping[str, object], timeout: float | None
    ) -> tuple[socket.socket, dict[str, Any]]:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(timeout)
            connection.connect(self._address)
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = {}
            # a process that fails at once may be heard before its number
            while not {"pid", "primed"} & set(answer):
                answer |= json.loads(_line(connection))
            connection.settimeout(None)
            self._has_answered = True
            return connection, answer
        except BaseException:
            connection.close()
            raise

    def is_usable(self) -> bool:
        """Whether it runs and has loaded the package as it is now on disk."""
        return self.process.poll() is None and self.stamp == stamp()

    def stop(self) -> None:
        """End the server and every kernel forked from it."""
        # while it loads libraries or computes something for all kernels it does not listen
        is_deaf = not self._has_answered or self._priming.locked()
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(0 if is_deaf else STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with self._lock:
                running = self._running()
            for kernel in running:
                with contextlib.suppress(OSError):
                    os.killpg(kernel.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class LentServer(ForkServer):
    """The server that this process was itself forked from, for kernels that its notebook wants in turn."""

    def __init__(self, folder: Path, loaded: Stamp) -> None:
        self._known(folder, loaded)

    def is_usable(self) -> bool:
        """As of a `ForkServer`."""
        return Path(self._address).exists() and self.stamp == stamp()

    def stop(self) -> None:
        """End the kernels that this process wanted; the server goes on."""
        with self._lock:
            running = self._running()
        for kernel in running:
            with contextlib.suppress(OSError):
                os.killpg(kernel.pid, signal.SIGKILL)


def stamp() -> Stamp:
    """Name, time and size of every file whose content the server keeps in memory."""
    root = _PACKAGE.parents[1]
    folders = [_PACKAGE, root / "data" / "raw", root / "data" / "user"]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts:
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


_current: ForkServer | None = None
_lock = threading.Lock()


_retired: list[ForkServer] = []
_endings = 0


def server() -> ForkServer:
    """The fork server of this process, started when first wanted and again when files changed.

    Raises
    ------
    EndedError
        Inside a block of `ended`.
    OSError
        If it cannot be started.
    """
    with _lock:
        return _usable()


def lend(folder: Path, loaded: Stamp) -> None:
    """Have kernels that this process wants come from the server it was forked from itself."""
    global _current
    _current = LentServer(folder, loaded)


def warm_up() -> None:
    """Have the fork server load the libraries while this process loads its own; it is not waited for."""
    if is_available():
        server()


@contextmanager
def held() -> Iterator[ForkServer]:
    """Give the fork server to a run, which keeps it and its folder until the block ends."""
    with _lock:
        found = _usable()
        found.holders += 1
    try:
        yield found
    finally:
        with _lock:
            found.holders -= 1


def _usable() -> ForkServer:
    """`server` for those who hold the lock."""
    global _current
    if _endings:
        raise EndedError("kernels are being ended")
    if _current is not None and not _current.is_usable():
        # its kernels would end with it: let them finish
        _retired.append(_current)
        _current = None
    for item in [item for item in _retired if not item.is_busy()]:
        _retired.remove(item)
        item.stop()
    if _current is None:
        _current = ForkServer()
    return _current


@contextmanager
def ended() -> Iterator[None]:
    """End the fork server of this process with all its kernels, and start none before the block ends.

    Whoever waits for threads that run notebooks does so in here: a thread that is just about to start
    a kernel would otherwise start a server for it that nobody wants any more.
    """
    global _endings
    with _lock:
        _endings += 1
    try:
        stop()
        yield
    finally:
        with _lock:
            _endings -= 1


@atexit.register
def stop() -> None:
    """End the fork server of this process, and all its kernels, if there is one."""
    global _current
    with _lock:
        ended = [*_retired, _current]
        _retired.clear()
        _current = None
    for item in ended:
        if item is not None:
            item.stop()
