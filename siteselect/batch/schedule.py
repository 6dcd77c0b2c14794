"""Where parts are worked out: in this process, or in several beside it.

A scheduler takes the tasks one by one as there is room, and gives results as they come, in any
order; a task is a number with the arguments after the context. Results are bytes, and only the
caller writes them: workers need no disk, so that they may as well stand elsewhere.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from siteselect.errors import Fault, RunError

if TYPE_CHECKING:
    from siteselect.batch.context import Context

Task = tuple[int, tuple[Any, ...]]
Function = Callable[..., Any]
Scheduler = Callable[[Iterable[Task], Function, "Context", int], Iterator[tuple[int, Any]]]
"""Tasks, what is called with the context and a task's arguments, the context, and workers."""

_AHEAD = 2
"""Tasks held for each worker, so that none waits for the disk."""

_held: list[Context] = []
"""The context of a worker process, which serves one batch all its life."""


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def here(
    tasks: Iterable[Task], function: Function, context: Context, workers: int
) -> Iterator[tuple[int, Any]]:
    """Do the tasks in this process, or in as many processes as wanted.

    Raises
    ------
    RunError
        A worker was killed.
    """
    if workers <= 1:
        for number, arguments in tasks:
            yield number, function(context, *arguments)
        return
    # A fork shares the layers, gigabytes of them, with all workers; elsewhere they are sent once.
    method = "fork" if sys.platform.startswith("linux") else "spawn"
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context(method), initializer=_adopt, initargs=(context,)
    )
    try:
        yield from _results(pool, iter(tasks), function, workers * _AHEAD)
    except BrokenProcessPool:
        problem = "a worker was killed, probably as memory ran out"
        cure = "Repeat the command: it goes on from here. Fewer --workers need less memory."
        raise RunError(Fault("workers", problem, cure)) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _results(
    pool: ProcessPoolExecutor, tasks: Iterator[Task], function: Function, ahead: int
) -> Iterator[tuple[int, Any]]:
    waiting: dict[Future[Any], int] = {}
    while True:
        while len(waiting) < ahead and (task := next(tasks, None)) is not None:
            waiting[_submit(pool, function, task[1])] = task[0]
        if not waiting:
            return
        for done in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(done), done.result()


def _submit(pool: ProcessPoolExecutor, function: Function, arguments: Any) -> Future[Any]:
    with warnings.catch_warnings():
        # From Python 3.12 on a fork beside threads warns. Those here belong to Arrow and to the
        # progress line; Arrow starts its own anew in a child, and no child prints.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        return pool.submit(_do, function, arguments)


def _adopt(context: Context) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the parent's to handle
    _held.append(context)
    parent = os.getppid()
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    """End when the parent is gone; nobody else tells the worker of a run that was killed."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _do(function: Function, arguments: Any) -> Any:
    return function(_held[0], *arguments)
