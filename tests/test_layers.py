"""Who may import whom, what importing may do, and which file is the one door to a library."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import distill_live
from distill_live.cli import COMMANDS

PACKAGE = Path(distill_live.__file__).parent
MODULES = {
    ".".join(("distill_live", *path.relative_to(PACKAGE).with_suffix("").parts)): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

#: Import nothing of ours, and everyone may import them.
LEAVES = {
    "errors",
    "spelling",
    "memory_order",
    "priority",
    "shared_memory",
    "atomic_file",
    "quiet_stderr",
    "escapes",
    "math_threads",
}
#: Layer -> the layers or modules below that it may import.
BELOW = {
    "atomic_file": set(),
    "errors": set(),
    "escapes": set(),
    "memory_order": set(),
    "priority": set(),
    "shared_memory": set(),
    "spelling": set(),
    "quiet_stderr": set(),
    "math_threads": set(),
    "yaml_file": {"atomic_file"},
    "parameters": set(),
    "plugins": {"parameters"},
    "audio": set(),
    "codes": {"parameters", "plugins", "yaml_file"},
    "edits": {"codes", "parameters"},
    "models": {"audio", "codes", "parameters"},
    "training": {"models", "codes", "audio"},
    "inference": {"models", "codes", "audio", "parameters"},
    "views": {"codes"},
    "report": {"views", "inference", "models", "training", "codes", "audio"},
    "control": {"codes", "parameters", "plugins", "yaml_file"},
    "clients": {"control", "codes", "parameters"},
    "inputs": {"control", "parameters", "plugins"},
    "live": {"inference", "models", "codes", "audio", "parameters"},
    "outputs": {
        "live.ipc", "live.playback",
        "audio", "parameters", "plugins",
    },
    "workbench": {"live.ipc", "inference", "models", "codes", "audio"},
    "web": {"control", "codes", "models.file.library", "parameters"},
    "commands": {
        "web", "workbench", "live", "report", "views", "clients", "training", "inference", "models",
        "control", "inputs", "outputs", "codes", "audio", "parameters", "plugins",
    },
}  # fmt: skip

#: Folder within a layer -> what it may import of that layer besides itself.
ROOMS = {
    "audio.distances": {"audio.resample"},
    "audio.reading": {"audio.files", "audio.resample", "audio.stereo"},
    "audio.stereo": set(),
    "commands.grids": {"commands.destinations", "commands.options", "commands.output"},
    "codes.edit_lists": {
        "codes.edit", "codes.edit_run", "codes.grid", "codes.selection", "codes.timeline",
    },
    "codes.history": {"codes.timeline"},
    "codes.rack": {"codes.edit", "codes.edit_run", "codes.timeline"},
    "commands.serving": {"commands.output", "commands.standard_streams"},
    "commands.training_steps": {
        "commands.options", "commands.output", "commands.progress_lines",
    },
    "edits.time": set(),
    "control.namespace": set(),
    "control.timing": {"control.namespace"},
    "control.modulation": {"control.namespace", "control.timing"},
    "control.midi": set(),
    "control.patch": {"control.namespace", "control.timing", "control.modulation", "control.midi"},
    "control.presets": {"control.namespace", "control.patch"},
    "control.midi_learn": {"control.namespace", "control.midi", "control.patch"},
    "control.feedback": {"control.namespace"},
    "control.history": {"control.namespace"},
    "control.routing": {
        "control.namespace", "control.timing", "control.modulation", "control.midi",
        "control.patch", "control.presets",
    },
    "inputs.midi": {"inputs.plugin"},
    "inputs.osc": {"inputs.plugin"},
    "live.ipc": set(),
    "live.listening": {"live.ipc", "live.server.settings", "live.server.worker"},
    "live.pacing": {"live.ipc", "live.engine.settings"},
    "live.editing": {"live.ipc"},
    "live.past": {"live.ipc"},
    "live.playhead": {"live.ipc", "live.past"},
    "live.engine": {"live.ipc", "live.pacing", "live.editing", "live.past", "live.playhead"},
    "live.clips": {"live.ipc"},
    "live.drawing": {"live.ipc", "live.clips"},
    "live.playback": {"live.ipc"},
    "live.recording": {"live.ipc", "live.server.long_request"},
    "live.server": {
        "live.ipc", "live.engine", "live.playback", "live.clips", "live.listening",
        "live.drawing", "live.recording", "live.pacing",
    },
    "live.replay": {"live.ipc", "live.engine", "live.playhead", "live.playback"},
    "models.layers": set(),
    "models.codec": {"models.layers"},
    "models.prior": {"models.layers"},
    "models.vocoder": {"models.layers"},
    "models.grains": {"models.vocoder"},
    "models.distill_v1": {"models.codec", "models.prior"},
    "models.file": {
        "models.codec", "models.prior", "models.vocoder", "models.distill_v1", "models.devices",
        "models.grains", "models.kinds", "models.sound_settings",
    },
    "training.run": set(),
    "training.data": set(),
    "training.codec": {"training.run", "training.data"},
    "training.prior": {"training.run", "training.data"},
    "training.vocoder": {"training.run", "training.data"},
    "web.api": {"web.fields", "web.packing", "web.work"},
    "web.work": {"web.fields"},
    "web.oscquery": {"web.instrument"},
    "web.socket": {"web.instrument"},
}  # fmt: skip
#: A folder with more modules than this hides its concepts; the subcommands stay together.
MOST_MODULES = 16

#: Library -> the module, or the folder, that alone imports it.
DOORS = {
    "sounddevice": "outputs",
    "rtmidi": "inputs.midi.libraries",
    "supriya_midi": "inputs.midi.libraries",
    "pythonosc": "inputs.osc",
    "yaml": "yaml_file",
    "aalink": "inputs.link",
    "safetensors": "models.file.persistence",
    "soundfile": "audio.files",
    "soxr": "audio.resample",
    "pyloudnorm": "audio.loudness",
    "torchaudio": "audio.speed",
    "vector_quantize_pytorch": "models.codec.quantizer",
    "lightning_fabric": "training.run.processes",
    "starlette": "web",
    "uvicorn": "web.server",
    "zeroconf": "web.discovery",
    "ifaddr": "web.discovery",
}
#: Codes, edits and everything in the control and audio processes do without torch.
NO_TORCH = (
    "clients", "codes", "edits", "control", "inputs", "outputs", "parameters", "plugins", "web",
)  # fmt: skip


@cache
def import_statements(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """All of a file, wherever in it."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports."""
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module and node.level == 0:
            if node.module.count(".") < 2:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def own_imports(module: str) -> set[str]:
    """The modules of ours that a module imports, lazily and for types alone included."""
    found = set()
    for node in import_statements(MODULES[module]):
        if isinstance(node, ast.Import):
            found |= {find_module(alias.name) for alias in node.names}
        elif node.module:
            package = find_module(node.module)
            found |= {find_module(f"{node.module}.{each.name}") or package for each in node.names}
    return {name.removeprefix("distill_live.") for name in found if name}


