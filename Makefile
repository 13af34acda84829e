# make serve   set everything up and play the demo model; CPU=1 without CUDA (README: Installing)
# make test    set everything up and run all checks
# make test-quick      the tests that take a quarter of the time: no training, no other programs' surfaces
# make test-newest     all checks on the newest versions, in .venv-newest: what breaks, and how it differs
# make constraints     update constraints.txt, the exact versions that everything else installs
# make bench   measure this machine
# make bench-rig       play a minute through a software sound card, check every sample
# make bench-live      how soon changes are heard, and what abuse the sound survives (25 minutes)
# make soak            ten minutes of play with fifty messages a second, every sample checked
# make soak-page       an hour with the page open in Chromium: whether the server or the browser grow
# make bench-page      how soon the page is painted and how large it is, how fast browsers, OSC and MIDI
#                      agree, and whether those who watch slow the instrument down (20 minutes)
# make fuzz-midi       a hundred thousand random MIDI messages into a real server
# make bench-osc       a million broken packets, and 20,000 messages a second
# make bench-training FOLDER=...   train on a folder, measure what encode and decode lose
# make lint    formatting, lint and types alone
#
# PYTHON=python3.12 uses another Python, ARGS=... is passed to the program or to pytest.

# Many container images forbid Python to store compiled code. Each process would have to compile every
# module again, and the tests start hundreds of them.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?= constraints.txt

bin := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
sudo := $(if $(filter-out 0,$(shell id -u)),sudo)
# Older versions of pip pass the first one on to builds, newer ones need the second.
constrained := $(if $(CONSTRAINTS),PIP_CONSTRAINT=$(CONSTRAINTS) PIP_BUILD_CONSTRAINT=$(CONSTRAINTS))
# Python compiles what it imports; compiling all of it takes half a minute.
pip_install := $(constrained) $(bin)/python -m pip install --disable-pip-version-check --no-compile

# uv installs the same versions in a sixth of the time. pip does it if uv fails, if pip has an index of
# its own, with CPU=1, and without constraints.
uv := uv==0.13.9
define uv_install
! $(bin)/python -m pip config list | grep -q '\.index-url=' && $(pip_install) --quiet $(uv) && \
$(bin)/uv pip install --python $(bin)/python --constraints $(CONSTRAINTS) --build-constraints $(CONSTRAINTS)
endef
install = $(if $(CONSTRAINTS),$(if $(filter %-cpu,$(created)),,{ $(uv_install) $1; } || ))$(pip_install) $1

# The environment's stamp has the version in its name: an environment of another version is rebuilt.
python_version := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>&1)
created := $(VENV)/python-$(lastword $(python_version))
# An environment that was made with CPU=1 stays so. Only on Linux does torch come with CUDA.
ifneq ($(filter 1-Linux,$(CPU)-$(shell uname))$(wildcard $(created)-cpu),)
created := $(created)-cpu
endif
# The pair in constraints.txt, as PyTorch's index for CPUs names it.
cpu_build := $(shell sed -n 's/^\(torch\|torchaudio\)==\([0-9.]*\).*/\1==\2+cpu/p' constraints.txt)

define install_cpu_build
$(pip_install) $(CPU_INDEX:%=--extra-index-url %) $(cpu_build) || { \
	echo "pip finds no $(cpu_build). PyTorch's install page names an index for Linux, pip and CPU:"; \
	echo "make serve CPU=1 CPU_INDEX=https://..."; exit 1; }
endef

# A new machine updates itself in its first minutes and holds apt's locks. `update` does not wait for
# the lock, whatever the option says.
apt_get := $(sudo) env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -o DPkg::Lock::Timeout=300
define apt_install
for try in $$(seq 30); do \
	said=$$($(apt_get) update -q 2>&1) && break; \
	echo "$$said"; \
	case "$$said" in *"Could not get lock"*) sleep 10 ;; *) exit 1 ;; esac; \
done; $(apt_get) install -y --no-install-recommends
endef
# What the tests drive: a sound server without a sound card, JACK for MIDI, OSC clients, a browser.
test_packages := libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils \
	jackd2 jack-tools libjack-jackd2-0 jack-midi-clock csound liblo-tools puredata-core \
	supercollider-language chromium-headless-shell
# The same for JavaScript, where TouchOSC's and Open Stage Control's relatives are at home, and what
# finds faults of the page: for people who cannot see it, and between its types; npm comes by apt only
# where there is none, because some Node packages bring one along and refuse another.
test_modules := osc@2.4.5 oscquery@1.1.1 axe-core@4.14.1 typescript@5.9.3
npm_install := npm install --no-audit --no-fund --omit=optional --ignore-scripts

# Tests that neither train for minutes nor drive the surfaces of other programs.
quick_tests := $(addprefix tests/,audio codes control edits inference inputs models outputs parameters \
	web commands/test_offline.py commands/test_plugins.py commands/test_serve.py \
	commands/test_serve_end.py) tests/test_*.py
# One worker more than cores: many tests wait for a server or a browser. On two cores, three workers
# take a fifth less time than two. tests/conftest.py says which files go first; left to itself, xdist
# begins with those that have the most tests, which are the quickest.
workers := $(shell n=$$(getconf _NPROCESSORS_ONLN); test $$n -gt 3 && echo 4 || echo $$((n + 1)))
test_environment := $(addprefix $(VENV)/,installed-test test-programs test-modules)
pytest := $(bin)/pytest --numprocesses $(workers) --dist loadfile --no-loadscope-reorder

