"""``amur-warm``: the kernel provisioner of jupyter_client that forks instead of starting.

Named in a kernel specification (``metadata.kernel_provisioner.provisioner_name``) it also serves
JupyterLab; :class:`analysis.workflow.kernels.engine.Engine` names it for papermill.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from analysis.workflow.kernels import client

LAUNCHER = ["-m", "ipykernel_launcher"]
# a second; after it the kernel manager's own patience begins
POLLS = 100


class WarmProvisioner(LocalProvisioner):
    """Kernels of this Python forked from the loaded process; every other kernel as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel, or start it as `LocalProvisioner` does where that cannot be done.

        Raises
        ------
        EndedError
            If kernels are being ended; a cold one would outlive those who wanted it.
        """
        if client.is_available() and _is_this_python(cmd):
            folder = str(kwargs.get("cwd") or Path.cwd())
            with contextlib.suppress(OSError):
                # waiting for a server that still loads must not hold up the others of this loop
                kernel = await asyncio.to_thread(_fork, cmd[3:], dict(kwargs["env"]), folder)
                self.process: Any = kernel
                self.pid = self.pgid = kernel.pid
                self.cwd = folder
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def wait(self) -> int | None:
        """Wait for the end of the kernel."""
        if not isinstance(self.process, client.Forked):
            status: int | None = await super().wait()
            return status
        while self.process.poll() is None:
            await asyncio.sleep(client.POLL_SECONDS)
        status, self.process = self.process.returncode, None
        return status

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see its end.

        The kernel manager looks whether a kernel still runs every tenth of a second, which in short runs is a
        fifth of all there is to wait for.
        """
        await super().kill(restart)
        for _ in range(POLLS):
            if self.process is None or self.process.poll() is not None:
                return
            await asyncio.sleep(client.POLL_SECONDS)


def _fork(arguments: list[str], environment: dict[str, str], folder: str) -> client.Forked:
    try:
        return client.server().fork(arguments, environment, folder)
    except OSError:  # the server ended meanwhile: there will be another, unless kernels are being ended
        return client.server().fork(arguments, environment, folder)


def _is_this_python(command: list[str]) -> bool:
    """Whether a command starts ipykernel with the interpreter, and so the packages, of this process."""
    return command[1:3] == LAUNCHER and Path(command[0]).absolute() == Path(sys.executable).absolute()
