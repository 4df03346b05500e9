"""`verify` finds what was changed, cut, added, removed, swapped, rolled back, expired (T-40); keys (T-41)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from cli_runs import portbook
from portbook.errors import DataMissing, FormatError, PortbookError, StoreError
from portbook.publication import keys
from portbook.publication import manifest as manifests
from portbook.publication.folders import opened, seen_in
from portbook.publication.keys import Signer, new_key, public_key, read_signature, signer
from portbook.publication.manifest import MAX_MANIFEST, MAX_NUMBER, MAX_VERSIONS
from portbook.publication.tree import Tree
from portbook.publication.verification import Since, verify
from publication_trees import CSV, EXPIRES, MADE, NOW, codes, edition, files_in, published, without_extras


class Kept:
    """A publication that a test may damage: what it changes is put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {path: place.read_bytes() for path, place in files_in(folder).items()}

    def restore(self) -> None:
        for path in files_in(self.folder):
            if path not in self.files:
                (self.folder / path).unlink()
        for path, data in self.files.items():
            place = self.folder / path
            if not place.is_file() or place.is_symlink() or place.read_bytes() != data:
                place.unlink(missing_ok=True)
                place.write_bytes(data)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_key(tmp_path_factory.mktemp("key") / "key.pem")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, key: Signer) -> dict[bool, Kept]:
    """Two publications of one edition, signed and not."""
    folder = tmp_path_factory.mktemp("kept")
    file = edition(folder, records=30)
    return {
        is_signed: Kept(published(folder / str(is_signed), file, signer=key if is_signed else None).folder)
        for is_signed in (True, False)
    }


def is_found(folder: Path, key: Signer | None) -> bool:
    """Whether `verify` says that something is wrong, or that nothing is there."""
    try:
        return bool(codes(folder, key=key.public if key else None))
    except DataMissing:
        return True


def test_whole_ones_are_whole(kept: dict[bool, Kept], key: Signer) -> None:
    for one in kept.values():
        assert codes(one.folder) == set()
    assert codes(kept[True].folder, key=key.public) == set()
    assert codes(kept[False].folder, key=key.public) == {"E-VERIFY-SIGNATURE"}


@given(st.data())
def test_every_change_of_a_file_is_found(kept: dict[bool, Kept], key: Signer, data: st.DataObject) -> None:
    """A byte flipped, a file cut, longer, gone, a link, another's bytes, one more: with a key and without."""
    is_signed, has_key = data.draw(st.sampled_from([(True, True), (True, False), (False, False)]))
    one = kept[is_signed]
    path = data.draw(st.sampled_from(sorted(one.files)))
    place, content = one.folder / path, one.files[path]
    where = data.draw(st.integers(0, max(len(content) - 1, 0)))
    kinds = ["flip", "flip", "cut", "longer", "gone", "link", "swap", "extra"]
    try:
        match data.draw(st.sampled_from(kinds)):
            case "flip":
                changed = bytearray(content)
                changed[where] ^= 1 << data.draw(st.integers(0, 7))
                place.write_bytes(changed)
            case "cut":
                place.write_bytes(content[:where])
            case "longer":
                place.write_bytes(content + data.draw(st.binary(min_size=1, max_size=3)))
            case "gone":
                place.unlink()
            case "link":
                place.rename(one.folder.parent / "moved")
                place.symlink_to(one.folder.parent / "moved")
            case "swap":
                other = data.draw(st.sampled_from([p for p in sorted(one.files) if one.files[p] != content]))
                place.write_bytes(one.files[other])
                (one.folder / other).write_bytes(content)
            case "extra":
                (one.folder / f"{path}.more").write_bytes(b"")
        lost_alone = path == "manifest.json.sig" and not place.exists() and not has_key
        assert (
            is_found(one.folder, key if has_key else None) != lost_alone
        )  # then it is one that is not signed
    finally:
        one.restore()
    assert codes(one.folder, key=key.public if is_signed else None) == set()


