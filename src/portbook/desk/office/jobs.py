"""Jobs: work that takes longer than an answer may, done by a thread of this process beside the requests.

A row of the table tells every node who began it, how far it is and what came of it.  One of a kind runs at a
time; one whose process died says nothing more, and after a while another may begin.
"""

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection
from django.db.models import Max, QuerySet
from django.db.transaction import atomic

from portbook.desk.limits import MAX_FINDINGS, SILENT_SECONDS
from portbook.desk.models import Job
from portbook.errors import PortbookError, Problem
from portbook.register.limits import MAX_TRIES
from portbook.web import clock

NOTE_SECONDS = 1.0  # between two notes of how far it is

Tell = Callable[[int], None]
Work = Callable[[Tell], dict[str, Any]]

_SOURCE = "docs/desk.md"
_log = logging.getLogger("portbook.desk")


class _Under:
    """A job under way, between the thread that works and the one that notes."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.done = 0
        self.told: dict[str, Any] = {}

    def tell(self, count: int) -> None:
        """Hear how far the work is."""
        self.done = count

    def run(self) -> None:
        """Do the work; what goes wrong is what it tells."""
        try:
            self.told = self._work(self.tell)
        except PortbookError as error:
            self.told = {"failure": error.problem.as_json()}
        except Exception as error:
            _log.error("a job failed: %s", type(error).__name__, exc_info=error)
            problem = Problem("E-DESK-JOB", "it ended by a mistake of Portbook; the log has more", _SOURCE)
            self.told = {"failure": problem.as_json()}
        finally:
            connection.close()


def begin(kind: str, member: str, total: int, work: Work) -> Job:
    """Begin *work* on *total* things, unless one of its kind runs; return the job that does."""
    now = clock.instant()
    for silent in Job.objects.filter(kind=kind, ended=""):
        if _as_of(silent, now).ended:
            silent.save()
    try:
        with atomic():
            job = Job.objects.create(kind=kind, member=member, began=now, noted=now, total=total)
    except IntegrityError:
        return Job.objects.filter(kind=kind).latest("pk")
    threading.Thread(target=_watched, args=(job.pk, _Under(work)), daemon=True).start()
    return job


def latest(*kinds: str) -> dict[str, Job]:
    """Return the newest job of each of *kinds* that there is one of; nothing is written."""
    numbers = Job.objects.filter(kind__in=kinds).values("kind").annotate(newest=Max("pk")).values("newest")
    now = clock.instant()
    return {job.kind: _as_of(job, now) for job in Job.objects.filter(pk__in=numbers)}


def told(job: Job) -> dict[str, Any]:
    """Return what the job found; {} while it runs."""
    found: dict[str, Any] = json.loads(job.told) if job.told else {}
    return found


def problems(found: tuple[Problem, ...]) -> dict[str, Any]:
    """Return what an audit found as a job tells it: the first of them, and how many there are."""
    return {"problems": [each.as_json() for each in found[:MAX_FINDINGS]], "count": len(found)}


def _watched(number: int, under: _Under) -> None:
    """Note how far the job is, until it ends."""
    worker = threading.Thread(target=under.run, daemon=True)
    worker.start()
    row = Job.objects.filter(pk=number, ended="")
    try:
        while worker.is_alive():
            worker.join(NOTE_SECONDS)
            if worker.is_alive():
                _is_noted(row, noted=clock.instant(), done=under.done)
        end = {"ended": clock.instant(), "done": under.done, "told": json.dumps(under.told)}
        any(_is_noted(row, **end) for _ in range(MAX_TRIES))
    finally:
        connection.close()


def _is_noted(row: QuerySet[Job], **values: Any) -> bool:
    """Note how a job stands; a database that others keep busy takes it next time."""
    try:
        row.update(**values)
    except OperationalError as error:
        _log.warning("a job was not noted: %s", error)
        return False
    return True


def _as_of(job: Job, now: str) -> Job:
    """Return *job* as it stands: one that nobody is at work on ended with its process."""
    silent = datetime.fromisoformat(now) - datetime.fromisoformat(job.noted)
    if not job.ended and silent.total_seconds() > SILENT_SECONDS:
        failure = Problem("E-DESK-JOB", "the process that did it ended before", _SOURCE)
        job.ended, job.told = now, json.dumps({"failure": failure.as_json()})
    return job
