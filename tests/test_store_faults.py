"""The store under kill -9, failing system calls, full and read-only disks, many processes, other versions.

Faults F-01, F-04 to F-08 and F-24; invariants I-2 answered is durable, I-3 all or nothing, I-4 editions are
frozen.  Not here: the power cut (F-03), which needs a disk of its own.
"""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portbook.errors import StoreError
from portbook.store import EditionStore, durable, edition_file, versions
from portbook.store.edition_files import published_bytes
from stores import asides, codes, content, small_xml

ROOT = Path(__file__).resolve().parent.parent
HERE = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
IMPORTS = """
    import sys
    from pathlib import Path
    from portbook.errors import StoreError
    from portbook.store import EditionStore
    from stores import asides, codes, content, small_xml
"""


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", HERE)
    return tmp_path / "home"


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(IMPORTS) + textwrap.dedent(script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# -- kill -9 ----------------------------------------------------------------------------------------

ADD_FOR_EVER = """
    store = EditionStore()
    print("ready", flush=True)
    for n in range(int(sys.argv[1]), 10**6):
        data = small_xml(f"kill {n}", f"{2024 + n // 28 // 12}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}", 200)
        file = store.add(data)
        print(file.id, file.sha256, flush=True)
"""


def seconds_of_an_add() -> float:
    """How long an add takes on this machine now."""
    with started(ADD_FOR_EVER, str(len(EditionStore().all()))) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        begin = time.monotonic()
        process.stdout.readline()
        took = time.monotonic() - begin
        process.kill()
    return took


def test_kill_at_any_instant_loses_nothing_that_was_answered(own_home: Path) -> None:
    """F-01: 60 kills; what was printed before each is there, and no edition is a part of one."""
    chance = random.Random(9)
    answered: dict[str, str] = {}
    interrupted = 0
    an_add = seconds_of_an_add()
    for _ in range(60):
        before = whole(own_home / "editions")
        process = started(ADD_FOR_EVER, str(len(EditionStore().all())))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 4 * an_add))
        process.kill()
        rest = process.stdout.read()
        process.wait()
        process.stdout.close()
        answered |= {line.split()[0]: line.split()[1] for line in rest.split("\n")[:-1]}
        interrupted += bool(asides(own_home))
        after = EditionStore()
        # the table is renamed after the edition: between the two it is of the one before, and verify says so
        assert codes(after) <= {"E-STORE-TABLE"}
        assert {file.id: file.sha256 for file in after.all()}.items() >= answered.items()
        assert whole(own_home / "editions").items() >= before.items()
    newest = EditionStore().current()
    assert newest.origin == "store"
    EditionStore().add(small_xml("after all", "2099-01-01"))
    assert EditionStore().verify() == ()
    assert asides(own_home) == []
    assert interrupted > 0  # else the kills came between the adds, and this showed nothing


def whole(folder: Path) -> dict[str, str]:
    """As `content`, without what interrupted writes left."""
    return {name: digest for name, digest in content(folder).items() if ".tmp" not in name}


# -- many processes ---------------------------------------------------------------------------------

ADD_SOME = """
    store = EditionStore()
    sys.stdin.read()
    for n in range(12):
        own = store.add(small_xml(f"{sys.argv[1]} {n}", "2024-05-06"), source=sys.argv[1])
        print(own.id, own.sha256)
        shared = store.add(small_xml(f"shared {n}", "2024-05-06"))
        print(shared.id, shared.sha256)
"""


def test_eight_processes_lose_nothing_and_double_no_id(own_home: Path) -> None:
    script = textwrap.dedent(IMPORTS) + textwrap.dedent(ADD_SOME)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, f"process {n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()  # all at once
        process.stdin = None
    lines = [
        line for process in processes for line in process.communicate(timeout=120)[0].split("\n") if line
    ]
    assert [process.returncode for process in processes] == [0] * 8
    assert len(lines) == 8 * 24
    stored = {file.id: file.sha256 for file in EditionStore().all() if file.origin == "store"}
    assert {tuple(line.split()) for line in lines} == set(stored.items())
    assert len(set(stored.values())) == len(stored) == 8 * 12 + 12
    assert set(stored) == {"2024-05-06", *(f"2024-05-06.{n}" for n in range(2, 109))}
    assert EditionStore().verify() == ()


