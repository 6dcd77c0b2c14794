"""Parts worked out on a Dask cluster: the same tasks as here, only elsewhere.

Results are bytes that do not depend on who worked them out, so a cluster changes no byte. The
study with its layers goes to every worker once. Workers may leave and join: what a lost one held
is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import siteselect
from siteselect.errors import Fault, RunError
from siteselect.program import program_hash

if TYPE_CHECKING:
    from distributed import Client, Future

    from siteselect.batch.context import Context
    from siteselect.batch.schedule import Function, Scheduler, Task

_AHEAD = 2
"""Tasks held for each thread of the cluster, so that none waits for the list to be read."""
_LOSSES = 5
"""How often one task may lose its worker before the cluster is given up."""
_PATIENCE_S = 30
_QUIET = {"distributed.admin.large-graph-warning-threshold": "1 GB"}
"""A part of a list is some megabytes and is sent with its task, which Dask warns of."""


def cluster(address: str) -> Scheduler:
    """Give a scheduler that works parts out on the Dask cluster at an address.

    Parameters
    ----------
    address : of Dask's scheduler, as `tcp://10.0.0.5:8786`.

    Raises
    ------
    RunError
        The extra is not installed, nobody answers there, workers have another version of
        siteselect, or a task keeps losing its workers.
    """

    def there(
        tasks: Iterable[Task], function: Function, context: Context, workers: int
    ) -> Iterator[tuple[int, Any]]:
        del workers  # the cluster has as many as it has
        with _client(address) as client:
            yield from _results(client, iter(tasks), function, context)

    return there


def _client(address: str) -> Client:
    try:
        import dask  # noqa: PLC0415 - an extra
        from distributed import Client  # noqa: PLC0415
    except ImportError:
        cure = "pip install 'siteselect[distributed]'"
        raise RunError(Fault("--scheduler", "Dask is not installed", cure)) from None
    dask.config.set(_QUIET)
    try:
        client = Client(address, set_as_default=False, timeout=_PATIENCE_S)
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except (OSError, ValueError, TimeoutError):
        cure = "Give the address of a running Dask scheduler that has workers."
        fault = Fault("--scheduler", "no cluster answers there", cure, value=address)
        raise RunError(fault) from None
    return client


def _results(
    client: Client, tasks: Iterator[Task], function: Function, context: Context
) -> Iterator[tuple[int, Any]]:
    done_ones: SimpleQueue[Future] = SimpleQueue()
    held = client.scatter(context, broadcast=True, hash=False)
    waiting: dict[Future, tuple[Task, int]] = {}

    def send(task: Task, losses: int) -> None:
        future = client.submit(_do, program_hash(), function, held, *task[1], pure=False, retries=0)
        waiting[future] = (task, losses)
        future.add_done_callback(done_ones.put)

    while True:
        room = max(sum(client.nthreads().values()), 1) * _AHEAD
        while len(waiting) < room and (task := next(tasks, None)) is not None:
            send(task, 0)
        if not waiting:
            return
        done = done_ones.get()
        task, losses = waiting.pop(done)
        if not _lost(done):
            yield task[0], done.result()
            continue
        if losses == _LOSSES:
            cure = "Look at the workers' logs; the same command goes on from here."
            raise RunError(Fault("--scheduler", "workers keep dying at one part", cure))
        client.wait_for_workers(1)
        if held.status != "finished":
            held = client.scatter(context, broadcast=True, hash=False)
        send(task, losses + 1)


def _lost(done: Future) -> bool:
    """Say whether a task ended because its worker, or what the worker held, is gone."""
    from distributed import KilledWorker  # noqa: PLC0415

    if done.status in {"cancelled", "lost"}:
        return True
    return done.status == "error" and isinstance(done.exception(), KilledWorker)


def _do(program: str, function: Function, context: Context, *arguments: Any) -> Any:
    if program != program_hash():
        problem = "a worker has other files of siteselect than the batch was begun with"
        cure = "Install one and the same siteselect everywhere, and start the workers again."
        raise RunError(Fault("--scheduler", problem, cure, value=f"{siteselect.__version__} there"))
    return function(context, *arguments)