def find_module(name: str) -> str | None:
    """The key in MODULES of a module or package of ours."""
    return next((key for key in (name, f"{name}.__init__") if key in MODULES), None)


def within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("module", MODULES)
def test_layers_import_downward_only(module: str) -> None:
    _, _, inside = module.partition(".")
    layer = inside.split(".")[0]
    if layer in ("__init__", "__main__", "cli"):
        return
    own = {name.removesuffix(".__init__") for name in own_imports(module)} - {"__init__"}
    assert sorted(n for n in own if not within(n, BELOW[layer] | LEAVES | {layer})) == []


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_as_the_table_says(room: str) -> None:
    layer, _, _ = room.partition(".")
    found = {
        (module, used)
        for module in MODULES
        if within(module.removeprefix("distill_live."), {room})
        for used in own_imports(module)
        if within(used, {layer}) and not within(used, ROOMS[room] | {room})
    }
    assert found == set()


def test_every_room_is_in_the_table() -> None:
    found = {
        ".".join(path.relative_to(PACKAGE).parts)
        for path in PACKAGE.glob("*/*")
        if (path / "__init__.py").exists()
    }
    assert found == ROOMS.keys()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module.removeprefix("distill_live."): own_imports(module) for module in MODULES}
    del graph["__init__"]  # The package's public names are loaded when they are first used.
    TopologicalSorter(graph).prepare()


def test_no_folder_hides_its_concepts() -> None:
    folders = {path.parent for path in MODULES.values()} - {PACKAGE / "commands"}
    crowded = {
        str(folder.relative_to(PACKAGE)): count
        for folder in folders
        if (count := len([*folder.glob("*.py")]) - 1) > MOST_MODULES
    }
    assert crowded == {}


def test_tests_mirror_the_package() -> None:
    tests = Path(__file__).parent
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (PACKAGE / folder).is_dir()] == []


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = {
        module.removeprefix("distill_live.")
        for module, path in MODULES.items()
        if within(library, {name.split(".")[0] for name in imports(path)})
    }
    assert users
    assert sorted(user for user in users if not within(user, {DOORS[library]})) == []


def test_codes_controls_and_outputs_do_without_torch() -> None:
    found = [
        module
        for module, path in MODULES.items()
        if within(module.removeprefix("distill_live."), set(NO_TORCH))
        and any(within(name, {"torch"}) for name in imports(path))
    ]
    assert found == []


def run_python(code: str) -> str:
    """What a fresh interpreter prints; its errors fail the test."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_importing_every_module_starts_and_prints_nothing() -> None:
    code = f"""
import importlib, multiprocessing, os, signal, sys, threading, torch
handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
for name in {[m for m in MODULES if not m.endswith("__main__")]!r}:
    importlib.import_module(name.removesuffix(".__init__"))
assert threading.active_count() == 1, threading.enumerate()
assert multiprocessing.active_children() == []
assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
assert "sounddevice" not in sys.modules, "importing it starts PortAudio"
"""
    assert run_python(code) == ""


def test_the_package_and_the_control_process_import_no_torch() -> None:
    run_python(
        "import sys, distill_live, distill_live.commands.serve\n"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )


def test_the_help_of_no_command_imports_torch() -> None:
    shown = run_python(f"""
import sys, distill_live.cli as cli
for command in {["", *COMMANDS]!r}:
    sys.argv = ["distill-live", *command.split(), "--help"]
    try:
        cli.main()
    except SystemExit as end:
        assert not end.code, command
    for heavy in ("torch", "scipy", "sounddevice"):
        assert heavy not in sys.modules, (command, heavy)
""")
    used = [line.split() for line in shown.splitlines() if line.lstrip().startswith("Usage:")]
    assert [words[2] for words in used] == ["[OPTIONS]", *COMMANDS]


def test_every_public_name_loads_from_the_package() -> None:
    for name in distill_live.__all__:
        assert getattr(distill_live, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = distill_live.nothing