@pytest.mark.parametrize("is_signed", [True, False])
def test_each_byte_of_manifest_and_signature_counts(
    is_signed: bool, kept: dict[bool, Kept], key: Signer
) -> None:
    one = kept[is_signed]
    source = one.files["manifest.json"]
    places = [*range(0, len(source), 37), *range(len(source) - 90, len(source))]
    for place in places:
        for bit in (0, 5):  # the fifth turns the case of a letter
            changed = bytearray(source)
            changed[place] ^= 1 << bit
            with pytest.raises(FormatError, match="E-VERIFY-MANIFEST"):
                manifests.read(bytes(changed))
    if is_signed:
        signature = one.files["manifest.json.sig"]
        for place in range(len(signature)):
            changed = bytearray(signature)
            changed[place] ^= 32
            assert not is_signature(bytes(changed), source)
        assert is_signature(signature, source)


def is_signature(data: bytes, of: bytes) -> bool:
    try:
        return read_signature(data).is_of(of)
    except FormatError as error:
        return error.problem.code != "E-VERIFY-SIGNATURE"


@pytest.mark.parametrize(
    "path, change, code",
    [
        (CSV, lambda place: place.write_bytes(place.read_bytes()[:-1]), "E-VERIFY-SIZE"),
        (CSV, lambda place: place.write_bytes(place.read_bytes() + b"\n"), "E-VERIFY-SIZE"),
        (CSV, lambda place: place.write_bytes(bytes(place.stat().st_size)), "E-VERIFY-DIGEST"),
        (CSV, lambda place: place.unlink(), "E-VERIFY-MISSING"),
        (CSV, lambda place: place.with_name("more").touch(), "E-VERIFY-EXTRA"),
        (CSV, lambda place: (place.unlink(), place.mkdir()), "E-VERIFY-FILE"),
        (CSV, lambda place: (place.unlink(), os.mkfifo(place)), "E-VERIFY-FILE"),
        (CSV, lambda place: (place.unlink(), place.symlink_to("x")), "E-VERIFY-FILE"),
        ("manifest.json", lambda place: place.write_bytes(b"{}"), "E-VERIFY-MANIFEST"),
        ("manifest.json", lambda place: place.write_bytes(b""), "E-VERIFY-MANIFEST"),
        ("manifest.json.sig", lambda place: place.write_bytes(b"{}"), "E-VERIFY-SIGNATURE"),
    ],
)
def test_what_is_wrong_has_a_code(path: str, change: Any, code: str, tmp_path: Path, key: Signer) -> None:
    done = published(tmp_path / "tree", edition(tmp_path, records=2), signer=key)
    change(done.folder / path)
    assert code in codes(tmp_path / "tree")


def test_a_folder_in_place_of_one_that_holds_files_is_found(tmp_path: Path) -> None:
    done = published(tmp_path / "tree", edition(tmp_path, records=2))
    shutil.move(done.folder / "exports", tmp_path / "exports")
    (done.folder / "exports").symlink_to(tmp_path / "exports")
    assert codes(tmp_path / "tree") == {"E-VERIFY-FILE", "E-VERIFY-EXTRA"}


def test_folders_that_cannot_be_looked_into_are_found(tmp_path: Path) -> None:
    """What is deeper than a path can say, here: it could hide anything."""
    published(tmp_path / "tree", edition(tmp_path, records=2))
    folder = (tmp_path / "tree" / "current").resolve()
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=deep)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(os.open("hidden.html", os.O_CREAT | os.O_WRONLY, dir_fd=deep))
    os.close(deep)
    try:
        source, _ = opened(tmp_path / "tree")
        findings = verify(source, now=NOW).findings
        assert [(found.code, found.path[:10]) for found in findings] == [("E-VERIFY-FILE", "d" * 10)]
        assert "cannot be looked into: File name too long" in findings[0].message
    finally:
        subprocess.run(["rm", "-r", str(folder / ("d" * 200))], check=True)


def test_publications_behind_a_link_are_none(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    published(tree, edition(tmp_path, records=2))
    (tree / "publications").rename(tmp_path / "elsewhere")
    (tree / "publications").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataMissing, match="symbolic link"):
        codes(tree)


# -- manifests that others wrote ----------------------------------------------------------------------------


