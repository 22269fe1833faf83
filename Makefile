# fqbench: `make demo` and `make check` are the two commands; `make help` lists the rest.
CFLAGS   ?= -O3 -g
ifeq ($(origin CC),default)
CC       := gcc
endif
BUILD    ?= build
JOBS     ?= $(shell nproc)
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wvla -Wno-unused-parameter
# No -ffast-math and no -march=native: results are the same on every machine with the same instruction set.
BASE     := -std=c11 -D_GNU_SOURCE -I. -fopenmp -ffp-contract=off -fno-math-errno -fno-trapping-math -MMD -MP
VERSION  := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)
LIBS     := -lgsl -lgslcblas -lcsv -lcyaml -ljansson -lsqlite3 -lpcre2-8 -ldl -lm

# The instruction set is chosen by file suffix; dispatch is at run time (harness/cpu.c).
ISA_avx2   := -mavx2 -mfma -mf16c
ISA_avx512 := $(ISA_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512vbmi -mprefer-vector-width=512
ISA_amx    := $(ISA_avx512) -mavx512bf16 -mamx-tile -mamx-int8 -mamx-bf16
isa_flags   = $(ISA_$(lastword $(subst _, ,$(basename $(notdir $1)))))

SRC  := $(filter-out scenarios/main.c,$(wildcard harness/*.c quant/*.c kernels/*.c models/*.c scenarios/*.c))
# CUDA=1 adds the rows of the device (kernels/*.cu); without it kernels/cuda_absent.c says why they cannot run.
ifdef CUDA
NVCC      ?= nvcc
NVCCFLAGS ?= -O3
NVCC_BASE := -std=c++17 -I. -gencode=arch=compute_90a,code=sm_90a -Xcompiler -fopenmp
SRC       := $(filter-out kernels/cuda_absent.c,$(SRC))
CUDA_OBJ  := $(patsubst %.cu,$(BUILD)/%.cu.o,$(wildcard kernels/*.cu))
LIBS      += -L$(dir $(shell command -v $(NVCC)))../lib64 -lcudart_static -lrt -lpthread -lstdc++
endif
OBJ  := $(SRC:%.c=$(BUILD)/%.o) $(CUDA_OBJ)
TEST := $(wildcard tests/*/test_*.c)
TBIN := $(TEST:%.c=$(BUILD)/%)

.PHONY: all help deps demo check ci-perf lint format clean sanitize fuzz fuzz-smoke model-smollm2
all: $(BUILD)/fqbench ## build build/fqbench

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

deps: ## install what is missing (Debian packages, apt-get)
	@tools/deps.sh

demo: deps ## dependencies, build, main job on the shipped model, CSV and plots in results/demo
	@$(MAKE) --no-print-directory -j$(JOBS) all && tools/demo.sh $(BUILD)/fqbench

check: deps ## dependencies, build, all tests
	@$(MAKE) --no-print-directory -j$(JOBS) all tests && tools/run-tests.sh $(BUILD)

# Both revisions run in turns on this machine; exit code 3 is a regression. AGAINST=REV, ROUNDS=N.
ci-perf: deps ## has the working tree become slower or less accurate than AGAINST (HEAD)?
	@$(MAKE) --no-print-directory -j$(JOBS) all && $(BUILD)/fqbench compare --rev $(or $(AGAINST),HEAD) . --min --threshold 5 \
	    --rounds $(or $(ROUNDS),8) --fail-on-regression --explain

tests: $(TBIN)

$(BUILD)/fqbench: $(OBJ) $(BUILD)/scenarios/main.o
	$(CC) $(BASE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libfqbench.a: $(OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/tests/%: tests/%.c $(wildcard tests/*.h) $(BUILD)/libfqbench.a
	@mkdir -p $(@D)
	$(CC) $(BASE) $(WARN) $(CFLAGS) $(LDFLAGS) -o $@ $< $(wildcard tests/teeth/*.c) $(BUILD)/libfqbench.a $(LIBS) -lcmocka

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(WARN) $(CFLAGS) $(call isa_flags,$<) $(DEFS) -c -o $@ $<

$(BUILD)/%.cu.o: %.cu
	@mkdir -p $(@D)
	$(NVCC) $(NVCC_BASE) $(NVCCFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@ $<

# The commit is baked into one object, rebuilt when it changes.
$(BUILD)/harness/host.o: DEFS = -DFQ_COMMIT='"$(VERSION)"' -DFQ_CFLAGS='"$(CFLAGS)"' -DFQ_CC='"$(CC)"'
$(BUILD)/harness/host.o: $(BUILD)/version
$(BUILD)/version: FORCE
	@mkdir -p $(@D) && echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@
FORCE:

sanitize: ## the test suite under ASan and UBSan, and with the reference kernels
	$(MAKE) BUILD=build/asan CFLAGS='-O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer' all tests
	tools/run-tests.sh build/asan
	FQ_ISA=ref tools/run-tests.sh $(BUILD)

fuzz: ## fuzz every reader of foreign files, SECONDS=600 each (clang, libFuzzer, ASan, UBSan)
	@LIBS='$(LIBS)' JOBS=$(JOBS) tools/fuzz.sh $(or $(SECONDS),600) $(FUZZ)

fuzz-smoke: ## the same, 20 s each; installs clang where it can, else says SKIP
	@tools/deps.sh clang libclang-rt-14-dev libomp-dev || true
	@LIBS='$(LIBS)' JOBS=$(JOBS) tools/fuzz.sh $(or $(SECONDS),20) $(FUZZ)

lint: ## include arrow, cppcheck, clang-tidy, formatting
	tools/lint.sh

format: ## clang-format every source in place
	clang-format -i $(wildcard */*.[ch] tests/*/*.[ch])

model-smollm2: ## fetch SmolLM2-135M-Instruct (GGUF, 4-bit) into cache/
	@tools/fetch-smollm2.sh

clean: ## remove build/
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(BUILD)/scenarios/main.d $(TBIN:=.d)
