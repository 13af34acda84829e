# make serve   set everything up and play the demo model
# make test    set everything up and run all checks
# make bench   measure this machine
# make bench-rig       play a minute through a software sound card, check every sample
# make bench-live      how soon changes are heard, and what abuse the sound survives (25 minutes)
# make soak            ten minutes of play with fifty messages a second, every sample checked
# make fuzz-midi       a hundred thousand random MIDI messages into a real server
# make bench-osc       a million broken packets, and 20,000 messages a second
# make bench-training FOLDER=...   train on a folder, measure what encode and decode lose
# make lint    formatting, lint and types alone

PYTHON ?= python3
VENV ?= .venv

bin := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
sudo := $(if $(filter-out 0,$(shell id -u)),sudo)
apt_install := $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends
# What the tests drive: a sound server without a sound card, JACK for MIDI, OSC clients.
test_packages := libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils \
	jackd2 jack-tools libjack-jackd2-0 jack-midi-clock csound liblo-tools puredata-core \
	supercollider-language
# The same for JavaScript, where TouchOSC's and Open Stage Control's relatives are at home; npm comes
# by apt only where there is none, because some Node packages bring one along and refuse another.
test_modules := osc@2.4.5 oscquery@1.1.1
npm_install := npm install --no-audit --no-fund --omit=optional --ignore-scripts

.PHONY: serve test bench bench-rig bench-live bench-osc soak fuzz-midi bench-training lint clean
.DELETE_ON_ERROR:

serve: $(VENV)/installed $(VENV)/sound-library
	$(bin)/distill-live serve $(ARGS)

test: lint $(VENV)/test-programs $(VENV)/test-modules
	$(bin)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

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

soak: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.live_soak $(ARGS)

fuzz-midi: $(VENV)/installed-test $(VENV)/test-programs
	$(bin)/python -m tests.benchmarks.fuzz_midi $(ARGS)

bench-training: $(VENV)/installed-test
	$(bin)/python -m tests.benchmarks.train_and_measure $(FOLDER) $(ARGS)

lint: $(VENV)/installed-test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "distill-live needs Python 3.11 or later, not " + sys.version.split()[0] + ": make PYTHON=/path/to/python3 ...")'
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null && command -v apt-get >/dev/null; then \
		$(sudo) apt-get update -q && $(apt_install) python3-venv; fi
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml
	$(bin)/python -m pip install --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-test: $(VENV)/created pyproject.toml
	$(bin)/python -m pip install --disable-pip-version-check -e '.[test]'
	touch $@ $(VENV)/installed

# PortAudio, when it is missing and apt is there to ask; without it `serve` plays on its clock.
$(VENV)/sound-library: $(VENV)/installed
	@if $(bin)/python -c 'import sounddevice' 2>/dev/null; then :; \
	elif command -v apt-get >/dev/null; then \
		$(sudo) apt-get update -q && $(apt_install) libportaudio2; \
	else echo "PortAudio is missing: install it to hear sound"; fi
	touch $@

$(VENV)/test-modules: $(VENV)/test-programs Makefile
	@if ! command -v npm >/dev/null && command -v apt-get >/dev/null; then \
		$(sudo) apt-get update -q && $(apt_install) nodejs npm; fi
	@if command -v npm >/dev/null; then $(npm_install) --prefix $(VENV)/node $(test_modules); fi
	touch $@

$(VENV)/test-programs: $(VENV)/created Makefile
	@if command -v apt-get >/dev/null && \
		! dpkg-query --show --showformat='$${Status}\n' $(test_packages) 2>&1 \
		| awk '!/ok installed/ { missing = 1 } END { exit missing }'; then \
		$(sudo) apt-get update -q && \
		echo 'jackd2 jackd/tweak_rt_limits boolean false' | $(sudo) debconf-set-selections && \
		$(apt_install) $(test_packages); fi
	touch $@
