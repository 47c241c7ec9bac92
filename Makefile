# `make` alone lists what can be made.
BIN := .venv/bin
OUT ?= story-out/$(NAME)
PYTEST := $(BIN)/python -m pytest

# A test starts many programs: each would compile all sources anew if none may keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint story stories rig money proofs bench load province lock goldens words gallery pages image flash image-test interop clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install what is missing: Debian packages, .venv, locked Python packages
	@tools/setup.sh

demo: setup ## start a synthetic city, its centre, all devices and the kiosk, to handle in a browser
	$(BIN)/python -m kiosk_bench demo --out demo-out

test: lint ## run every check and every test that needs no hardware
	$(PYTEST) -n 4 --dist loadgroup

check: lint ## quick: lint, types, architecture, tidiness
	$(PYTEST) -q -p no:cacheprovider tests/unit/test_tidy.py tests/unit/test_architecture.py

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

story: setup ## play one story, or a file, and leave its evidence: NAME=pay-by-card [OUT=folder BY=keys]
	@test -n "$(NAME)" || { echo "which story? make story NAME=pay-by-card"; exit 2; }
	$(BIN)/python -m kiosk_bench story $(NAME) --out $(OUT) $(if $(filter keys,$(BY)),--by-keys)

stories: setup ## play all stories [BY=keys: without touching the glass]
	$(BIN)/python -m kiosk_bench stories --out story-out $(if $(filter keys,$(BY)),--by-keys)

rig: setup ## play the stories on real devices: RIG=rig.toml [ONLY=hw_pinpad]; charges a test card
	@test -n "$(RIG)" || { echo "which rig? make rig RIG=rig.toml; docs/rig.md"; exit 2; }
	$(PYTEST) tests/scenarios --bench=rig --rig $(RIG) --evidence build/rig $(if $(ONLY),-m "$(ONLY)")

money: setup ## kill kiosks at every call of a payment: no fen lost, none doubled [MINUTES=5 SEED=1]
	$(BIN)/python -m kiosk_bench money $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

proofs: setup ## the other proofs about money, in full: model, rule machine, noise, fuzz, power loss
	KIOSKD_POWER_IMAGES=10 KIOSKD_POWER_AGAIN=2 KIOSKD_POWER_STEP=3 \
		$(PYTEST) -n 2 --dist loadgroup --money tests/model tests/property tests/noise tests/fuzz tests/power

bench: setup ## measure cold start, memory, recovery, uplink, papers, pinyin and screens against their limits
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_money.py
	$(BIN)/python tools/bench_documents.py
	$(BIN)/python tools/bench_pinyin.py
	$(BIN)/python tools/bench_screens.py

load: setup ## what the centre carries beside the bare limits of this machine, and who is killed under load [QUICK=1]
	$(BIN)/python -m tools.load $(if $(QUICK),--size quick)

province: setup ## run a province on this machine, attack it, break it, lose it and put it back
	$(BIN)/python -m tools.province

lock: ## resolve the lock files anew
	tools/lock.sh --upgrade

goldens: setup ## record the pictures that the screens are compared with, and those of the runbook
	$(BIN)/python -m tests.goldens.record
	SDL_VIDEODRIVER=dummy $(BIN)/python -m tests.goldens.runbook

words: setup ## bring new and changed Chinese words into the other languages, list what to translate
	$(BIN)/python tools/catalogues.py update
	$(BIN)/python -m tools.fault_table

gallery: setup ## every screen, mode, panel and language on one page, with rules and changes [MODES=...]
	$(BIN)/python -m tests.goldens.page build/gallery $(MODES)

pages: setup ## test the centre's pages in a real browser and keep their pictures in build/pages
	KIOSKD_WEB_PICTURES=build/pages $(PYTEST) -n 2 tests/web

image: setup ## build the kiosk's card image in build/image, as root [LOCK=1 TWICE=1 VERSION=1.2.3 KEYS=release.pub.pem]
	$(BIN)/python -m image.build $(if $(LOCK),--lock) $(if $(TWICE),--twice) $(if $(VERSION),--version $(VERSION)) $(if $(KEYS),--keys $(KEYS))

flash: setup ## write the image to a card and read it back, as root: DEV=/dev/sdX [SITE=kioskd.txt]
	@test -n "$(DEV)" || { echo "which card? make flash DEV=/dev/sdX"; exit 2; }
	$(BIN)/python -m image.flash $(DEV) $(if $(SITE),--site $(SITE))

image-test: setup ## try the image on an emulated machine: boot, pay, cut, update, measure [IMAGE=file PARTS=... NEXT=folder KEY=release.pem]
	$(BIN)/python -m tools.image_test $(if $(IMAGE),--image $(IMAGE)) $(if $(PARTS),--parts $(PARTS)) $(if $(NEXT),--next $(NEXT)) $(if $(KEY),--key $(KEY))

interop: setup ## compare wires and papers with other people's programs, as far as they can be installed
	$(BIN)/python -m tools.interop

clean: ## remove what the other targets made
	rm -rf .venv build dist demo-out story-out .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
