# The front door; `make help` lists what there is. CMake does the work: see CMakePresets.json.

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BUILD := build/release
CMAKE_FLAGS ?=

.DEFAULT_GOAL := build
.PHONY: help setup build demo test interop fmt lint bench clean setup-% configure tests-built

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what a developer needs: system packages, pinned archives, Python packages, linters
	@tools/setup build test lint

setup-%:
	@tools/setup $*

configure: setup-build
	@mkdir -p build && cmake --preset release $(CMAKE_FLAGS) >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

build: configure ## build the release program: bin/goldtape
	@cmake --build $(BUILD) --parallel $(JOBS) --target goldtape
	@mkdir -p bin && cp -f $(BUILD)/bin/goldtape bin/.goldtape.new && mv -f bin/.goldtape.new bin/goldtape
	@echo "built bin/goldtape"

demo: build ## run the main job on the bundled data; the lake and the page lie under demo/
	@bin/goldtape --lake demo/lake demo

tests-built: build setup-test
	@cmake --build $(BUILD) --parallel $(JOBS)

test: tests-built ## unit and end-to-end tests, and those against PyIceberg and DuckDB
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error --parallel $(JOBS) --label-exclude interop

interop: setup-interop tests-built ## tests against servers and big engines
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error --label-regex interop

fmt: setup-lint ## format the sources
	@git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format-19 -i

lint: setup-lint setup-build ## formatting, include arrows, clang-tidy
	@tools/lint

bench: configure ## build and run the benchmarks
	@cmake --build $(BUILD) --parallel $(JOBS)
	@tools/bench $(BUILD)

clean: ## remove what was built; the user's cache of dependencies stays
	@rm -rf build bin
