"""Publishing under kill -9, failing system calls, full and read-only disks, two at once, damage.

Faults F-01, F-04 to F-08, F-10; invariants I-3 all or nothing, I-4 readers see whole publications, I-5
forward only.  Whatever fails, what was served before is served on, and the next publisher needs no hand.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portbook.errors import StoreError
from portbook.publication.folders import FolderSource
from portbook.publication.tree import MARK, Tree
from portbook.publication.verification import verify
from portbook.store import EditionFile, durable
from publication_trees import CSV, NOW, codes, edition, files_in, published, state
from stores import asides

ROOT = Path(__file__).resolve().parents[1]
HERE = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))


# -- a folder that is none of ours ------------------------------------------------------------------------


def foreign_file(tree: Path) -> None:
    (tree / "mine.txt").write_text("mine")


def foreign_publications(tree: Path) -> None:
    (tree / "publications").mkdir()


def link_to_publications(tree: Path) -> None:
    (tree / MARK).write_text('{"publications": 1}\n')
    (tree / "publications").symlink_to(tree.parent)


def newer_version(tree: Path) -> None:
    (tree / MARK).write_text('{"publications": 2}\n')


def damaged_mark(tree: Path) -> None:
    (tree / MARK).write_text("{}")


def mark_that_is_a_folder(tree: Path) -> None:
    (tree / MARK).mkdir()


def current_that_is_a_folder(tree: Path) -> None:
    (tree / MARK).write_text('{"publications": 1}\n')
    (tree / "current").mkdir()


def current_that_leads_out(tree: Path) -> None:
    (tree / MARK).write_text('{"publications": 1}\n')
    (tree / "current").symlink_to("/etc")


def current_that_leads_nowhere(tree: Path) -> None:
    (tree / MARK).write_text('{"publications": 1}\n')
    (tree / "current").symlink_to("publications/000007")


@pytest.mark.parametrize(
    "prepare, code",
    [
        (foreign_file, "E-PUBLISH-DIR"),
        (foreign_publications, "E-PUBLISH-DIR"),
        (link_to_publications, "E-PUBLISH-DIR"),
        (newer_version, "E-PUBLISH-VERSION"),
        (damaged_mark, "E-PUBLISH-DAMAGED"),
        (mark_that_is_a_folder, "E-PUBLISH-DAMAGED"),
        (current_that_is_a_folder, "E-PUBLISH-DAMAGED"),
        (current_that_leads_out, "E-PUBLISH-DAMAGED"),
        (current_that_leads_nowhere, "E-PUBLISH-DAMAGED"),
    ],
)
def test_a_folder_that_is_refused(prepare: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    prepare(tree)
    before = state(tree)
    with pytest.raises(StoreError) as refusal:
        published(tree, edition(tmp_path))
    assert refusal.value.problem.code == code
    assert "nothing was published" in refusal.value.problem.message or code == "E-PUBLISH-VERSION"
    assert state(tree) == before


def test_a_file_and_a_link_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("file", "link"):
        with pytest.raises(StoreError, match="E-PUBLISH-DIR"):
            published(tmp_path / name, edition(tmp_path))
    assert (tmp_path / "file").read_text() == "mine"
    assert [*(tmp_path / "empty").iterdir()] == []


@pytest.mark.parametrize("name", ["lock", "lost+found", ".portbook-publications.json.0123456789abcdef.tmp"])
def test_a_folder_that_counts_as_empty(name: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / name).mkdir() if name == "lost+found" else (tree / name).write_text("")
    assert published(tree, edition(tmp_path, records=1)).number == 1


def test_what_else_lies_beside_the_publications_stays(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    published(tree, file)
    (tree / "robots.txt").write_text("mine")
    (tree / "publications" / "notes").write_text("mine")
    assert published(tree, file).number == 2
    assert {(tree / "robots.txt").read_text(), (tree / "publications" / "notes").read_text()} == {"mine"}


# -- two publishers ---------------------------------------------------------------------------------------


def test_another_publisher_is_waited_for_and_told(tmp_path: Path) -> None:
    tree, file, waited = tmp_path / "tree", edition(tmp_path, records=1), []
    published(tree, file)
    before = state(tree)
    with durable.locked(tree / "lock"), pytest.raises(StoreError, match="E-PUBLISH-BUSY"):
        published(tree, file, seconds=0.1, waits=lambda: waited.append(True))
    assert waited == [True]
    assert state(tree) == before


PUBLISH = """
    import sys, time
    from pathlib import Path
    sys.modules.update(pyarrow=None, openpyxl=None)
    from portbook.publication import publish
    from portbook.store import edition_file
    files = [edition_file(Path(name)) for name in sys.argv[3:]]
    for n in range(int(sys.argv[2])):
        file = files[n % len(files)]
        done = publish(Path(sys.argv[1]), file, made="2026-01-01T00:00:00Z", older=True)
        print(done.number, *done.remarks, flush=True)