.PHONY: serve test test-quick test-newest run-tests compiled-tests constraints bench bench-rig bench-live bench-osc bench-page soak soak-page fuzz-midi bench-training lint style types clean
.DELETE_ON_ERROR:

serve: $(VENV)/installed $(VENV)/sound-library
	$(bin)/distill-live serve $(ARGS)

# Installing, apt, mypy and compiling the tests run beside each other. The tests run by themselves: they
# wait for programs that need the processor.
test:
	$(MAKE) --no-print-directory --jobs=3 style types compiled-tests $(test_environment)
	$(MAKE) --no-print-directory run-tests

# All workers start at once, and each would compile every test. Errors in a test show up when it runs.
compiled-tests: $(VENV)/installed-test
	@$(bin)/pytest --collect-only --quiet $(ARGS) >/dev/null || true

run-tests: $(test_environment)
	$(pytest) $(ARGS)

test-quick: $(VENV)/installed-test $(VENV)/test-programs
	$(pytest) $(quick_tests) $(ARGS)

# Runs the tests even if a newer linter has complained. The last lines say which versions were tested.
test-newest:
	rm -rf .venv-newest
	$(MAKE) --keep-going lint run-tests VENV=.venv-newest CONSTRAINTS= || failed=1; \
	echo "In place of these newest versions, constraints.txt has:"; \
	PIP_CONSTRAINT=constraints.txt .venv-newest/bin/python -m pip install --dry-run -e '.[test]' \
		| sed -n 's/^Would install//p'; \
	exit $${failed:-0}

# uv resolves for every Python and every system at once, to as few versions as will do. hatchling asks
# for editables only when it builds an editable install.
constraints:
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/python -m pip install --disable-pip-version-check --quiet $(uv)
	echo editables | .venv-uv/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--fork-strategy fewest --upgrade --all-extras --no-annotate \
		--custom-compile-command 'make constraints' --output-file constraints.txt pyproject.toml -

bench: $(VENV)/installed
	$(bin)/distill-live bench $(ARGS)

bench-rig: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.play_on_rig $(ARGS)

bench-live: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.live_latency $(ARGS)
	$(bin)/python -m tests.benchmarks.live_abuse

bench-osc: $(VENV)/installed-test
	$(bin)/python -m tests.benchmarks.osc_rate
	$(bin)/python -m tests.benchmarks.fuzz_osc $(ARGS)

bench-page: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.page_load
	$(bin)/python -m tests.benchmarks.page_agreement
	$(bin)/python -m tests.benchmarks.page_latency $(ARGS)

soak-page: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.page_soak $(ARGS)

soak: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.live_soak $(ARGS)

fuzz-midi: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.fuzz_midi $(ARGS)

bench-training: $(VENV)/installed-test
	$(bin)/python -m tests.benchmarks.train_and_measure $(FOLDER) $(ARGS)

lint: style types

style: $(VENV)/installed-test
	$(bin)/ruff check .
	$(bin)/ruff format --check .

types: $(VENV)/installed-test
	$(bin)/mypy

clean:
	rm -rf $(VENV) .venv-newest .venv-uv build dist .pytest_cache .mypy_cache .ruff_cache

$(created):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "distill-live needs Python 3.11 or later, not " + sys.version.split()[0] + ": make PYTHON=/path/to/python3 ...")'
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null && command -v apt-get >/dev/null; then \
		$(apt_install) python3-venv; fi
	$(PYTHON) -m venv --clear $(VENV)
	$(if $(filter %-cpu,$@),@$(install_cpu_build))
	touch $@

$(VENV)/installed: $(created) pyproject.toml $(CONSTRAINTS)
	$(call install,-e .)
	touch $@

$(VENV)/installed-test: $(created) pyproject.toml $(CONSTRAINTS)
	$(call install,-e '.[test]')
	touch $@ $(VENV)/installed

# PortAudio, when it is missing and apt is there to ask; without it `serve` plays on its clock.
$(VENV)/sound-library: $(VENV)/installed
	@if $(bin)/python -c 'import sounddevice' 2>/dev/null; then :; \
	elif command -v apt-get >/dev/null; then $(apt_install) libportaudio2; \
	else echo "PortAudio is missing: install it to hear sound"; fi
	touch $@

$(VENV)/test-modules: $(VENV)/test-programs Makefile
	@if ! command -v npm >/dev/null && command -v apt-get >/dev/null; then \
		$(apt_install) nodejs npm; fi
	@if command -v npm >/dev/null; then $(npm_install) --prefix $(VENV)/node $(test_modules); fi
	touch $@

$(VENV)/test-programs: $(created) Makefile
	@if command -v apt-get >/dev/null && \
		! dpkg-query --show --showformat='$${Status}\n' $(test_packages) 2>&1 \
		| awk '!/ok installed/ { missing = 1 } END { exit missing }'; then \
		echo 'jackd2 jackd/tweak_rt_limits boolean false' | $(sudo) debconf-set-selections && \
		$(apt_install) $(test_packages); fi
	touch $@
