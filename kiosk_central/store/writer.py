"""The threads that write: each takes all jobs that wait for it and commits them together.

One on SQLite, which has one writer; several on PostgreSQL, where jobs lock each other out by what
they are about (``store.locks``). A job is a function of a connection. Each runs inside a savepoint,
so that one refusal undoes only itself; the futures are resolved after the commit, never before.
Work of which there is much waits under one function that does it together (``submit_together``).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from queue import Empty, Full, Queue
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import Connection, Engine

from kiosk_central.problems import Refused
from kiosk_central.store.faults import came_between, is_gone
from kioskd.protocols.central import ProblemCode

T = TypeVar("T")

BATCH_MAX = 256
WAITING_MAX = 4096
POSTGRES_THREADS = 2
ALONE_TRIES = 3
_log = logging.getLogger("kiosk_central.writer")


Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Does what many ask for at once; gives what each is answered. Any error is an error of all."""


@dataclass(slots=True)
class _Task:
    job: Any
    """What is asked for, if it is done ``together`` with others of its kind; else the job."""
    together: Together | None = None
    future: "Future[Any]" = field(default_factory=Future)
    value: Any = None
    error: Exception | None = None

    def resolve(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)

    def refuse(self) -> None:
        """Tell whoever waits that nobody will do it."""
        if not self.future.done():
            self.future.set_exception(Refused(ProblemCode.UNAVAILABLE, "the writer has stopped"))


class Writer:
    """Runs jobs; ``submit`` from any thread."""

    def __init__(self, engine: Engine, threads: int = POSTGRES_THREADS) -> None:
        count = threads if engine.dialect.name == "postgresql" else 1
        self._lanes = [_Lane(engine, number) for number in range(count)]

    def watch(self, on_batch: Callable[[int, float], None]) -> None:
        """Call ``on_batch`` with jobs and seconds of every batch, in the thread that did it."""
        for lane in self._lanes:
            lane.on_batch = on_batch

    @property
    def waiting(self) -> int:
        """How many jobs wait, about."""
        return sum(lane.waiting for lane in self._lanes)

    @property
    def alive(self) -> bool:
        """Whether all jobs are still being done."""
        return all(lane.alive for lane in self._lanes)

    def submit(self, job: Callable[[Connection], T], kiosk_id: str = "") -> "Future[T]":
        """Queue ``job``; the future holds its value once that is durable.

        Jobs of one kiosk are done in their order. Raises Refused(UNAVAILABLE) when the writer is
        closed or too far behind. A job may run twice (the first run undone), so it must do nothing
        but use its connection.
        """
        return self._lane(kiosk_id).submit(_Task(job))

    def submit_together(self, doing: Together, what: object, kiosk_id: str) -> "Future[Any]":
        """Queue ``what``, to be done with all that waits for the same ``doing``; as ``submit``."""
        return self._lane(kiosk_id).submit(_Task(what, doing))

    def _lane(self, kiosk_id: str) -> "_Lane":
        return self._lanes[crc32(kiosk_id.encode()) % len(self._lanes)]

    def close(self) -> None:
        """Do what waits, then stop."""
        for lane in self._lanes:
            lane.close()


class _Lane:
    """One thread and the jobs that wait for it."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = engine
        self._waiting: Queue[_Task | None] = Queue(WAITING_MAX)
        self._batch: list[_Task] = []
        self._closed, self._ended = False, False
        self.on_batch: Callable[[int, float], None] = lambda _jobs, _seconds: None
        self._thread = threading.Thread(target=self._run, name=f"writer-{number}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return not self._ended and not self._closed

    @property
    def waiting(self) -> int:
        return self._waiting.qsize()

    def submit(self, task: _Task) -> "Future[Any]":
        if not self.alive:
            raise Refused(ProblemCode.UNAVAILABLE, "the writer has stopped")
        try:
            self._waiting.put_nowait(task)
        except Full:
            raise Refused(ProblemCode.UNAVAILABLE, "too many changes are waiting") from None
        if self._ended:  # meanwhile
            self._refuse_waiting()
        return task.future

    def close(self) -> None:
        self._closed = True
        if not self._ended:
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        """Do batches until closed; if this thread dies, nobody waits for it for ever."""
        going = True
        try:
            while going:
                taken, going = self._take()
                self._batch = [one for one in taken if one.future.set_running_or_notify_cancel()]
                if self._batch:
                    begun = time.perf_counter()
                    self._commit_together(self._batch)
                    self.on_batch(len(self._batch), time.perf_counter() - begun)
        finally:
            self._ended = True
            for task in self._batch:
                task.refuse()
            self._refuse_waiting()

    def _refuse_waiting(self) -> None:
        while True:
            try:
                task = self._waiting.get_nowait()
            except Empty:
                return
            if task is not None:
                task.refuse()

    def _take(self) -> tuple[list[_Task], bool]:
        batch: list[_Task] = []
        task = self._waiting.get()
        while task is not None:
            batch.append(task)
            if len(batch) == BATCH_MAX:
                return batch, True
            try:
                task = self._waiting.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit_together(self, batch: list[_Task]) -> None:
        failure = self._transaction(batch)
        if failure is not None:
            self._one_by_one(batch)
            return
        again = []
        for task in batch:
            if came_between(task.error):
                again.append(task)
            else:
                task.resolve()
        self._one_by_one(again)

    def _one_by_one(self, tasks: list[_Task]) -> None:
        """Give each a transaction of its own; without a database, ask it once for all of them."""
        gone: Exception | None = None
        for task in tasks:
            if gone is None:
                self._commit_alone(task)
                gone = task.error if is_gone(task.error) else None
            else:
                task.error = gone
            task.resolve()

    def _commit_alone(self, task: _Task) -> None:
        for _ in range(ALONE_TRIES):
            failure = self._transaction([task])
            if failure is not None:
                task.error = failure
            if not came_between(task.error):
                return

    def _transaction(self, batch: list[_Task]) -> Exception | None:
        """Run and commit; return what kept the whole from being committed, if anything."""
        try:
            connected = self._engine.connect().execution_options(writes=True)
            with connected as connection, connection.begin():
                _do(connection, batch)
        # The thread must outlive every fault of the database: a dead writer hangs all kiosks.
        except Exception as failure:  # noqa: BLE001
            _log.error("commit failed: %s", type(failure).__name__)
            return failure
        return None


def _do(connection: Connection, batch: list[_Task]) -> None:
    """Do all tasks; those that follow each other and are of one kind are done together."""
    for together, some in groupby(batch, lambda task: task.together):
        tasks = list(some)
        if together is not None:
            values = together(connection, [task.job for task in tasks])
            for task, value in zip(tasks, values, strict=True):
                task.value, task.error = value, None
            continue
        for task in tasks:
            task.value, task.error = _attempt(connection, task.job)
            if connection.invalidated and task.error is not None:
                raise task.error


def _attempt(
    connection: Connection, job: Callable[[Connection], Any]
) -> tuple[Any, Exception | None]:
    savepoint = connection.begin_nested()
    try:
        value = job(connection)
        savepoint.commit()
    # Whatever a job raises belongs to the one who waits for it, not to its neighbours.
    except Exception as error:  # noqa: BLE001
        if not connection.invalidated:
            savepoint.rollback()
        return None, error
    return value, None
