# make setup   install what the build needs (LibTorch, image libraries)
# make demo    set up, build, train on the built-in glyphs, and say which pictures to open
# make test    set up, check the style, build, run all tests
# make bench   measure beside PyTorch in one run (ONLY=train runs one measure)
# make fuzz    a million damaged inputs for each reader of files (RUNS=1000 or SECONDS=60 for another number, ONLY=idx)
# make faults  a kill and a failing disk at the calls of the system of every command that writes; of many alike a dozen (FAULTS=some: a part; needs strace)
SHELL := /bin/bash
.DEFAULT_GOAL := help
RUNS ?= 1000000
.PHONY: help setup build demo test lint bench fuzz faults documentation

help:
	@sed -n 's/^# //p' Makefile | head -6

setup:
	@Tools/setup.sh

build: setup
	@swift build -c release --product hrvq

demo: build
	@.build/release/hrvq demo --output demo --force

lint:
	@Tools/lint.sh

test: setup lint
	@swift build --build-tests
	@python3 Tools/interface.py
	@Tests/Package/versioned-dependency.sh
	@swift test --skip-build

bench: build
	@Benchmarks/run.sh $(ONLY)

fuzz: setup
	@Tools/fuzz.sh $(if $(SECONDS),$(SECONDS)s,$(RUNS)) $(ONLY)

faults: setup
	@swift build --build-tests
	@HRVQ_FAULTS=$(or $(FAULTS),all) swift test --skip-build --filter FaultTests

documentation: setup
	@HRVQ_DOCUMENTATION=1 swift package --scratch-path .build-documentation \
		--allow-writing-to-directory documentation generate-documentation \
		--enable-experimental-combined-documentation --warnings-as-errors --output-path documentation \
		$(addprefix --target ,Torch Images Datasets Quantization Autoencoders Priors Bitstream Metrics Training Generation HRVQ)
