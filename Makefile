# SPDX-License-Identifier: Apache-2.0
#
# The front door. Each target installs the packages it misses, configures when needed, and builds only what changed.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

JOBS := $(shell nproc)
BUILD := build/release
BIN := $(BUILD)/bin

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

deps:
	@scripts/install-deps.sh build

# 80 MB for one test, which is skipped without it.
deps-browser:
	@scripts/install-deps.sh browser || echo "No browser: the test that needs one is skipped."

# The schema that SARIF is checked against; one test is skipped without it.
deps-sarif:
	@scripts/install-deps.sh sarif; scripts/sarif-schema.sh build/sarif || echo "No schema of SARIF: the test that needs it is skipped."

deps-extras:
	@scripts/install-deps.sh build extras

# $(call build,PRESET): configure once, build all. Ninja re-runs CMake itself when a list changes.
build = { [ -f build/$(1)/build.ninja ] || cmake --preset $(1); } && cmake --build build/$(1) --parallel $(JOBS)
# $(call run_tests,PRESET): ctest, its summary last.
run_tests = ctest --test-dir build/$(1) --output-on-failure --parallel $(JOBS)

chart = python3 -B scripts/bench_chart.py $(BUILD)/bench-results $(BUILD)/bench-results/chart.html

build: deps ## falcoc and falco-vm into build/release/bin
	@$(call build,release)

fast: build ## build/fast/bin/falco-vm, the one of packages: optimised by how it runs, a tenth less time; builds it twice
	@scripts/build_fast.sh $(BIN)/falcoc build/fast

demo: build ## compile rules/ and replay a bundled capture: alerts on your screen
	@scripts/demo.sh $(BIN)

test: build deps-browser deps-package deps-sarif ## all tests
	@$(call run_tests,release)

install: build ## all into PREFIX=/usr/local, below DESTDIR= if given
	@DESTDIR=$(DESTDIR) cmake --install $(BUILD) --prefix $(or $(PREFIX),/usr/local)

module: ## the kernel module into build/module, for the running kernel or KERNELDIR=...
	@packaging/module.sh build/module $(KERNELDIR)

deps-package:
	@scripts/install-deps.sh build package

module-kernels: deps-guest ## the kernel module for every kernel of which apt has headers, into build/kernels (36 kernels: half an hour)
	@python3 -B tests/guest/every_kernel.py build/kernels --suite bookworm-backports

deb: deps-package fast ## Debian packages into build/deb: falcoc, falco-vm, falco-probe-dkms
	@packaging/deb/build.sh $(BUILD) build/deb build/fast/bin/falco-vm

# What the tests of the kernel module need; they are skipped without it.
deps-guest:
	@scripts/install-deps.sh guest || echo "No virtual machine: the tests that need one are skipped."

deps-disk:
	@scripts/install-deps.sh guest disk

guest: build deps-guest ## the kernel module and live watching, in a virtual machine
	@ctest --test-dir $(BUILD) --output-on-failure -L guest

bench-guest: build deps-guest ## what recording costs, beside Debian's scap module and sysdig, in a virtual machine
	@python3 -B bench/guest/compare.py $(BIN) --json $(BUILD)/bench-results/guest.json

guest-packages: deb deps-disk ## install, load and remove the packages in a virtual machine (as root; 10 to 20 minutes)
	@tests/packaging/guest/run.sh build/deb build/guest-packages

compare-sysdig: build ## fields of captures through sysdig and falco-vm: make compare-sysdig CAPTURES='a.scap b.scap.gz'
	@python3 -B tests/sysdig/sysdig_diff.py $(BIN)/falco-vm $(or $(CAPTURES),rules/demo/break-in.scap.gz)

bench-memory: build ## a million threads, fork bombs, descriptor storms: time and memory
	@scripts/bench_memory.sh $(BIN)

bench: build ## benchmarks and the replay table (time, drops, allocations)
	@scripts/bench.sh $(BUILD)

bench-compare: fast ## the falco-vm of packages beside sysdig with one filter: make bench-compare CAPTURES='a.scap b.scap.gz' RULES='a.yaml'
	@python3 -B scripts/bench_compare.py --falco-vm build/fast/bin/falco-vm $(addprefix --rules ,$(RULES)) $(BUILD) $(or $(RUNS),15) $(CAPTURES)
	@$(chart)

bench-growth: build ## ten times the rules, and lists of 100 000 entries: time per event
	@python3 -B scripts/bench_growth.py $(BUILD) $(or $(RUNS),9)

bench-compile: build ## time of falcoc, size of the image, time to load it: make bench-compile RULES='a.yaml'
	@python3 -B scripts/bench_compile.py $(BUILD) $(or $(RUNS),15) $(RULES)

bench-lsp: build ## time of the language server while typing, with what it remembers and without
	@python3 -B scripts/bench_lsp.py $(BUILD) $(or $(RUNS),60)

bench-chart: ## a page of the benchmarks' latest results: build/release/bench-results/chart.html
	@$(chart)

asan: deps ## all tests under address and undefined-behaviour sanitizers
	@$(call build,asan-ubsan)
	@$(call run_tests,asan-ubsan)

tsan: deps ## all tests under the thread sanitizer
	@$(call build,tsan)
	@$(call run_tests,tsan)

hostile: deps ## damaged captures under sanitizers: cut everywhere, bytes flipped
	@$(call build,asan-ubsan)
	@tests/hostile/run.sh build/asan-ubsan/bin full

fuzz: deps-extras ## a short run of every fuzz target (longer: scripts/fuzz.sh SECONDS)
	@scripts/fuzz.sh 20

format: deps-extras ## lay out all sources with clang-format
	@git ls-files -co --exclude-standard -- '*.cc' '*.h' | xargs -r clang-format -i

manuals: build ## write manual pages and completions again, after a change of options
	@python3 -B scripts/write_manuals.py $(BIN)

check: deps-extras ## clang-tidy and the policy tests
	@$(call build,release)
	@ctest --test-dir $(BUILD) --output-on-failure -L policy
	@scripts/tidy.sh $(BUILD)

clean: ## remove all build folders
	@rm -rf build

.PHONY: help deps deps-browser deps-sarif deps-extras deps-package deps-guest deps-disk build fast demo test install module module-kernels deb guest bench-guest guest-packages compare-sysdig bench-memory bench bench-compare bench-growth bench-compile bench-lsp bench-chart asan tsan hostile fuzz format manuals check clean