"""


def publisher(tree: Path, count: int, *files: EditionFile) -> subprocess.Popen[str]:
    paths = [str(file.path) for file in files]
    command = [sys.executable, "-c", textwrap.dedent(PUBLISH), str(tree), str(count), *paths]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": HERE})


def test_publishers_at_once_have_a_number_each(tmp_path: Path) -> None:
    """F-10."""
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    processes = [publisher(tree, 10, file) for _ in range(3)]
    lines = [
        line for process in processes for line in process.communicate(timeout=100)[0].split("\n") if line
    ]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(map(int, lines)) == [*range(1, 31)]
    assert codes(tree) == set()
    assert asides(tree) == []


# -- kill -9, with readers --------------------------------------------------------------------------------

READ = """
    import os, sys, time
    from pathlib import Path
    from portbook.publication.folders import FolderSource
    from portbook.publication.verification import verify
    tree, seen, last = Path(sys.argv[1]), 0, 0
    print("ready", flush=True)
    while not (tree.parent / "over").exists():
        try:
            folder = tree / os.readlink(tree / "current")
        except FileNotFoundError:
            assert last == 0, "what was served is not there"
            continue
        verdict = verify(FolderSource(folder), now="2026-01-02T00:00:00Z")
        assert not verdict.findings, (folder, verdict.findings)
        assert verdict.manifest.number == int(folder.name)
        assert verdict.manifest.number >= last, "an older one is served"
        seen, last = seen + 1, verdict.manifest.number
        time.sleep(0.02)
    print(seen, last, flush=True)
"""


PUBLISH_UNTIL_KILLED = """
    import os, sys
    from pathlib import Path
    sys.modules.update(pyarrow=None, openpyxl=None)
    from portbook.publication import publish
    from portbook.store import edition_file
    files = [edition_file(Path(name)) for name in sys.argv[2:]]
    for file in files:
        publish(Path(sys.argv[1]).with_name("warm"), file, made="2026-01-01T00:00:00Z")
    for _ in sys.stdin:
        child = os.fork()  # what is loaded is loaded: so a kill costs milliseconds
        if child:
            print("child", child, flush=True)
            os.waitpid(child, 0)
            print("dead", flush=True)
        for n in range(10**6 if not child else 0):
            done = publish(Path(sys.argv[1]), files[n % 2], made="2026-01-01T00:00:00Z", older=True)
            print("number", done.number, *done.remarks, flush=True)
