"""Audits on demand: the whole chain of Events, and everything that the register says twice; each as a job."""

from typing import Any, NamedTuple

from portbook.desk.models import Job
from portbook.desk.office import jobs
from portbook.register import auditing, tables
from portbook.register.moments import one_moment
from portbook.store import EditionStore

CHAIN, WHOLE = "verify", "check"  # kinds of jobs
_READINGS = {CHAIN: 1, WHOLE: 2}  # how often each Event is read


class Audit(NamedTuple):
    """What is known of one kind of audit: whether it runs, and what the newest found."""

    kind: str
    job: Job | None
    told: dict[str, Any]

    @property
    def is_running(self) -> bool:
        return self.job is not None and not self.job.ended

    @property
    def percent(self) -> int:
        """How far it is, as far as Events tell."""
        return 0 if self.job is None or not self.job.total else min(100 * self.job.done // self.job.total, 99)


def audits() -> tuple[Audit, ...]:
    """Return what is known of both."""
    found = jobs.latest(CHAIN, WHOLE)
    return tuple(_audit(kind, found.get(kind)) for kind in (CHAIN, WHOLE))


def audit(kind: str) -> Audit:
    """Return what is known of the audits of *kind*."""
    return _audit(kind, jobs.latest(kind).get(kind))


def begin(kind: str, member: str) -> Job:
    """Begin one, unless it runs."""
    events = tables.rows("SELECT events FROM register_registry WHERE identity = 1")[0][0]
    return jobs.begin(kind, member, events * _READINGS[kind], _chain if kind == CHAIN else _whole)


def _audit(kind: str, job: Job | None) -> Audit:
    return Audit(kind, job, jobs.told(job) if job else {})


def _chain(tell: jobs.Tell) -> dict[str, Any]:
    with one_moment():
        return {**_stand(), **jobs.problems(auditing.verify(tell))}


def _whole(tell: jobs.Tell) -> dict[str, Any]:
    with one_moment():
        return {**_stand(), **jobs.problems(auditing.check(EditionStore(), tell))}


def _stand() -> dict[str, Any]:
    """Where the chain ends: what an audit is of."""
    events, head = tables.rows("SELECT events, events_head FROM register_registry WHERE identity = 1")[0]
    return {"events": events, "head": head}
