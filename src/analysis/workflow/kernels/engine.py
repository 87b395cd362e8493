"""``amur``: the papermill engine that runs notebooks on warm kernels, over sockets of their own.

    papermill.execute_notebook(source, target, engine_name="amur")

IPC sockets live in a folder made for the run: kernels over TCP race for ports when several start at
once, and those over IPC with the default prefix race for file names.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME as NATIVE_KERNEL
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets.config import Config

from analysis.workflow.kernels import client as kernels
from analysis.workflow.kernels.client import INLINE, LONGEST_SOCKET

PROVISIONER = "amur-warm"
# "/k-5" and the NUL are ours
LONGEST_SOCKET_FOLDER = LONGEST_SOCKET - 5
WATCH_SECONDS = 0.2
# papermill writes the whole notebook at the start and end of every cell, markdown included: in short runs
# that is most of what its process does; somebody who looks on sees a state no older than this
SAVE_SECONDS = 2.0

# how long an answer of a kernel that starts is waited for before it is asked again, as in jupyter_client
ANSWER_SECONDS = 1.0
PUBLISHED_SECONDS = 0.2

Watch = Callable[[], bool]


class KernelEndedError(DeadKernelError):
    """The kernel ended before its notebook did.

    Attributes
    ----------
    status : int or None
        Its exit status, ``-N`` after signal N; None where it is not known.
    """

    def __init__(self, status: int | None) -> None:
        super().__init__(f"Kernel ended with status {status}")
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return KernelEndedError, (self.status,)


class StudyKernelClient(AsyncKernelClient):
    """A client that is ready as soon as its kernel has said that it is idle.

    jupyter_client's own goes on listening until there was silence for 0.2 s, longer than a short run takes.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel's answer and for the "idle" that follows it, by which both channels are connected.

        Parameters
        ----------
        timeout : float, optional
            Seconds; None waits as long as the kernel lives.

        Raises
        ------
        RuntimeError
            If the kernel dies, or gives no answer in time.
        """
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await self._has_answered(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _has_answered(self, request: str) -> bool:
        """Whether the answer has come, and after it word on the other channel that the kernel is idle."""
        try:
            while not _answers(reply := await self.shell_channel.get_msg(timeout=ANSWER_SECONDS), request):
                pass
            published: dict[str, Any] = {}
            while not _answers(published, request, execution_state="idle"):
                published = await self.iopub_channel.get_msg(timeout=PUBLISHED_SECONDS)
                if published["msg_type"] == "iopub_welcome":
                    # connected only now: what was published before is lost, and the kernel is asked again
                    return False
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


def _answers(message: Mapping[str, Any], request: str, **content: str) -> bool:
    """Whether a message answers a request, with this content."""
    is_of_it = message.get("parent_header", {}).get("msg_id") == request
    return is_of_it and content.items() <= message["content"].items()


class StudyKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels are this Python as it is installed, whatever the reader's own set-up says."""

    client_factory = StudyKernelClient

    @property
    def kernel_spec(self) -> Any:
        """Specification of the kernel: that of this Python, though `JUPYTER_PATH` may hold another ``python3``."""
        if self._kernel_spec is None and self.kernel_name == NATIVE_KERNEL:
            self._kernel_spec = KernelSpec(resource_dir="", **get_kernel_dict())
        return super().kernel_spec

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        kwargs.setdefault("env", environment(Path(self.connection_file).parent))
        return await super()._async_pre_start_kernel(**kwargs)


class WarmKernelManager(StudyKernelManager):
    """A kernel manager whose kernels come from the warm provisioner."""

    @property
    def kernel_spec(self) -> Any:
        """Specification of the kernel, with the provisioner named in it."""
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata["kernel_provisioner"] = {"provisioner_name": PROVISIONER}
        return spec


def environment(folder: Path) -> dict[str, str]:
    """Environment of a kernel of the study, in which nothing that the reader runs at the start of a session runs.

    Parameters
    ----------
    folder : Path
        A folder of the run, which goes with it.

    Returns
    -------
    dict
        That of this process, with an IPython profile of its own (start-up files and settings in ``~/.ipython`` could
        change results) and the backend that notebooks draw with.
    """
    own = {key: value for key, value in os.environ.items() if key != "PYTHONSTARTUP"}
    return own | {"IPYTHONDIR": str(folder / "ipython"), "MPLBACKEND": INLINE}


