"""Where the runs of a batch are carried out: at home or on a cluster, behind one interface.

At home a thread waits for each kernel; the kernels are processes of their own, so threads are all it
takes. On a cluster the same function runs in the workers of Dask.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import runs
from analysis.workflow.kernels import client

CONNECT_SECONDS = 30


@dataclass(frozen=True)
class Pool:
    """A place to carry out runs.

    Attributes
    ----------
    executor : Executor
        Takes the runs.
    slots : int
        Runs at a time.
    """

    executor: Executor
    slots: int


@contextmanager
def pool(scheduler: str | None, output: Path) -> Iterator[Pool]:
    """Open a pool: a run for each core of this machine and one more, or the workers of a Dask scheduler.

    Parameters
    ----------
    scheduler : str, optional
        Address such as ``tcp://node1:8786``.
    output : Path
        Folder of the batch, which every worker must see under the same path.

    Raises
    ------
    AnalysisError
        If there is no such scheduler, or it has no workers.
    """
    if scheduler is None:
        with _local() as opened:
            yield opened
    else:
        with _cluster(scheduler, output) as opened:
            yield opened


@contextmanager
def _local() -> Iterator[Pool]:
    slots = runs.at_a_time()
    executor = ThreadPoolExecutor(slots)
    try:
        yield Pool(executor, slots)
    finally:
        with client.ended():  # without kernels the threads have nothing to wait for
            executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str, output: Path) -> Iterator[Pool]:
    try:
        import distributed
    except ImportError:
        raise AnalysisError(
            "--scheduler needs the package distributed; install it with `pip install --editable .[cluster]`."
        ) from None
    try:
        dask = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise AnalysisError(f"No Dask scheduler answers at {address} ({error}).") from None
    with dask:
        threads = dask.nthreads()
        if not threads:
            raise AnalysisError(f"The scheduler at {address} has no workers yet; start them first.")
        blind = [worker for worker, sees in dask.run(output.is_dir).items() if not sees]
        if blind:
            raise AnalysisError(
                f"The worker {blind[0]} does not see {paths.relative(output)}; the output folder must lie on a "
                "file system that all workers share."
            )
        # a run is not a pure function of its job: it leaves files
        yield Pool(dask.get_executor(pure=False), sum(threads.values()))
