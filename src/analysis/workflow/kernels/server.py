"""The process that kernels are forked from: it loads the libraries, then forks on request.

Started by :mod:`analysis.workflow.kernels.client` as ``python -m analysis.workflow.kernels.server FD``; ``FD`` is a
listening Unix socket. A client connects, sends one request as a line of JSON and gets lines of JSON
back: the kernel's process id, later its exit status. (Of the other requests, ``prime`` calls a function
whose result is cached and the same for all, and ``call`` one in a forked process of its own.) A kernel lives as
long as the connection that asked for it, and the server as long as its standard input, so nothing outlives the
one who wanted it, however that one ended.

Python's own ``multiprocessing`` fork server is not used because it runs the caller's main script
again in every child and refuses callers that are daemonic, such as the workers of a Dask cluster.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import selectors
import shutil
import signal
import socket
import sys
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from analysis.workflow.kernels import client

# what pandas sets for itself where a kernel imports it
COLUMNS_IN_NOTEBOOKS = 20
# what the notebooks import, and the kernel itself; the package last, because it uses the others
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "numpy",
    "pandas",
    "pandas.io.formats.style",
    "scipy.stats",
    "statsmodels.api",
    "statsmodels.miscmodels.ordinal_model",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "numba",
    "analysis.publish.charts_association",
    "analysis.publish.run_page",
)
# what every notebook reads
PRIMED = (
    "analysis.data.indicators:_by_indicator",
    "analysis.publish.words:load",
    "analysis.publish.citation:load",
)

# New objects after which a kernel looks for garbage in cycles; Python's 700 are few where one figure makes a hundred
# thousand. A notebook takes 5 to 10 % less of the processor and 15 MB more.
COLLECT_AFTER = 20_000
# the kernel, not the server or the batch, is the one to go when memory runs out (0 neutral, 1000 first)
OOM_SCORE = "700"


@dataclass
class _State:
    """Open connections by kernel, and the other way round."""

    connections: dict[int, socket.socket] = field(default_factory=dict)

    def kernel_of(self, connection: object) -> int | None:
        return next((pid for pid, held in self.connections.items() if held is connection), None)


def main() -> None:
    """Load the libraries, serve, and in each forked child become a kernel."""
    # as ipykernel_launcher does: the folder the server was started in is no place for modules
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]
    listener = socket.socket(fileno=int(sys.argv[1]))
    folder = Path(listener.getsockname()).parent
    _end_on_signals(folder)
    loaded = client.stamp()
    preload(PRELOAD)
    request = serve(listener)
    if request is None:
        return
    if "call" in request:
        carry_out(request)
    client.lend(folder, loaded)
    become_kernel(request)


def _end_on_signals(folder: Path) -> None:
    """Have the requests to end that a whole machine or session gets leave no folder, not even while loading."""

    def end(signum: int, frame: object) -> None:
        if os.getpid() == server:  # and not a kernel that was forked a moment ago
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + signum)

    server = os.getpid()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, end)


def preload(modules: tuple[str, ...]) -> None:
    """Import the modules kernels will need.

    One that fails is left out: the notebook that needs it meets the error in its own cell.
    """
    # imports make hundreds of thousands of objects that stay: to look through them again and again for some that do
    # not takes a quarter of the time, and finds 2 MB
    gc.disable()
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    for name in PRIMED:
        prime(name)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
    gc.enable()


def prime(name: str) -> None:
    """Call ``module:function`` without arguments, so that kernels find its cache filled.

    One that fails is left for the notebook to meet, as with imports.
    """
    module, function = name.split(":")
    with contextlib.suppress(Exception):
        getattr(importlib.import_module(module), function)()


def freeze() -> None:
    """Keep a child's collector from touching, and so copying, every page it shares with the server."""
    gc.collect()
    gc.freeze()