class _Client(PapermillNotebookClient):
    """papermill's client; its kernel manager stays known after the end."""

    def create_kernel_manager(self) -> Any:
        self.manager = super().create_kernel_manager()
        return self.manager

    @property
    def process(self) -> Any:
        """The kernel's process, or None before there is one."""
        return getattr(getattr(getattr(self, "manager", None), "provisioner", None), "process", None)


class Engine(NBClientEngine):
    """papermill's own engine with warm kernels, IPC and a watch on the run as a whole."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        is_warm: bool = True,
        kernel_folder: str | None = None,
        must_stop: Watch | None = None,
        **kwargs: Any,
    ) -> None:
        """Execute a parameterised notebook.

        Parameters
        ----------
        nb_man, kernel_name, log_output, stdout_file, stderr_file, start_timeout, execution_timeout
            As in papermill's ``NBClientEngine``.
        is_warm : bool
            Whether to fork the kernel from the loaded process.
        kernel_folder : str, optional
            Folder the kernel runs in (papermill's ``cwd`` would change that of the whole process).
        must_stop : callable, optional
            Asked several times a second; the kernel is killed as soon as it returns True.
        **kwargs
            Further traits of the client, as papermill passes them on.

        Raises
        ------
        KernelEndedError
            If the kernel ends or is killed before the last cell.
        """
        kwargs.pop("input_path", None)
        if must_stop is not None and must_stop():
            raise KernelEndedError(None)
        with _sockets(is_warm) as config:
            client = _Client(
                nb_man,
                **{
                    "kernel_name": kernel_name,
                    "log": logger,
                    "log_output": log_output,
                    "stdout_file": stdout_file,
                    "stderr_file": stderr_file,
                    "startup_timeout": start_timeout,
                    "timeout": execution_timeout,
                    "resources": {"metadata": {"path": kernel_folder}},
                    "kernel_manager_class": WarmKernelManager if is_warm else StudyKernelManager,
                    # outputs are all there by then: nothing to be gained from a slow goodbye
                    "shutdown_kernel": "immediate",
                    "config": config,
                    **kwargs,
                },
            )
            try:
                with _saved_seldom(nb_man), _watched(client, must_stop):
                    client.execute()
            except DeadKernelError:
                raise KernelEndedError(_status(client)) from None


@contextmanager
def _sockets(is_warm: bool) -> Iterator[Config]:
    if not (is_warm and kernels.is_available()):
        with connection() as config:
            yield config
        return
    with ExitStack() as stack:
        try:
            # with the server goes its folder, even where this process is killed
            within = stack.enter_context(kernels.held()).folder
        except OSError:  # no fork server can be started here: a kernel may all the same
            within = None
        yield stack.enter_context(connection(within))


@contextmanager
def connection(within: Path | None = None) -> Iterator[Config]:
    """Settings of a kernel manager for one run: a connection file and sockets in a folder of their own.

    TCP where there are no Unix sockets, or where their paths would be too long.
    """
    folder = tempfile.mkdtemp(prefix="amur-", dir=within)
    try:
        settings = {"connection_file": str(Path(folder) / "kernel.json")}
        if sys.platform != "win32" and len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            settings |= {"transport": "ipc", "ip": str(Path(folder) / "k")}
        yield Config({"KernelManager": settings})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _saved_seldom(nb_man: Any) -> Iterator[None]:
    """Have papermill write the notebook at most every `SAVE_SECONDS`, and once more where it breaks off.

    Of a notebook that reaches its end papermill itself writes the last state.
    """
    write = nb_man.save

    def save(**kwargs: Any) -> None:
        if (nb_man.now() - nb_man.last_save_time).total_seconds() >= SAVE_SECONDS:
            write(**kwargs)

    nb_man.save = save
    try:
        yield
    except BaseException:
        write()
        raise
    finally:
        del nb_man.save


@contextmanager
def _watched(client: _Client, must_stop: Watch | None) -> Iterator[None]:
    """Kill the client's kernel once `must_stop` says so, from a thread of its own."""
    if must_stop is None:
        yield
        return
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(WATCH_SECONDS):
            if must_stop():
                _kill(client)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _kill(client: _Client) -> None:
    process = client.process
    # a process that ended may have left its number to somebody else's
    if process is not None and process.poll() is None:
        with suppress(OSError, AttributeError):  # no process groups on Windows
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(OSError):
            process.kill()


def _status(client: _Client) -> int | None:
    return client.process.poll() if client.process is not None else None
