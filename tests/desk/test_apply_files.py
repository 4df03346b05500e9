"""Applications as files at the desk: a file becomes a draft, a draft a file; faults are quoted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from asking import BASES
from portbook.applications import of_tree, read, to_toml
from portbook.desk.limits import MAX_UPLOAD
from portbook.desk.models import Draft
from portbook.states import ApplicationState as S
from register import desk as work

from .applying import page

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]


def upload(client: Client, content: bytes) -> Any:
    return client.post("/desk/apply/file", {"file": SimpleUploadedFile("application.toml", content)})


def test_a_file_becomes_a_draft_and_a_file_again(desk: At) -> None:
    for base in BASES:
        application = of_tree(BASES[base]).application
        answer = upload(desk("tia"), to_toml(application).encode())
        assert answer.status_code == 302
        draft = answer["Location"].removesuffix("/review")
        assert page(desk("tia"), f"{draft}?all")
        file = desk("tia").get(f"{draft}/application.toml")
        assert file["Content-Disposition"] == 'attachment; filename="application.toml"'
        assert read(file.content).application == application


@pytest.mark.parametrize(
    "content, told",
    [
        (b"kind = ", "E-APPLY-SYNTAX"),
        (b'kind = "king"', "king"),
        (b'kind = "name"\nhat = "<script>"', "E-APPLY-KEY"),
        (b'kind = "name"\nservice_name = 7', "E-APPLY-TYPE"),
        (b"\xff\xfe", "E-APPLY-SYNTAX"),
        (b"#" * (MAX_UPLOAD + 1), "E-DESK-UPLOAD"),
    ],
)
def test_a_file_with_faults_is_quoted(desk: At, content: bytes, told: str) -> None:
    answer = upload(desk("tia"), content)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_file_as_large_as_allowed(desk: At) -> None:
    head = to_toml(of_tree(BASES["name"]).application).encode()
    assert upload(desk("tia"), head + b"#" * (MAX_UPLOAD - len(head))).status_code == 302


def test_no_file_is_told(desk: At) -> None:
    answer = desk("tia").post("/desk/apply/file")
    assert answer.status_code == 422
    assert "No file was chosen" in answer.content.decode()


@pytest.mark.parametrize("ended", [S.WITHDRAWN, S.REFUSED])
def test_what_came_to_nothing_is_begun_again_with_its_answers(desk: At, ended: S) -> None:
    number = work.in_state(ended).answer["application"]
    tia, here = desk("tia"), f"/desk/applications/{number}"
    assert "Begin again from this" in page(tia, here)
    assert "Begin again from this" not in page(desk("ada"), here)
    assert desk("tom").post(f"{here}/again").status_code == 404
    draft = tia.post(f"{here}/again")["Location"].removesuffix("/review")
    file = tia.get(f"{draft}/application.toml")
    assert read(file.content).application == read(tia.get(f"{here}/application.toml").content).application
    assert Draft.objects.get().application is None, "it is a new one, not a change"


@pytest.mark.parametrize("state", [S.NEW, S.ASSIGNED])
def test_what_goes_on_or_was_assigned_is_not_begun_again(desk: At, state: S) -> None:
    here = f"/desk/applications/{work.in_state(state).answer['application']}"
    assert "Begin again" not in page(desk("tia"), here)
    assert desk("tia").post(f"{here}/again")["Location"] == here
    assert not Draft.objects.exists()