def test_readers_see_whole_editions_while_others_come(own_home: Path) -> None:
    process = started(ADD_FOR_EVER, "0")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        seen = 0
        end = time.monotonic() + 2
        while time.monotonic() < end:
            newest = EditionStore().current()
            assert hashlib.sha256(newest.data()).hexdigest() == newest.sha256
            seen = max(seen, len(EditionStore().all()))
        assert seen > 10
    finally:
        process.kill()
        process.communicate()


# -- the n-th call of the system fails ---------------------------------------------------------------


class FailingCalls:
    """Let the *n*-th of one of the system's calls fail, once or from then on, and count them."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, call: str, fault: int, failing: range, under: Path
    ) -> None:
        self.count, self._fault, self._failing, self._under = 0, fault, failing, str(under)
        real = getattr(os, call)

        def instead(*arguments: object, **others: object) -> object:
            if not self._concerns(call, arguments):
                return real(*arguments, **others)
            self.count += 1
            if self.count in self._failing:
                raise OSError(self._fault, os.strerror(self._fault))
            return real(*arguments, **others)

        monkeypatch.setattr(os, call, instead)

    def _concerns(self, call: str, arguments: tuple[object, ...]) -> bool:
        if call == "open":  # for writing, under our folder
            flags = arguments[1]
            writing = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
            return writing and str(arguments[0]).startswith(self._under)
        if call in ("replace", "mkdir"):
            return str(arguments[0]).startswith(self._under)
        return True


FAULTS = {"fsync": errno.EIO, "replace": errno.EROFS, "open": errno.EMFILE, "mkdir": errno.ENOSPC}


def count_of(call: str, home: Path) -> int:
    """How many calls one add makes when nothing fails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTBOOK_HOME", str(home))
        calls = FailingCalls(patch, call, 0, range(0), home)
        EditionStore().add(small_xml("count", "2024-01-01"))
        return calls.count


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("call", FAULTS)
def test_every_failing_call_is_told_and_leaves_what_was_there(
    call: str, lasting: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-06, F-07: for the first add, which makes the store, and for one after it; no call left out."""
    fault = FAULTS[call]
    total = count_of(call, tmp_path / "counted")
    assert total >= 1
    for is_first in (True, False):
        for n in range(1, total + 1):
            home = tmp_path / f"{is_first}-{n}"
            monkeypatch.setenv("PORTBOOK_HOME", str(home))
            earlier = None if is_first else EditionStore().add(small_xml("earlier", "2024-01-01"))
            before = content(home)
            with pytest.MonkeyPatch.context() as patch:
                failing = range(n, 10**9) if lasting else range(n, n + 1)
                calls = FailingCalls(patch, call, fault, failing, home)
                try:
                    EditionStore().add(small_xml("new", "2024-05-06"))
                except StoreError as error:
                    told = error.problem
                else:
                    told = None
                made = calls.count
            assert made <= n, "tried again"
            assert (told is not None) == (made == n)
            if told:
                assert told.code == "E-STORE-WRITE"
                assert os.strerror(fault) in told.message
            assert asides(home) == []
            editions = {name: digest for name, digest in before.items() if name.startswith("editions/")}
            assert content(home).items() >= editions.items()
            assert codes(EditionStore()) <= {"E-STORE-TABLE"}
            # once more, without faults: everything is as if nothing had been
            added = EditionStore().add(small_xml("new", "2024-05-06"))
            assert added.id == "2024-05-06"
            assert EditionStore().verify() == ()
            assert earlier is None or EditionStore().get("2024-01-01").data() == earlier.data()
            shutil.rmtree(home)


def test_everything_is_flushed_before_its_rename_and_the_folder_after(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-3, for every file of an add: without the last flush, half of the power cuts lose the edition."""
    flushed: list[tuple[int, int]] = []  # how many renames there had been, and which file or folder
    renames: list[tuple[set[int], int, Path]] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        flushed.append((len(renames), os.fstat(descriptor).st_ino))
        fsync(descriptor)

    def noted_replace(source: Path, target: Path) -> None:
        parts = [source, *source.rglob("*")] if source.is_dir() else [source]
        renames.append(({part.stat().st_ino for part in parts}, target.parent.stat().st_ino, target))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    EditionStore().add(small_xml())
    folder = own_home / "editions"
    assert [target for _, _, target in renames] == [
        *(folder / "store.json", folder / "2024-05-06", own_home / "lookup.table"),
    ]
    for number, (parts, parent, _) in enumerate(renames):
        assert parts <= {inode for count, inode in flushed if count <= number}
        assert parent in {inode for count, inode in flushed if count == number + 1}
    assert len(renames[1][0]) == 3  # the folder, the published bytes, the metadata


def test_an_edition_whose_folder_could_not_be_flushed_is_not_there(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the same bytes again would be answered as kept, and a power cut could take them (I-2)."""
    EditionStore().add(small_xml("first", "2024-01-01"))

    def flush_folder(path: Path) -> None:
        if path == own_home / "editions":
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "flush_folder", flush_folder)
        for _ in range(2):
            with pytest.raises(StoreError, match="E-STORE-WRITE"):
                EditionStore().add(small_xml("second", "2024-02-02"))
            assert EditionStore().current().id == "2024-01-01"
        with pytest.raises(StoreError, match="E-STORE-WRITE"):  # bytes that are there are flushed again
            EditionStore().add(small_xml("first", "2024-01-01"))
    assert EditionStore().add(small_xml("second", "2024-02-02")).id == "2024-02-02"


def test_what_interrupted_writes_left_is_recognised_and_taken_away(own_home: Path) -> None:
    store = EditionStore()
    store.add(small_xml("first", "2024-01-01"))
    left = [
        durable.prepare(store.directory / "2024-02-02", {"published.xml": b"half", "edition.json": b""}),
        durable.prepare(store.directory / "store.json", b"half"),
        durable.prepare(own_home / "lookup.table", b"half"),
    ]
    others = durable.prepare(own_home / "another.file", b"of something else that Portbook writes just now")
    assert sorted(asides(own_home)) == sorted([*left, others])
    assert store.verify() == ()
    store.add(small_xml("second", "2024-03-03"))
    assert asides(own_home) == [others]


def test_files_that_only_look_like_ours_stay(own_home: Path) -> None:
    store = EditionStore()
    store.add(small_xml())
    names = (
        "x.tmp",
        ".x.tmp",
        ".x.0123456789abcde.tmp",
        ".x.0123456789abcdefg.tmp",
        "a.0123456789abcdef.tmp",
    )
    for name in names:
        (store.directory / name).write_text("mine")
    store.add(small_xml("b"))
    assert {path.name for path in store.directory.iterdir()} >= set(names)
    assert codes(store) == {"E-STORE-STRAY"}


def test_a_link_in_place_of_the_table_is_replaced_and_not_followed(own_home: Path) -> None:
    own_home.mkdir()
    victim = own_home.parent / "victim"
    victim.write_text("mine")
    (own_home / "lookup.table").symlink_to(victim)
    EditionStore().add(small_xml())
    assert victim.read_text() == "mine"
    assert not (own_home / "lookup.table").is_symlink()
    assert EditionStore().verify() == ()


def test_a_link_in_place_of_the_lock_is_refused(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "editions.lock").symlink_to(own_home.parent / "victim")
    with pytest.raises(StoreError, match="E-STORE-WRITE"):
        EditionStore().add(small_xml())
    assert not (own_home.parent / "victim").exists()


# -- full and read-only disks ------------------------------------------------------------------------


def in_own_mounts(folder: Path, script: str) -> str:
    """Run *script* where it may mount: in a user and mount namespace of its own, gone with the process."""
    mounts = """
        import os, subprocess
        def mount(*arguments):
            subprocess.run(["mount", *arguments], check=True, timeout=20)
        folder = Path(sys.argv[1])
        folder.mkdir(exist_ok=True)
        os.environ["PORTBOOK_HOME"] = str(folder / "home")
    """
    program = "".join(map(textwrap.dedent, (IMPORTS, mounts, script)))
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", program, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.needs("user_namespaces")
def test_a_full_disk_is_told_and_nothing_is_lost(own_home: Path) -> None:
    """F-04: for every number of free pages from none until the edition fits."""
    told = in_own_mounts(
        own_home.parent / "disk",
        """
        import shutil
        new = small_xml("new", "2024-05-06", 600)
        def filled(free):
            filler = folder / "filler"
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    pass
            os.truncate(filler, max(filler.stat().st_size - free * 4096, 0))
            return filler
        mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder))
        os.chdir(folder)
        for pages in range(0, 400, 3):
            store = EditionStore()
            kept = store.add(small_xml("kept", "2024-01-01", 50))
            before = content(store.directory)
            filler = filled(pages)
            try:
                store.add(new)
            except StoreError as error:
                assert error.problem.code == "E-STORE-WRITE", error
                assert "No space left" in error.problem.message, error
                print("told")
                fits = False
            else:
                fits = True
            assert asides(folder) == []
            assert content(store.directory).items() >= before.items()
            assert codes(store) <= {"E-STORE-TABLE"}, store.verify()
            assert store.get("2024-01-01").edition == kept.edition  # reading goes on
            filler.unlink()
            assert store.add(new).id == "2024-05-06"  # works again when space returns
            assert store.verify() == ()
            shutil.rmtree(folder / "home")
            if fits:
                break
        else:
            raise AssertionError("it never fitted")
        """,
    )
    assert told.count("told") > 10


@pytest.mark.needs("user_namespaces")
def test_a_read_only_disk_is_told_and_reading_goes_on(own_home: Path) -> None:
    """F-05."""
    told = in_own_mounts(
        own_home.parent / "disk",
        """
        mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder))
        store = EditionStore()
        data = store.add(small_xml("kept", "2024-01-01")).data()
        before = content(folder)
        mount("-o", "remount,ro", str(folder))
        for store in (EditionStore(), EditionStore(folder / "never" / "there")):
            try:
                store.add(small_xml("new", "2024-05-06"))
            except StoreError as error:
                print(error.problem.code, error.problem.message)
        store = EditionStore()
        assert store.current().data() == data
        assert store.verify() == ()
        assert store.add(store.get("2014-07-09").data()).id == "2014-07-09"  # nothing to write
        assert content(folder) == before
        mount("-o", "remount,rw", str(folder))
        assert store.add(small_xml("new", "2024-05-06")).id == "2024-05-06"
        """,
    )
    assert told.count("E-STORE-WRITE") == told.count("Read-only file system") == 2


def test_a_disk_that_fails_in_the_middle_of_a_file(own_home: Path) -> None:
    """F-07: a file may have 64 KiB here, so that writing stops inside the published file."""
    script = """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = EditionStore()
        store.add(small_xml("kept", "2024-01-01"))
        before = content(store.directory)
        limit = 65536
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            store.add(small_xml("large", "2024-05-06", 2000))
        except StoreError as error:
            print(error.problem.code, error.problem.message)
        assert content(store.directory) == before
        assert asides(store.directory.parent) == []
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(store.add(small_xml("large", "2024-05-06", 2000)).id, store.verify())
    """
    told = started(script).communicate(timeout=60)[0]
    assert "E-STORE-WRITE" in told
    assert "File too large" in told
    assert told.endswith("2024-05-06 ()\n")


def test_a_disk_that_cannot_be_read(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad read gives an error, not other data (F-07)."""
    store = EditionStore()
    file = store.add(small_xml())
    real = durable.read

    def read(path: Path, limit: int, within: Path | None = None) -> bytes:
        if path == file.path:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, limit, within)

    monkeypatch.setattr(durable, "read", read)
    with pytest.raises(StoreError, match=r"Input/output error; move .*\(E-STORE-CORRUPT, "):
        file.data()
    assert codes(store) == {"E-STORE-CORRUPT"}