def serve(listener: socket.socket) -> dict[str, Any] | None:
    """Fork a kernel for each request until standard input closes.

    Returns
    -------
    dict or None
        In a forked child its request; None in the server, when it is to end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the batch's affair
    signal.signal(signal.SIGCHLD, lambda *_: None)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    state = _State()
    with selectors.DefaultSelector() as selector:
        for source in (listener, sys.stdin, wake_read):
            selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    for pid in state.connections:
                        _kill(pid)
                    # whoever made the folder may have been killed
                    shutil.rmtree(Path(listener.getsockname()).parent, ignore_errors=True)
                    return None
                if key.fileobj == wake_read:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_read, 4096)
                    _reap(state, selector)
                elif key.fileobj is listener:
                    request = _accept(listener, state, selector)
                    if request is not None:
                        signal.set_wakeup_fd(-1)
                        os.close(wake_read)
                        os.close(wake_write)
                        listener.close()
                        return request
                else:  # a client has gone: so does its kernel; `_reap` closes the connection
                    kernel = state.kernel_of(key.fileobj)
                    if kernel is not None:  # else `_reap` closed it a moment ago, with news of both
                        selector.unregister(key.fileobj)
                        _kill(kernel)


def _accept(
    listener: socket.socket, state: _State, selector: selectors.BaseSelector
) -> dict[str, Any] | None:
    """Fork for one connection; the request in the child, None in the server."""
    connection, _ = listener.accept()
    try:
        request: dict[str, Any] = json.loads(_line(connection))
    except (OSError, ValueError):
        connection.close()
        return None
    if "prime" in request:
        prime(request["prime"])
        freeze()
        _send(connection, {"primed": 1})
        connection.close()
        return None
    with warnings.catch_warnings():
        # Python 3.12 warns of any thread at a fork; the only ones here are idle BLAS threads, which
        # OpenBLAS restarts in the child by itself
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            pid = os.fork()
        except OSError:  # no memory or process number left: one kernel fewer, the others go on
            connection.close()
            return None
    if pid == 0:
        for other in state.connections.values():
            other.close()
        if "call" in request:
            return request | {"connection": connection}
        connection.close()
        return request
    _send(connection, {"pid": pid})
    state.connections[pid] = connection
    selector.register(connection, selectors.EVENT_READ)
    return None


def _reap(state: _State, selector: selectors.BaseSelector) -> None:
    """Tell each client of a kernel that ended how it ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        connection = state.connections.pop(pid, None)
        if connection is not None:
            with contextlib.suppress(KeyError):  # unregistered already where the client went first
                selector.unregister(connection)
            _send(connection, {"status": os.waitstatus_to_exitcode(status)})
            connection.close()


def _line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the client went away")
        line += part
    return line


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # the client may be gone
        connection.sendall(json.dumps(message).encode() + b"\n")


def _kill(pid: int) -> None:
    # the kernel leads a process group of its own: what a cell started goes with it
    for kill, target in ((os.killpg, pid), (os.kill, pid)):
        with contextlib.suppress(OSError):
            kill(target, signal.SIGKILL)


def carry_out(request: dict[str, Any]) -> NoReturn:
    """Call a function in this process, tell the client what it raised, and end.

    Parameters
    ----------
    request : dict
        ``call``, a ``module:function``; ``arguments``; ``connection`` to the client.
    """
    _stand_alone()
    module, function = request["call"].split(":")
    try:
        getattr(importlib.import_module(module), function)(*request["arguments"])
    except BaseException as error:
        error.add_note(traceback.format_exc())
        _send(request["connection"], {"raised": pickle.dumps(error).hex()})
        os._exit(1)
    # nothing is open any more, and to take a loaded process down takes longer than many a call
    os._exit(0)


def become_kernel(request: dict[str, Any]) -> None:
    """Do in this process what ``python -m ipykernel_launcher`` does in a new one.

    Parameters
    ----------
    request : dict
        ``arguments`` of the launcher, ``environment`` and ``folder`` to run in.
    """
    _stand_alone()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    # pandas asks when it is imported whether it prints to a terminal, which the server is and a kernel is not
    importlib.import_module("pandas").set_option("display.max_columns", COLUMNS_IN_NOTEBOOKS)
    from ipykernel import kernelapp

    launcher = importlib.import_module("ipykernel_launcher")
    sys.argv = [str(launcher.__file__), *request["arguments"]]
    # read from the environment when ipykernel was imported, so it has to be said again
    kernelapp.IPKernelApp.launch_instance(request["arguments"], parent_handle=os.getppid())


def _stand_alone() -> None:
    """Undo in a forked process what is the server's alone."""
    os.setsid()
    for signum in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    # Python renews the state of `random` after a fork, numpy does not renew its own
    importlib.import_module("numpy").random.seed()


if __name__ == "__main__":
    main()
