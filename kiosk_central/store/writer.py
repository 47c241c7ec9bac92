"""The one thread that writes: it takes all jobs that wait and commits them together.

A job is a function of a connection. Each runs inside a savepoint, so that one refusal undoes only
itself; the futures are resolved after the commit, never before. Facts 1.2: group commit reaches
the disk's own limit on SQLite, and the same code runs on PostgreSQL.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from kiosk_central.problems import Refused
from kioskd.protocols.central import ProblemCode

T = TypeVar("T")

BATCH_MAX = 256
WAITING_MAX = 4096
_log = logging.getLogger("kiosk_central.writer")


@dataclass(slots=True)
class _Task:
    job: Callable[[Connection], Any]
    future: "Future[Any]" = field(default_factory=Future)
    value: Any = None
    error: Exception | None = None

    def resolve(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


class Writer:
    """Runs jobs one after another; ``submit`` from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: Queue[_Task | None] = Queue(WAITING_MAX)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether jobs are still being done."""
        return self._thread.is_alive() and not self._closed

    def submit(self, job: Callable[[Connection], T]) -> "Future[T]":
        """Queue ``job``; the future holds its value once that is durable.

        Raises Refused(UNAVAILABLE) when the writer is closed or too far behind. A job may run
        twice (the first run undone), so it must do nothing but use its connection.
        """
        if not self.alive:
            raise Refused(ProblemCode.UNAVAILABLE, "the writer has stopped")
        task = _Task(job)
        try:
            self._waiting.put_nowait(task)
        except Full:
            raise Refused(ProblemCode.UNAVAILABLE, "too many changes are waiting") from None
        return task.future

    def close(self) -> None:
        """Do what waits, then stop."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._take()
            running = [task for task in batch if task.future.set_running_or_notify_cancel()]
            if running:
                self._commit_together(running)

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
        again = batch
        failure = self._transaction(batch)
        if failure is None:
            again = [task for task in batch if isinstance(task.error, IntegrityError)]
            for task in batch:
                if task not in again:
                    task.resolve()
        for task in again:
            self._commit_alone(task)

    def _commit_alone(self, task: _Task) -> None:
        failure = self._transaction([task])
        if failure is not None:
            task.error = failure
        task.resolve()

    def _transaction(self, batch: list[_Task]) -> Exception | None:
        """Run and commit; return what kept the whole from being committed, if anything."""
        try:
            with self._begin() as connection, connection.begin():
                for task in batch:
                    task.value, task.error = _attempt(connection, task.job)
        # The thread must outlive every fault of the database: a dead writer hangs all kiosks.
        except Exception as failure:  # noqa: BLE001
            _log.error("commit failed: %s", type(failure).__name__)
            return failure
        return None

    def _begin(self) -> AbstractContextManager[Connection]:
        return self._engine.connect().execution_options(writes=True)


def _attempt(
    connection: Connection, job: Callable[[Connection], Any]
) -> tuple[Any, Exception | None]:
    try:
        with connection.begin_nested():
            return job(connection), None
    # Whatever a job raises belongs to the one who waits for it, not to its neighbours.
    except Exception as error:  # noqa: BLE001
        return None, error