# -- versions ----------------------------------------------------------------------------------------


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Makes this Portbook one of the next version, with a step that counts the editions into a file."""

    def step(copy: Path) -> None:
        editions = [path.name for path in copy.iterdir() if path.is_dir()]
        (copy / "count").write_text(str(len(editions)))

    def become() -> None:
        monkeypatch.setattr(versions, "VERSION", 2)
        monkeypatch.setattr(versions, "UPGRADES", {1: step})

    return become


def test_there_is_a_step_for_every_older_version() -> None:
    assert set(versions.UPGRADES) == set(range(1, versions.VERSION))


def test_older_code_refuses_a_newer_store(own_home: Path) -> None:
    store = EditionStore()
    store.add(small_xml())
    (store.directory / "store.json").write_text(f'{{"store": {versions.VERSION + 1}}}\n')
    before = content(own_home)
    for ask in (store.all, store.current, lambda: store.get("2024-05-06"), lambda: store.add(small_xml("b"))):
        with pytest.raises(
            StoreError, match=r"this Portbook knows 1; use a newer Portbook \(E-STORE-VERSION, "
        ):
            ask()
    assert codes(store) == {"E-STORE-VERSION"}
    assert content(own_home) == before


def test_length_of_the_version_file(own_home: Path) -> None:
    store = EditionStore()
    store.add(small_xml())
    for more, code in ((0, "E-STORE-VERSION"), (1, "E-STORE-CORRUPT")):
        text = f'{{"store": {"9" * (versions.MAX_FILE - 12 + more)}}}\n'
        assert len(text) == versions.MAX_FILE + more
        (store.directory / "store.json").write_text(text)
        assert codes(store) == {code}


def test_newer_code_upgrades_a_copy(
    own_home: Path, next_version: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EditionStore()
    data = store.add(small_xml()).data()
    older = content(store.directory)
    next_version()
    flushed: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.add(os.fstat(descriptor).st_ino))
    assert store.get("2024-05-06").data() == data
    assert {path.stat().st_ino for path in (store.directory, *store.directory.rglob("*"))} <= flushed
    assert (store.directory / "count").read_text() == "1"
    assert content(own_home / "editions.version-1") == older
    assert versions.version_of(store.directory) == 2
    assert store.add(small_xml("b")).id == "2024-05-06.2"
    assert sorted(path.name for path in own_home.iterdir()) == [
        *("editions", "editions.lock", "editions.version-1", "lookup.table"),
    ]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_upgrade_that_fails_anywhere_is_finished_by_the_next(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_version: Callable[[], None]
) -> None:
    """As F-24: in each case the store is the older one or the newer one, whole, and never an empty one."""
    with monkeypatch.context() as patch:
        patch.setenv("PORTBOOK_HOME", str(tmp_path / "made"))
        EditionStore().add(small_xml())
    next_version()
    n, failed = 0, True
    while failed:
        n += 1
        home = tmp_path / str(n)
        shutil.copytree(tmp_path / "made", home)
        monkeypatch.setenv("PORTBOOK_HOME", str(home))
        with pytest.MonkeyPatch.context() as patch:
            FailingCalls(patch, call, errno.EIO, range(n, 10**9), home)
            told = codes(EditionStore())
        failed = told == {"E-STORE-WRITE"}
        assert failed or not told - {"E-STORE-STRAY"}  # the step's own file
        assert EditionStore().get("2024-05-06").data() == small_xml()
        assert versions.version_of(home / "editions") == 2
        assert (home / "editions.version-1" / "store.json").read_text() == '{"store": 1}\n'
        assert not (home / "editions.upgraded").exists()
    assert n > 2


def test_reading_helpers_stay_with_their_limits(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert durable.read(path, 5) == b"12345"
    assert durable.read(path, 4) == b"12345"  # one more than the limit shows that there is more
    assert durable.read(path, 3) == b"1234"
    assert published_bytes(path) == b"12345"
    path.write_bytes(small_xml())
    assert edition_file(path).size == len(small_xml())
