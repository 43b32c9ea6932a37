# The everyday commands. CMake and Ninja do the work; CI runs these commands and nothing else.
BUILD ?= build
CMAKE_ARGS ?=
JOBS ?= $(shell nproc)
T ?=
S ?= 60
SPEC ?= $(firstword $(wildcard ../shared/spec-testsuite) $(HOSPES_SPEC))
export HOSPES_SPEC := $(SPEC)

.PHONY: all lib test test-full lint format asan tsan stress bench golden plants random fuzz fuzz-regress guests demo setup install deb clean

all: $(BUILD)/build.ninja ## build the library, the program and the tests
	@ninja -C $(BUILD)

lib: $(BUILD)/build.ninja ## the library and the program alone
	@ninja -C $(BUILD) hospes_shared hospes_static hospes_archive hospes_masks hospes

$(BUILD)/build.ninja: CMakeLists.txt
	@cmake -S . -B $(BUILD) -G Ninja $(CMAKE_ARGS)

test: all ## the tests that run in a few minutes; T=word: those whose name has the word
	@tools/run-tests.sh $(BUILD) $(T)

test-full: ## the same, then under sanitizers and in hostile builds
	@$(MAKE) test
	@$(MAKE) asan
	@$(MAKE) tsan
	@$(MAKE) stress

lint: ## layers, headers, links in documents, formatting
	@tools/lint.sh

format: ## rewrite the sources in the house's format
	@clang-format-22 -i $$(git ls-files '*.c' '*.h' '*.hh')

asan: ## the tests under address and undefined-behaviour sanitizers
	@$(MAKE) test BUILD=build-asan CMAKE_ARGS="-DHOSPES_ASAN=ON -DCMAKE_BUILD_TYPE=Debug"

tsan: ## the tests with threads under the thread sanitizer
	@$(MAKE) all BUILD=build-tsan CMAKE_ARGS="-DHOSPES_TSAN=ON -DCMAKE_BUILD_TYPE=Debug"
	@tools/run-tests.sh build-tsan thread

stress: ## hostile builds: random pins, poison, arenas by malloc
	@$(MAKE) test BUILD=build-hostile CMAKE_ARGS="-DHOSPES_HOSTILE=ON -DCMAKE_BUILD_TYPE=Debug"

guests: ## compile examples and samples to WebAssembly
	@tools/build-guests.sh $(BUILD)/guests

demo: all guests ## the examples and the samples, run
	@tools/demo.sh $(BUILD)

bench: all ## measure beside the peers; see bench/README.md
	@bench/run.sh $(BUILD)

plants: ## do the tests notice compiler bugs? Twenty are planted, one after the other
	@tests/plants/run.sh build-plants

random: all ## a hundred thousand random modules, in every configuration and in V8
	@tools/random-modules.sh $(BUILD)

golden: all ## rewrite the expectations of tests/golden; then look at the diff
	@python3 tests/golden/run.py --tool $(BUILD)/bin/golden_tool --rewrite

fuzz: ## fuzz a target: T=binary|valid|text S=seconds
	@cmake -S . -B build-fuzz -G Ninja -DHOSPES_FUZZ=ON -DHOSPES_TESTS=OFF -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 >/dev/null
	@ninja -C build-fuzz fuzz_$(T)
	@mkdir -p build-fuzz/corpus-$(T) && build-fuzz/bin/fuzz_$(T) -max_total_time=$(S) build-fuzz/corpus-$(T) $(wildcard tests/regress/$(T))

fuzz-regress: all ## replay every input that once went wrong
	@tools/run-tests.sh $(BUILD) regress

setup: ## install what building and testing need (Debian)
	@tools/setup.sh

install: lib
	@cmake --install $(BUILD)

deb: lib ## Debian packages, in $(BUILD)/deb
	@cpack --config $(BUILD)/CPackConfig.cmake -G DEB -B $(BUILD)/deb

clean:
	@rm -rf build build-asan build-tsan build-hostile build-fuzz build-plants