def checked(facts: dict[str, Any]) -> bytes:
    """A manifest with a check of its own, as a forger would write it."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in facts.items() if name != "files"
    ]
    files = ",\n".join(json.dumps(one) for one in facts["files"])
    text = f'{{\n{"".join(lines)}"files": [\n{files}\n],\n'.encode()
    return text + f'"check": "{hashlib.sha256(text).hexdigest()}"\n}}\n'.encode()


def forged(change: Any) -> bytes:
    facts = {
        "format": "portbook-publication",
        "version": 1,
        "number": 2,
        "edition": {"id": "2024-01-01", "date": "2024-01-01", "sha256": "0" * 64, "format": "xml"},
        "made": NOW,
        "expires": EXPIRES,
        "previous": {"number": 1, "sha256": "0" * 64},
        "events": None,
        "portbook": "0",
        "made_with": {"python": "3"},
        "absent": [],
        "files": [
            {"path": path, "size": 0, "sha256": "0" * 64, "sha512": "0" * 128} for path in ("a", "b/c")
        ],
    }
    change(facts)
    return checked(facts)


def test_the_forger_can_write_a_good_one() -> None:
    assert manifests.read(forged(lambda facts: None)).number == 2
    versions = {f"{n:03}": "1" for n in range(MAX_VERSIONS)}
    assert manifests.read(forged(lambda facts: facts.update(made_with=versions))).made_with == versions
    assert manifests.read(forged(lambda facts: facts.update(number=MAX_NUMBER))).number == MAX_NUMBER


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.update(format="another"),
        lambda facts: facts.update(version=2),
        lambda facts: facts.update(version=True),
        lambda facts: facts.update(number=0),
        lambda facts: facts.update(number=-1),
        lambda facts: facts.update(number=1.0),
        lambda facts: facts.update(number=True),
        lambda facts: facts.update(number="2"),
        lambda facts: facts.update(number=10**9),
        lambda facts: facts.update(previous={"number": 2, "sha256": "0" * 64}),
        lambda facts: facts.update(previous=[]),
        lambda facts: facts.update(previous={"number": 1, "sha256": "0"}),
        lambda facts: facts.update(made="yesterday"),
        lambda facts: facts.update(expires="2026-02-30T00:00:00Z"),
        lambda facts: facts.update(expires=None),
        lambda facts: facts["edition"].update(id="../x"),
        lambda facts: facts["edition"].update(date="2024-01-02"),
        lambda facts: facts["edition"].update(sha256="X" * 64),
        lambda facts: facts.update(made_with=[]),
        lambda facts: facts.update(made_with={"python": 3}),
        lambda facts: facts.update(made_with={f"{n:03}": "1" for n in range(MAX_VERSIONS + 1)}),
        lambda facts: facts.update(absent=[{"path": "a"}]),
        lambda facts: facts.update(absent=[{"path": "../a", "reason": ""}]),
        lambda facts: facts.update(absent=3),
        lambda facts: facts.update(more=1),
        lambda facts: facts["files"][0].update(more=1),
        lambda facts: facts["files"][0].update(size=-1),
        lambda facts: facts["files"][0].update(size=10**12),
        lambda facts: facts["files"][0].update(size=True),
        lambda facts: facts["files"][0].update(sha256="0" * 63),
        lambda facts: facts["files"][0].update(sha512="A" * 128),
        lambda facts: facts["files"].reverse(),
        lambda facts: facts["files"].append(dict(facts["files"][1])),
        lambda facts: facts["files"].append(7),
        *(
            lambda facts, path=path: facts.update(files=[{**facts["files"][0], "path": path}])
            for path in ("../b", "/b", "b//c", "b/../../c", "b\\c", "b\x00", "b/", "b\ud800", "b/.")
        ),
    ],
)
def test_a_manifest_that_is_refused(change: Any) -> None:
    with pytest.raises(FormatError, match="E-VERIFY-MANIFEST"):
        manifests.read(forged(change))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"format": ' + b"1" * 5000 + b"}"),
        *(b" " * (MAX_MANIFEST + 1), b"[[],[]]" * 200_000),
    ],
    ids=range(9),
)
def test_what_is_no_manifest_at_all(data: bytes) -> None:
    with pytest.raises(FormatError, match="E-VERIFY-MANIFEST"):
        manifests.read(data)


# -- age and order ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now, is_expired", [("2026-01-30T23:59:59Z", False), (EXPIRES, True)])
def test_it_expires(now: str, is_expired: bool, kept: dict[bool, Kept]) -> None:
    assert codes(kept[True].folder, now=now) == ({"E-VERIFY-EXPIRED"} if is_expired else set())


@pytest.mark.parametrize(
    "now, is_to_come", [("2025-12-30T23:59:59Z", True), ("2025-12-31T00:00:00Z", False), (MADE, False)]
)
def test_an_instant_that_is_to_come_is_found(now: str, is_to_come: bool, kept: dict[bool, Kept]) -> None:
    """Else one that was made by a wrong clock, or a thief, would count as new for as long as that says."""
    assert codes(kept[True].folder, now=now) == ({"E-VERIFY-FUTURE"} if is_to_come else set())


def test_a_clock_that_went_back_is_said(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    said = [
        published(tree, file, made=f"{year}-01-01T00:00:00Z").remarks for year in (2026, 2099, 2026, 2026)
    ]
    assert [len(remarks) for remarks in said] == [0, 0, 1, 0]
    assert "publication 2 was made at 2099-01-01T00:00:00Z, after this one" in said[2][0]


def test_nothing_older_passes_for_new(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    for _ in range(3):
        published(tree, file)
    folders = [Tree(tree).folder(number) for number in (1, 2, 3)]
    seen = [seen_in(folder / "manifest.json") for folder in folders]
    for number, folder in enumerate(folders, 1):
        for before in (*seen, *(Since(one.number) for one in seen)):
            assert codes(folder, since=before) == ({"E-VERIFY-OLDER"} if number < before.number else set())
    assert codes(folders[1], since=Since(2, "0" * 64)) == {"E-VERIFY-CHAIN"}  # another number 2
    assert codes(folders[2], since=Since(2, "0" * 64)) == {
        "E-VERIFY-CHAIN"
    }  # one that follows another number 2
    (tree / "current").unlink()
    (tree / "current").symlink_to("publications/000002")
    assert codes(tree) == {"E-VERIFY-OLDER"}


def test_the_chain_beside_is_looked_at(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    for _ in range(4):
        published(tree, file)
    second = Tree(tree).folder(2) / "manifest.json"
    whole = second.read_bytes()
    second.write_bytes(replace(manifests.read(whole), made=NOW).data())
    assert codes(tree) == {"E-VERIFY-CHAIN"}
    second.write_bytes(b"damaged")
    assert codes(tree) == {"E-VERIFY-CHAIN"}
    second.write_bytes(whole)
    Tree(tree).folder(1).rename(tmp_path / "removed")  # as the oldest are, in time
    assert codes(tree) == set()


@pytest.mark.parametrize("name", ["nowhere", "file", "empty", "new"])
def test_where_no_publication_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "new").mkdir()
    Tree(tmp_path / "new").begin()
    with pytest.raises(DataMissing, match="E-VERIFY-NOTHING"):
        codes(tmp_path / name)


def test_one_publication_is_looked_at_through_the_link_too(tmp_path: Path) -> None:
    published(tmp_path / "tree", edition(tmp_path, records=2))
    assert codes(tmp_path / "tree" / "current") == set()


# -- keys ---------------------------------------------------------------------------------------------------


def test_a_signature_of_another_key_is_found(kept: dict[bool, Kept], tmp_path: Path) -> None:
    """T-41: whoever takes a mirror over can sign, but not as somebody else."""
    other = new_key(tmp_path / "other.pem")
    one = kept[True]
    try:
        forged_manifest = replace(manifests.read(one.files["manifest.json"]), number=99).data()
        (one.folder / "manifest.json").write_bytes(forged_manifest)
        assert codes(one.folder) == {"E-VERIFY-SIGNATURE"}
        (one.folder / "manifest.json.sig").write_bytes(other.sign(forged_manifest).data())
        assert codes(one.folder) == set()  # without a key only digests are checked
        source, _ = opened(one.folder)
        assert "proves nothing by itself" in verify(source, now=NOW).notes[0]
        old = public_key(read_signature(one.files["manifest.json.sig"]).public.text)
        verdict = verify(source, now=NOW, key=old)
        assert {finding.code for finding in verdict.findings} == {"E-VERIFY-SIGNATURE"}
        assert verdict.manifest is None  # it is believed in nothing
    finally:
        one.restore()


@pytest.mark.needs("openssl")
def test_openssl_checks_the_signature(kept: dict[bool, Kept], key: Signer, tmp_path: Path) -> None:
    """An independent oracle: the signature is one of the manifest's bytes and of nothing else."""
    pem = Ed25519PublicKey.from_public_bytes(key.public.raw)
    encoding = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "public.pem").write_bytes(pem.public_bytes(*encoding))
    assert public_key(str(tmp_path / "public.pem")) == key.public
    (tmp_path / "value").write_bytes(read_signature(kept[True].files["manifest.json.sig"]).value)
    command = [
        *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "public.pem"), "-rawin"),
        *("-in", str(kept[True].folder / "manifest.json"), "-sigfile", str(tmp_path / "value")),
    ]
    assert subprocess.run(command, capture_output=True).stdout == b"Signature Verified Successfully\n"


