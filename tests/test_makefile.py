"""`make` installs the versions that were tested, for the chosen Python, and waits for apt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
VERSION = "{}.{}".format(*sys.version_info)
PLAYS = ("serve", "test", "test-quick")

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


def make(*arguments: str | Path, **environment: str) -> str:
    """The output of make, which must succeed, whatever a make that runs the tests was told."""
    told = re.compile("MAKE.*|CONSTRAINTS|CPU|CPU_INDEX|PYTHON|VENV")
    inherited = {name: value for name, value in os.environ.items() if not told.fullmatch(name)}
    ended = subprocess.run(
        ["make", "--no-print-directory", f"PYTHON={sys.executable}", *map(str, arguments)],
        cwd=REPOSITORY, env=inherited | environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def stamp(environment: Path, *names: str) -> None:
    """Leave the stamps of steps that are done."""
    environment.mkdir(exist_ok=True)
    for name in names:
        (environment / name).touch()


def program(folder: Path, name: str, script: str) -> None:
    """A program in place of one of the system's."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def wheel(folder: Path, name: str, version: str) -> None:
    """A package with nothing in it."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")


@pytest.mark.parametrize("goal", PLAYS)
def test_what_is_installed_is_what_was_tested(tmp_path: Path, goal: str) -> None:
    shown = make("--dry-run", f"VENV={tmp_path}/env", goal)
    installs = [one.strip() for one in re.split(r"&&|\|\||\n", shown) if "pip install" in one]
    assert [one for one in installs if "/uv " in one and "-e " in one]
    for one in installs:
        assert one.startswith(
            "PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt"
        ) or ("--constraints constraints.txt --build-constraints constraints.txt" in one)


#: What pip and uv do in a test, and which of them then installs the project.
INSTALLING = {
    "uv": ("", "exit 0", "uv"),
    "pip where uv fails": ("", "exit 2", "pip"),
    "pip where it has an index of its own": ("global.index-url='https://index.test'", "", "pip"),
    "uv where pip has an index besides": ("global.extra-index-url='file:///x'", "exit 0", "uv"),
}


@pytest.mark.parametrize(("config", "uv", "expected"), INSTALLING.values(), ids=INSTALLING)
def test_the_project_is_installed_by(tmp_path: Path, config: str, uv: str, expected: str) -> None:
    programs = tmp_path / "env" / "bin"
    programs.mkdir(parents=True)
    stamp(tmp_path / "env", f"python-{VERSION}")
    noted = f'case "$*" in *"-e ."*) echo {{}} >> {tmp_path}/log ;; esac\n{{}}'
    program(programs, "python", noted.format("pip", f'test "$3" = config && echo "{config}"; true'))
    program(programs, "uv", noted.format("uv", uv))
    make(f"VENV={tmp_path}/env", f"{tmp_path}/env/installed")
    assert (tmp_path / "log").read_text().split()[-1] == expected
    assert (tmp_path / "env" / "installed").exists()


def test_the_newest_versions_are_tried_in_an_environment_of_their_own() -> None:
    shown = make("--dry-run", "test-newest")
    installs = [line for line in shown.splitlines() if "pip install" in line]
    assert [line for line in installs if "CONSTRAINT" in line and "--dry-run" not in line] == []
    assert all(".venv-newest/" in line for line in installs)
    assert not any("/uv " in line for line in installs)
    assert ".venv-newest/bin/pytest" in shown and ".venv-newest/bin/mypy" in shown


def test_all_checks_are_run_and_the_tests_last(tmp_path: Path) -> None:
    shown = make("--dry-run", f"VENV={tmp_path}/env", "test")
    checks = re.findall(rf"^{tmp_path}/env/bin/(ruff \w+|mypy|pytest --\S+)", shown, re.MULTILINE)
    assert sorted(checks[:-1]) == ["mypy", "pytest --collect-only", "ruff check", "ruff format"]
    assert checks[-1] == "pytest --numprocesses"


def test_an_environment_of_another_python_is_made_again(tmp_path: Path) -> None:
    environment = tmp_path / "env"
    stamp(environment, "python-3.9", "installed")
    created = environment / f"python-{VERSION}"
    make(f"VENV={environment}", created)
    assert created.exists() and (environment / "bin" / "python").exists()
    assert not (environment / "installed").exists()


def test_one_of_the_python_asked_for_is_kept(tmp_path: Path) -> None:
    stamp(tmp_path, f"python-{VERSION}", "installed", "sound-library")
    assert "-m venv" not in make("--dry-run", f"VENV={tmp_path}", "serve")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch is without CUDA anyway")
def test_cpu_takes_the_same_pair_without_cuda(tmp_path: Path) -> None:
    pins = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    pair = dict(re.findall(r"^(torch|torchaudio)==(\S+)", pins, re.MULTILINE))
    for name, version in pair.items():
        wheel(tmp_path, name, version)
        wheel(tmp_path, name, f"{version}+cpu")
    environment = tmp_path / "env"
    found = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    make("CPU=1", f"VENV={environment}", environment / f"python-{VERSION}-cpu", **found)
    installed = {path.name for path in environment.rglob("*.dist-info")}
    assert {f"{name}-{version}+cpu.dist-info" for name, version in pair.items()} <= installed
    # The next time, without being told.
    assert "-m venv" not in make("--dry-run", f"VENV={environment}", "serve")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch is without CUDA anyway")
def test_cpu_looks_in_the_index_that_it_is_given(tmp_path: Path) -> None:
    shown = make(
        "--dry-run", "CPU=1", "CPU_INDEX=https://index.test/cpu", f"VENV={tmp_path}/env", "serve"
    )
    assert "/uv " not in shown
    [line] = [line for line in shown.splitlines() if "+cpu " in line]
    assert "--extra-index-url https://index.test/cpu " in line


def install_programs(folder: Path, apt_get: str) -> None:
    """Run the step that installs test programs, where they are missing, with this `apt-get`."""
    stamp(folder / "env", f"python-{VERSION}")
    program(folder, "dpkg-query", "echo no packages found")
    program(folder, "debconf-set-selections", "cat > /dev/null")
    program(folder, "sudo", '"$@"')
    program(folder, "sleep", f'echo "sleep $1" >> {folder}/log')
    program(folder, "apt-get", apt_get)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    make(f"VENV={folder}/env", f"{folder}/env/test-programs", PATH=path)


def test_apt_waits_for_the_locks_that_another_program_holds(tmp_path: Path) -> None:
    log = tmp_path / "log"
    install_programs(
        tmp_path,
        f'echo "$@" >> {log}\n'
        f'case "$*" in *install*) exit ;; esac\n'
        f"test $(grep -c update {log}) = 3 && exit\n"
        'echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1"; exit 100',
    )
    *waits, last = log.read_text().splitlines()
    update = "-o DPkg::Lock::Timeout=300 update -q"
    assert waits == [update, "sleep 10", update, "sleep 10", update]
    assert last.startswith("-o DPkg::Lock::Timeout=300 install -y")


def test_apt_that_fails_for_another_reason_is_not_asked_again(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="E: no network"):
        install_programs(tmp_path, 'echo "E: no network"; exit 100')
    assert not (tmp_path / "log").exists()
