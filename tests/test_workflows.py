"""The workflows for hosted runners can be read, and do what the Makefile and the project say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import distill_live

REPOSITORY = Path(__file__).parents[1]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def file_name(path: Path) -> str:
    return path.name


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in load(workflow)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=file_name)
def test_a_workflow_has_jobs_that_run_somewhere(workflow: Path) -> None:
    found = load(workflow)
    # YAML reads the key `on` as true.
    assert found["name"] and found[True]
    assert [name for name, job in found["jobs"].items() if not job["runs-on"]] == []
    needed = {job["needs"] for job in found["jobs"].values() if "needs" in job}
    assert needed <= set(found["jobs"])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=file_name)
def test_actions_are_pinned_by_major_version(workflow: Path) -> None:
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@(release/)?v\d+", one)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=file_name)
def test_targets_of_make_exist(workflow: Path) -> None:
    commands = "\n".join(step.get("run", "") for step in steps(workflow))
    targets = set(re.findall(r"^make ([\w-]+)", commands, re.MULTILINE))
    assert [one for one in targets if not re.search(rf"^{one}:", MAKEFILE, re.MULTILINE)] == []


def test_the_quick_tests_are_those_of_the_makefile() -> None:
    found = re.search(r"^quick_tests := ((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)
    assert found
    listed = found[1].replace("\\\n", " ")
    inside = re.search(r"\$\(addprefix tests/,(.*?)\)(.*)", listed)
    assert inside
    quick = {f"tests/{name}" for name in inside[1].split()} | set(inside[2].split())
    (job,) = [job for job in load(WORKFLOWS[0])["jobs"].values() if "env" in job]
    assert set(job["env"]["QUICK_TESTS"].split()) == quick


def test_a_release_finds_the_version_that_its_tag_must_have() -> None:
    source = Path(distill_live.__file__).read_text(encoding="utf-8")
    versions = re.findall(r'^__version__ = "(.*)"$', source, re.MULTILINE)
    assert versions == [distill_live.__version__]


@pytest.mark.parametrize("form", FORMS, ids=file_name)
def test_a_form_has_fields_with_names_of_their_own(form: Path) -> None:
    fields = [field for field in load(form)["body"] if field["type"] != "markdown"]
    names = [field["id"] for field in fields]
    assert len(set(names)) == len(names) > 4
    text = form.read_text(encoding="utf-8")
    assert "distill-live --version" in text and "distill-live devices" in text
