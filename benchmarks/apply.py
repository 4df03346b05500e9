"""The pre-check of an application, beside one ranked search of the same edition in the same run.

Baseline: the p50 of ranked searches, the index made before, for the queries of benchmarks/search.py and for
words that an applicant would look for.  Goal: findings and route <= 2 of it, for the p50 over the kinds of
application.  The whole check, with precedents (searches themselves), suggestions and the preview of the rows,
is told beside it.  CPU time, for machines are shared.
"""

import gc
import statistics
import time
from collections.abc import Callable

from _edition import goal, run, source

from portbook.applications import Application, Case, Circumstances, findings_in, read
from portbook.numbers import Ports, Transport
from portbook.policy import RFC6335
from portbook.precheck import Checker
from portbook.records import PublishedDate
from portbook.review import route_in

QUERIES = ("mysql", "secure shell", "modbus", "http", "remote reading", "tide gauges")
ROUNDS = 31
BATCH = 10
GOAL = 2.0
TODAY = PublishedDate("2031-05-02")

PARTIES = """
description = "Remote reading of tide gauges"
reference = "Proprietary; messages of the gauge, one a minute"
assignee = { name = "Tide Works", email = "registry@tide.example" }
contact = { name = "Tia Dale", email = "tia@tide.example" }
casts = { broadcast = false, multicast = false, anycast = false }
txt_keys = [{ key = "path" }]
"""
ANSWERS = """
development = "prototype"
declares = { only_discovery = false }
[answers]
congestion = "One request in flight; after a loss the wait doubles up to a minute."
versions = "The first octet of each message is the version."
differences = "The same messages; on TCP each has its length in front."
security = "TLS 1.3 from the first octet, with no way around it."
why_not_dynamic = "Gauges call in before anybody could configure them, through firewalls of others."
distinction = "The gauge opens the connection and sleeps in between."
"""
ASKED = {
    "name": f"""
kind = "name"
service_name = "tide-read"
transports = ["tcp"]
{PARTIES}""",
    "port": f"""
kind = "port"
service_name = "tide-read"
transports = ["tcp"]
ports = [{{ number = 28201 }}]
{PARTIES}{ANSWERS}""",
    "taken": f"""
kind = "port"
service_name = "http"
transports = ["tcp", "udp"]
ports = [{{ number = 3478 }}]
{PARTIES}{ANSWERS}""",
    "share": f"""
kind = "share"
service_name = "tide-read"
transports = ["udp"]
ports = [{{ number = 3478 }}]
{PARTIES}{ANSWERS}""",
}


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one piece of work, of many done in a row."""
    gc.disable()
    start = time.process_time()
    for _ in range(BATCH):
        work()
    spent = time.process_time() - start
    gc.enable()
    return spent / BATCH


def main() -> None:
    usual = source()
    checker = Checker(usual.edition())
    checker.index.complete()
    list(checker.registry.free(Ports(1024, 1100)))
    checker.registry.place(80, Transport.TCP)
    asked = {name: read(text.encode()).application for name, text in ASKED.items()}
    print(f"edition {usual.id}: {len(checker.edition.records)} rows")
    searches: list[float] = []
    judged: dict[str, list[float]] = {name: [] for name in asked}
    whole: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        searches += [seconds(lambda text=text: checker.index.search(text)) for text in QUERIES]
        for name, application in asked.items():
            judged[name].append(seconds(lambda application=application: judge(checker, application)))
            whole[name].append(seconds(lambda application=application: checker.check(application, TODAY)))
    search = statistics.median(searches)
    for name in asked:
        micros = statistics.median(judged[name]) * 1e6, statistics.median(whole[name]) * 1e6
        print(f"{name:8} findings and route {micros[0]:6.0f} us, whole check {micros[1]:6.0f} us")
    p50 = statistics.median(value for values in judged.values() for value in values)
    told = f"findings and route, p50 {p50 * 1e6:.0f} us beside a search's {search * 1e6:.0f} us"
    goal(told, p50 / search, GOAL, "x")
    all_of_it = statistics.median(value for values in whole.values() for value in values)
    print(f"the whole check, p50 {all_of_it * 1e6:.0f} us: {all_of_it / search:.3g}x")


def judge(checker: Checker, application: Application) -> object:
    known = checker.with_alike(application, Circumstances())
    case = Case(application, checker.registry, RFC6335, known)
    return findings_in(case), route_in(case)


if __name__ == "__main__":
    run(main)
