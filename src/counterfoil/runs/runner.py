"""The engine, started in this process: takes runs from their queues, and goes on with those of processes that died."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from dbos import DBOS, DBOSConfig
from dbos._error import DBOSQueueDeduplicatedError

from counterfoil.core.errors import Refused
from counterfoil.runs.place import Place
from counterfoil.services.syncing import Pull, Went, run

#: To be raised with the steps of a run: what an older program has begun is then left to an older program.
_VERSION = "syncing/1"
_SLOTS = 64
#: How often a process looks for runs of processes that died, in seconds.
_LOOK = 5.0
_SETTLED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


class Left(BaseException):
    """Raised inside a run to leave it where it is: the engine takes no note, and the next process goes on."""


@dataclass(frozen=True, slots=True)
class Job:
    """An account whose runs may be asked for.

    schedule: five cron fields in UTC, None = by hand only
    """

    name: str
    schedule: str | None = None


class Runner:
    """One process's part in all runs of a book.

    pull:  opens the work on an account: its name, the run's id, and the runner that does it
    lease: holds a name that one process at a time may hold
    """

    def __init__(
        self,
        place: Place,
        jobs: Sequence[Job],
        pull: Callable[[str, str, Runner], AbstractContextManager[Pull]],
        lease: Callable[[str], AbstractContextManager[bool]],
    ) -> None:
        self._place, self._jobs, self._lease = place, jobs, lease
        self.pull = pull
        self._stopping = threading.Event()
        self._busy = 0
        self._lock = threading.Lock()

    @contextmanager
    def started(self, *, schedules: bool = False) -> Iterator[Runner]:
        """Take part until the end: from then on runs are left where they stand.

        schedules: ask for runs when their time comes
        """
        global _runner
        with ExitStack() as stack:
            config: DBOSConfig = {
                "name": "counterfoil",
                "system_database_url": self._place.url,
                "executor_id": self._slot(stack),
                "application_version": _VERSION,
                "log_level": "ERROR",
                "notification_listener_polling_interval_sec": 0.5,
                "scheduler_polling_interval_sec": 5.0,
            }
            if self._place.schema is not None:
                config["dbos_system_schema"] = self._place.schema
            logging.getLogger("dbos").setLevel(logging.ERROR)
            _runner = self
            DBOS(config=config)
            DBOS.launch()
            try:
                for job in self._jobs:
                    DBOS.register_queue(_queue(job.name), global_concurrency=1, polling_interval_sec=0.2)
                if schedules:
                    self._schedule()
                yield self
            finally:
                self._stopping.set()
                self._await_idle()
                DBOS.destroy()
                _runner = None

    def _slot(self, stack: ExitStack) -> str:
        """The lowest name that no living process has: a run of its former holder, who died, is taken up at once."""
        for number in range(1, _SLOTS + 1):
            name = f"worker-{number}"
            if stack.enter_context(self._lease(name)):
                return name
        raise Refused.of("too_many_workers", f"{_SLOTS} processes take part in runs of this book already")

    def _schedule(self) -> None:
        for job in self._jobs:
            if job.schedule is None:
                DBOS.delete_schedule(job.name)
                continue
            try:
                DBOS.apply_schedules(
                    [{"schedule_name": job.name, "workflow_fn": tick, "schedule": job.schedule, "context": job.name}]
                )
            except Exception as error:
                raise Refused.of("schedule_invalid", f"{job.name}: {job.schedule!r} is no schedule") from error

    def ask(self, job: str, since: datetime | None = None) -> str:
        """Ask for a run; its id, or that of the one that is under way.

        raises: Refused where one is under way and another kind is asked for
        """
        asked = _ask(job, since)
        if asked is not None:
            return asked
        if since is not None:
            raise Refused.of("run_under_way", f"a run of {job} is under way; wait for its end")
        for known in DBOS.list_workflows(queue_name=_queue(job), status=["ENQUEUED", "PENDING"], limit=1):
            return known.workflow_id
        return self.ask(job, since)

    def is_over(self, run_id: str) -> bool:
        """Whether the engine is done with a run."""
        found = DBOS.get_workflow_status(run_id)
        return found is None or found.status in _SETTLED

    def take_over(self) -> None:
        """Go on with the runs of processes that died."""
        holders = {one.executor_id for one in DBOS.list_workflows(status="PENDING") if one.executor_id}
        for holder in sorted(holders - {DBOS.executor_id}):
            with self._lease(holder) as dead:
                if dead:
                    DBOS._recover_pending_workflows([holder])

    def work(self, until: threading.Event) -> None:
        """Take part until told to stop."""
        while not until.wait(_LOOK):
            self.take_over()

    def stop(self) -> None:
        """Let runs be left at the next document."""
        self._stopping.set()

    def may_go_on(self) -> None:
        """Called where a run may be left."""
        if self._stopping.is_set():
            raise Left

    def wait(self, seconds: float) -> None:
        """A pause that ends when runs are to be left."""
        if self._stopping.wait(seconds):
            raise Left

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Around a run under way in this process."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def _await_idle(self, seconds: float = 25) -> None:
        until = time.monotonic() + seconds
        while self._busy and time.monotonic() < until:
            time.sleep(0.02)


_runner: Runner | None = None


def _queue(job: str) -> str:
    return f"sync-{job}"


def _ask(job: str, since: datetime | None) -> str | None:
    """Put a run into its account's queue; None when there is one already."""
    try:
        handle = DBOS.enqueue_workflow_with_options(
            {"workflow_name": "sync", "queue_name": _queue(job), "deduplication_id": job, "app_version": _VERSION},
            job,
            None if since is None else since.isoformat(),
        )
    except DBOSQueueDeduplicatedError:
        return None
    return handle.workflow_id


@DBOS.workflow(name="tick")
def tick(at: datetime, context: object) -> None:
    """A schedule's moment: ask for a run unless one is under way."""
    del at
    _ask(str(context), None)


# A run that is killed over and over still goes on: every life gets it further.
@DBOS.workflow(name="sync", max_recovery_attempts=None)
def sync(job: str, since: str | None) -> None:
    """A run over an account; every step of it is remembered once it is done."""
    runner, run_id = _runner, DBOS.workflow_id
    assert runner is not None, "runs are done by a runner that is started"
    assert run_id is not None, "a run has an id"

    def step(name: str, effect: Callable[[], Went]) -> Went:
        runner.may_go_on()
        return Went(**DBOS.run_step({"name": name}, lambda: asdict(effect())))

    with runner.busy(), runner.pull(job, run_id, runner) as pull:
        try:
            run(pull, step, None if since is None else datetime.fromisoformat(since))
        except Exception as error:
            # A mistake of ours, or the database: the run is over, and must not seem to be under way.
            pull.end(f"{type(error).__name__}: {error}", broken=True)
            raise
