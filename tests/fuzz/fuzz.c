/* The libFuzzer program of one target: -DFQ_FUZZ_NAME='"gguf"'. `make fuzz` and `make fuzz-smoke` build and run it. */
#include "tests/fuzz/targets.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static fuzz_room room;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    fuzz_room_open(&room);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    (void)fq_fail(FQ_OK, "%s", "");
    if (!fuzz_one(FQ_FUZZ_NAME, &room, data, bytes)) abort();
    return 0;
}