def test_a_new_key_is_its_owners_alone(tmp_path: Path) -> None:
    made = new_key(tmp_path / "key.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert signer(tmp_path / "key.pem").public == made.public
    assert public_key(made.public.text) == made.public
    (tmp_path / "public").write_text(made.public.text + "\n")
    assert public_key(str(tmp_path / "public")) == made.public
    before = (tmp_path / "key.pem").read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        new_key(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").read_bytes() == before
    with pytest.raises(StoreError, match="E-PUBLISH-WRITE"):
        new_key(tmp_path / "nowhere" / "key.pem")


def private_bytes(key: Any, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


GOOD = private_bytes(Ed25519PrivateKey.generate())


@pytest.mark.parametrize(
    "content, mode, reason",
    [
        (GOOD, 0o644, "mode 644"),
        (GOOD, 0o640, "mode 640"),
        (GOOD, 0o604, "mode 604"),
        (GOOD[:-30], 0o600, "no private key in PEM"),
        (b"", 0o600, "no private key in PEM"),
        (private_bytes(generate_private_key(SECP256R1())), 0o600, "another kind than Ed25519"),
        (private_bytes(Ed25519PrivateKey.generate(), b"secret"), 0o600, "locked by a password"),
        (None, 0o700, "regular file|directory"),
    ],
    ids=["644", "640", "604", "cut", "empty", "another-kind", "locked", "folder"],  # keys are random
)
def test_a_key_that_is_refused(content: bytes | None, mode: int, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.mkdir() if content is None else path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(StoreError, match=reason) as refusal:
        signer(path)
    assert refusal.value.problem.code == "E-PUBLISH-KEY"


def test_a_pipe_is_no_key_and_nobody_waits_for_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key.pem", 0o600)
    with pytest.raises(StoreError, match="regular file"):
        signer(tmp_path / "key.pem")


def test_a_key_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        signer(tmp_path / "none")


@pytest.mark.parametrize(
    "text", ["", "ed25519:", "ed25519:" + "0" * 63, "ED25519:" + "0" * 64, "/nowhere", "\0"]
)
def test_a_public_key_that_is_none(text: str) -> None:
    with pytest.raises(DataMissing, match="E-VERIFY-KEY"):
        public_key(text)


def test_files_that_hold_no_public_key(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).public_key()
    encoding = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    for content in (b"", b"x", GOOD, other.public_bytes(*encoding)):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(DataMissing, match="E-VERIFY-KEY"):
            public_key(str(tmp_path / "key"))


def test_a_change_of_keys_is_said(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2)
    first, second = new_key(tmp_path / "1.pem"), new_key(tmp_path / "2.pem")
    said = [published(tree, file, signer=one).remarks for one in (None, first, first, second, None)]
    was = f"was signed by key {first.public.id}"
    assert said[:3] == [(), (), ()]
    assert said[3] == (f"publication 3 {was}, this one by key {second.public.id}",)
    assert said[4] == (f"publication 4 was signed by key {second.public.id}, this one by none",)


def test_without_the_package_signatures_are_not_looked_at_and_it_is_said(
    kept: dict[bool, Kept], key: Signer, tmp_path: Path
) -> None:
    hidden = [
        *("cryptography", "cryptography.exceptions", "cryptography.hazmat.primitives.serialization"),
        "cryptography.hazmat.primitives.asymmetric.ed25519",
    ]
    with without_extras(*hidden):
        source, _ = opened(kept[True].folder)
        assert "is not installed" in verify(source, now=NOW).notes[1]
        for work in (
            lambda: verify(source, now=NOW, key=key.public),
            lambda: new_key(tmp_path / "key.pem"),
            lambda: signer(tmp_path / "key.pem"),
        ):
            with pytest.raises(PortbookError, match="E-PUBLISH-PACKAGE"):
                work()
    assert keys.ALGORITHM == "ed25519"


# -- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with without_extras():
        yield tmp_path / "home"


def test_the_command_from_a_key_to_a_verdict(home: Path, tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", edition(tmp_path, records=2).path
    made = portbook("publish", "--new-key", str(tmp_path / "key.pem"), home=home)
    assert re.fullmatch(r"ed25519:[0-9a-f]{64}\n", made.out)
    call = ("publish", str(tree), "--data", str(file), "--no-pages", "--key", str(tmp_path / "key.pem"))
    first = portbook(*call, home=home)
    assert (first.status, first.err) == (0, "")
    assert first.out.startswith("published edition 2024-05-06 as number 1, until 20")
    second = json.loads(portbook(*call, "--json", "--expires", "1", home=home).out)
    assert (second["number"], second["linked"], second["remarks"]) == (2, second["files"], [])
    public = made.out.strip()
    whole = portbook("verify", str(tree), "--key", public, home=home)
    assert (whole.status, whole.err, whole.out[-6:]) == (0, "", "whole\n")
    facts = json.loads(portbook("verify", str(tree), "--key", public, "--json", home=home).out)
    assert (facts["whole"], facts["number"], facts["key"]) == (True, 2, second["key"])
    first_manifest = tree / "publications" / "000001" / "manifest.json"
    for seen, status in (("1", 0), ("2", 0), ("3", 1), (str(first_manifest), 0), ("nonsense", 2)):
        assert portbook("verify", str(tree), "--since", seen, home=home).status == status, seen
    with (tree / "current" / CSV).open("ab") as victim:
        victim.write(b"x")
    wrong = portbook("verify", str(tree), "--key", public, home=home)
    assert wrong.status == 1
    assert f"E-VERIFY-SIZE: {CSV}: has more than" in wrong.out


def test_the_command_with_pages(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    file = edition(tmp_path, records=2).path
    with without_extras():
        done = portbook("publish", str(tree), "--data", str(file), home=tmp_path / "home")
    assert (done.status, "it is not signed" in done.err) == (0, True)
    assert (tree / "current" / "ports" / "1" / "index.html").is_file()
    assert portbook("verify", str(tree)).status == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--keep", "1"),
        ("--keep", "x"),
        ("--expires", "0"),
        ("--expires", "3661"),
        ("--expires", "-1"),
        ("--key", "a", "--new-key", "b"),
        ("--new-key", "b"),
    ],
)
def test_wrong_calls(options: tuple[str, ...], tmp_path: Path) -> None:
    ran = portbook("publish", str(tmp_path / "tree"), *options, home=tmp_path / "home")
    assert (ran.status, ran.out) == (2, "")
    assert not (tmp_path / "tree").exists()


def test_a_refusal_by_the_command(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ran = portbook("publish", str(tmp_path), "--no-pages", home=home)
    assert (ran.status, ran.out) == (3, "")
    assert "(E-PUBLISH-DIR, docs/publication.md)" in ran.err