"""


class Killed:
    """A publisher that is started as often as it is killed."""

    def __init__(self, tree: Path, files: list[EditionFile]) -> None:
        paths = [str(file.path) for file in files]
        command = [sys.executable, "-c", textwrap.dedent(PUBLISH_UNTIL_KILLED), str(tree), *paths]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, bufsize=1, env={"PYTHONPATH": HERE}
        )

    def numbers(self, seconds: float) -> list[int]:
        """Let it publish at least once, and for so long; kill -9 it; return what it said."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        child, said = 0, []
        while not (child and said):
            kind, *words = self._line()
            if kind == "child":
                child = int(words[0])
            else:
                said.append(words)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        while (line := self._line()) != ["dead"]:
            said.append(line[1:])
        assert all(len(words) == 1 for words in said), f"remarks: {said}"
        return [int(words[0]) for words in said]

    def _line(self) -> list[str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the publisher is gone"
        return line.split()


def reader(tree: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(READ), str(tree)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": HERE})


def publications_under_fire(tmp_path: Path, wanted: int) -> None:
    """Publish until *wanted* are made, with a kill -9 at random moments, while two readers look at all."""
    chance = random.Random(7)
    tree = tmp_path / "tree"
    files = [edition(tmp_path, label, date, 40) for label, date in (("a", "2024-01-01"), ("b", "2024-01-02"))]
    readers, killed = [reader(tree) for _ in range(2)], Killed(tree, files)
    try:
        for each in readers:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        number, kills, interrupted = 0, 0, 0
        while number < wanted:
            numbers = killed.numbers(chance.uniform(0, 0.8))
            kills += 1
            interrupted += bool(asides(tree))
            assert numbers == [*range(numbers[0], numbers[-1] + 1)]
            assert numbers[0] in (number + 1, number + 2)  # one may have come into place, and not been told
            number = numbers[-1]
            assert Tree(tree).served() in (number, number + 1)
    finally:
        killed.process.communicate(timeout=60)
        (tmp_path / "over").touch()
        seen = [each.communicate(timeout=60)[0].split() for each in readers]
    assert [each.returncode for each in readers] == [0, 0]
    assert all(int(times) > wanted / 10 for times, _ in seen)
    assert published(tree, files[1]).remarks == ()
    assert codes(tree) == set()
    assert asides(tree) == []
    assert kills > 1
    assert interrupted > 0  # else the kills came between publications, and this showed nothing


def test_readers_see_whole_publications_while_publishers_are_killed(tmp_path: Path) -> None:
    """F-01, T-37: 200 publications."""
    publications_under_fire(tmp_path, 200)


@pytest.mark.deep
def test_readers_see_whole_publications_for_long(tmp_path: Path) -> None:
    publications_under_fire(tmp_path, 5_000)


@pytest.mark.parametrize("is_whole", [True, False])
def test_one_that_was_never_served_is_of_the_chain_and_no_more(is_whole: bool, tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    published(tree, file)
    published(tree, file)
    (tree / "current").unlink()
    (tree / "current").symlink_to("publications/000001")  # as before the switch
    assert codes(tree) == {"E-VERIFY-OLDER"}
    if not is_whole:
        (tree / "publications" / "000002" / "manifest.json").write_bytes(b"{}")
    done = published(tree, file)
    before = Tree(tree).earlier(3).manifest.previous
    assert before is not None
    assert (done.number, before.number) == (3, 2 if is_whole else 1)
    assert bool(done.remarks) != is_whole
    assert codes(tree) == (set() if is_whole else {"E-VERIFY-CHAIN"})


def test_what_killed_publishers_left_is_taken_away(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    published(tree, file)
    half = tree / "publications" / ".000002.0123456789abcdef.tmp" / "exports"
    half.mkdir(parents=True)
    (half / "half").write_text("half")
    (tree / ".current.0123456789abcdef.tmp").symlink_to("publications/000002")
    assert codes(tree) == set()
    assert published(tree, file).number == 2
    assert [path.name for path in tree.rglob("*.tmp")] == []


# -- the n-th call of the system fails --------------------------------------------------------------------


class FailingCalls:
    """Count one of the system's calls below a folder, and let those fail whose number says so."""

    def __init__(self, patch: pytest.MonkeyPatch, call: str, fault: int, failing: range, under: Path) -> None:
        self.count = 0
        lock, real = threading.Lock(), getattr(os, call)

        def instead(*arguments: object, **others: object) -> object:
            if call == "open":
                flags = arguments[1]
                is_ours = isinstance(flags, int) and bool(flags & os.O_WRONLY)
            else:
                is_ours = True
            if not is_ours or not (call == "fsync" or any(str(under) in str(one) for one in arguments)):
                return real(*arguments, **others)
            with lock:
                self.count += 1
                fails = self.count in failing
            if fails:
                raise OSError(fault, os.strerror(fault))
            return real(*arguments, **others)

        patch.setattr(os, call, instead)


FAULTS = {
    "fsync": errno.EIO,
    "replace": errno.EROFS,
    "open": errno.EMFILE,
    "mkdir": errno.ENOSPC,
    "link": errno.ENOSPC,
    "symlink": errno.EDQUOT,
}


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("call", FAULTS)
def test_every_failing_call_is_told_and_leaves_what_was_served(
    call: str, lasting: bool, tmp_path: Path
) -> None:
    """F-06, F-07: each call of a publication after the first; where they are many, every seventh."""
    old, new = (
        edition(tmp_path, label, date, 20) for label, date in (("a", "2024-01-01"), ("b", "2024-01-02"))
    )
    first = tmp_path / "first"
    published(first, old)
    with pytest.MonkeyPatch.context() as patch:
        counted = FailingCalls(patch, call, 0, range(0), tmp_path / "counted")
        shutil.copytree(first, tmp_path / "counted", symlinks=True)
        counted.count = 0
        published(tmp_path / "counted", new)
        total = counted.count
    assert total >= 1
    for n in {*range(1, total + 1, 1 if total < 20 else 7), total}:
        tree = tmp_path / f"tree-{n}"
        shutil.copytree(first, tree, symlinks=True)
        before = state(tree)
        with pytest.MonkeyPatch.context() as patch:
            failing = range(n, 10**9) if lasting else range(n, n + 1)
            FailingCalls(patch, call, FAULTS[call], failing, tree)
            with pytest.raises(StoreError) as refusal:
                published(tree, new)
        assert refusal.value.problem.code == "E-PUBLISH-WRITE"
        assert os.strerror(FAULTS[call]) in refusal.value.problem.message
        assert asides(tree) == []
        assert state(tree).items() >= {**before, "current": (0, os.readlink(tree / "current"))}.items()
        served = Tree(tree).served()
        if served == 2:  # the switch was made, and only its flush failed
            assert "is served, but a power cut may undo that" in refusal.value.problem.message
        assert served == 1 or call == "fsync"
        assert verify(FolderSource(Tree(tree).folder(served or 0)), now=NOW).findings == ()
        # once more, without faults: nothing needs a hand
        assert published(tree, new).remarks == ()
        assert codes(tree) == set()
        shutil.rmtree(tree)


def test_a_disk_that_lies_is_found_before_the_switch(tmp_path: Path) -> None:
    """What is read back from the disk is not what was written: a bit flips after the flush."""
    tree, file = tmp_path / "tree", edition(tmp_path)
    published(tree, file)
    before, real = state(tree), os.fsync

    def flipping(descriptor: int) -> None:
        real(descriptor)
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path.name == "ldif.ldif":
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", flipping)
        with pytest.raises(StoreError, match="E-PUBLISH-READBACK"):
            published(tree, edition(tmp_path, "b", "2024-06-06"))
    assert state(tree) == before


def test_all_is_flushed_before_the_rename_and_the_rename_before_the_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-3: every new file, every folder, the folder of publications, and last that of the link."""
    tree = tmp_path / "tree"
    published(tree, edition(tmp_path, "a", "2024-01-01"))
    events: list[tuple[str, object]] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        events.append(("flush", os.fstat(descriptor).st_ino))

    def noted_replace(source: Path, target: Path) -> None:
        parts = [source, *source.rglob("*")] if source.is_dir() else []
        events.append(
            ("rename", (target, {path.stat().st_ino for path in parts if path.stat().st_nlink == 1}))
        )
        events.append(("folders", {path.stat().st_ino for path in parts if path.is_dir()}))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    published(tree, edition(tmp_path, "b", "2024-01-02"))
    renames = [place for place, (kind, _) in enumerate(events) if kind == "rename"]
    targets = [events[place][1][0] for place in renames]  # type: ignore[index]
    assert targets == [tree / "publications" / "000002", tree / "current"]
    flushed = {event for kind, event in events[: renames[0]] if kind == "flush"}
    assert events[renames[0]][1][1] | events[renames[0] + 1][1] <= flushed  # type: ignore[index, operator]
    assert ("flush", (tree / "publications").stat().st_ino) in events[renames[0] : renames[1]]
    assert ("flush", tree.stat().st_ino) in events[renames[1] :]


# -- damage -----------------------------------------------------------------------------------------------


def test_the_last_number_is_told_and_what_is_served_stays(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    published(tree, file)
    (tree / "publications" / "999999998").mkdir()
    assert published(tree, file).number == 999_999_999
    served = state(tree)
    with pytest.raises(StoreError, match="none comes after"):
        published(tree, file)
    assert state(tree) == served
    assert codes(tree) == {"E-VERIFY-CHAIN"}  # for 999999998 is no publication


def test_a_number_has_one_spelling(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    published(tree, file)
    (tree / "publications" / "0000007").mkdir()
    assert published(tree, file).number == 2


def test_a_folder_that_becomes_a_link_meanwhile_is_refused(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    published(tree, file)
    served = state(tree)

    def pages() -> Iterator[tuple[str, bytes]]:
        yield "a.html", b"a"
        shutil.copytree(tree, tmp_path / "other", symlinks=True)
        tree.rename(tmp_path / "old")
        tree.symlink_to(tmp_path / "other")

    with pytest.raises(StoreError, match="E-PUBLISH-DIR"):
        published(tree, file, pages=pages())
    other = state(tmp_path / "other")
    assert {path: content for path, (_, content) in other.items()} == {
        path: content for path, (_, content) in served.items()
    }


@pytest.mark.parametrize("umask, is_said", [(0o077, True), (0o027, False), (0o022, False)])
def test_what_no_web_server_can_read_is_said(umask: int, is_said: bool, tmp_path: Path) -> None:
    file = edition(tmp_path, records=2)
    before = os.umask(umask)
    try:
        remarks = published(tmp_path / "tree", file).remarks
    finally:
        os.umask(before)
    assert ["umask" in remark for remark in remarks] == [True] * is_said


def test_a_damaged_manifest_of_what_is_served_is_told(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    done = published(tree, file)
    (done.folder / "manifest.json").write_bytes((done.folder / "manifest.json").read_bytes()[:-1])
    before = state(tree)
    with pytest.raises(StoreError, match="E-PUBLISH-DAMAGED"):
        published(tree, file)
    assert state(tree) == before


def test_a_publication_under_another_number_is_told(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    published(tree, file)
    (tree / "publications" / "000001").rename(tree / "publications" / "000009")
    (tree / "current").unlink()
    (tree / "current").symlink_to("publications/000009")
    with pytest.raises(StoreError, match="says that it is number 1"):
        published(tree, file)


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone", "link"])
def test_damage_is_told_and_not_handed_on(damage: str, tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path)
    victim = published(tree, file).folder / "exports" / "ldif.ldif"
    data = victim.read_bytes()
    victim.unlink()
    match damage:
        case "flipped":
            victim.write_bytes(data[:-1] + b"\0")
        case "cut":
            victim.write_bytes(data[:-1])
        case "link":
            victim.symlink_to("/etc/passwd")
    again = published(tree, file)
    assert [remark for remark in again.remarks if "is damaged" in remark and "ldif.ldif" in remark]
    assert (again.folder / "exports" / "ldif.ldif").read_bytes() == data
    assert codes(tree) == set()


def test_a_dated_file_that_is_gone_is_told_and_left_out(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    first = published(tree, edition(tmp_path, "a", "2024-01-01"))
    frozen = f"editions/2024-01-01/{CSV}"
    (first.folder / frozen).unlink()
    again = published(tree, edition(tmp_path, "b", "2024-01-02"))
    assert [remark for remark in again.remarks if frozen in remark]
    assert frozen not in files_in(again.folder)
    assert codes(tree) == set()


def test_where_no_links_can_be_made_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    tree, file = tmp_path / "tree", edition(tmp_path)
    for _ in range(2):
        done = published(tree, file)
        assert done.built.linked == 0
    assert codes(tree) == set()
    assert (done.folder / "editions" / file.date / CSV).read_bytes() == (done.folder / CSV).read_bytes()


# -- full and read-only disks -----------------------------------------------------------------------------


def in_own_mounts(folder: Path, script: str) -> str:
    """Run *script* in a user and mount namespace of its own; `tree` is on a disk of 8 MB."""
    start = """
        import os, subprocess, sys
        from pathlib import Path
        from portbook.errors import StoreError
        from publication_trees import codes, edition, published, state
        from stores import asides
        folder = Path(sys.argv[1])
        folder.mkdir()
        def mount(*arguments):
            subprocess.run(["mount", *arguments], check=True, timeout=20)
        mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder))
        tree = folder / "tree"
        old = edition(folder / "files", "a", "2024-01-01", 20)
        new = edition(folder / "files", "b", "2024-01-02", 20)
    """
    program = "".join(map(textwrap.dedent, (start, script)))
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", program, str(folder)]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "PYTHONPATH": HERE},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.needs("user_namespaces")
def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """F-04: for growing room, from none until the publication fits."""
    told = in_own_mounts(
        tmp_path / "disk",
        """
        published(tree, old)
        for pages in range(0, 2000, 4):
            before = state(tree)
            filler = folder / "filler"
            with open(filler, "wb", buffering=0) as file:
                try:
                    while file.write(bytes(4096)):
                        pass
                except OSError:
                    pass
            os.truncate(filler, max(filler.stat().st_size - pages * 4096, 0))
            try:
                published(tree, new)
            except StoreError as error:
                assert error.problem.code == "E-PUBLISH-WRITE", error
                assert "No space left" in error.problem.message, error
            else:
                print("fits")
                break
            filler.unlink()
            assert asides(tree) == []
            assert state(tree) == before
            assert codes(tree) == set()
            print("told")
        filler.unlink()
        assert published(tree, new).number == 3
        assert codes(tree) == set()
        """,
    )
    assert told.count("told") > 5
    assert told.endswith("fits\n")


@pytest.mark.needs("user_namespaces")
def test_a_read_only_disk_is_told_and_reading_goes_on(tmp_path: Path) -> None:
    """F-05."""
    told = in_own_mounts(
        tmp_path / "disk",
        """
        published(tree, old)
        mount("-o", "remount,ro", str(folder))
        for target in (tree, folder / "another"):
            try:
                published(target, new)
            except StoreError as error:
                print(error.problem.code, "Read-only" in error.problem.message)
        assert codes(tree) == set()
        """,
    )
    assert told == "E-PUBLISH-WRITE True\n" * 2
