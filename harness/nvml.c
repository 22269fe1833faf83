/* The few functions of NVML that readings need, found by name. Their types are NVIDIA's published interface (nvml.h,
 * CUDA 11 and later); declared here, because the header is not everywhere and the interface does not change. */
#include "harness/nvml.h"

#include <dlfcn.h>
#include <math.h>
#include <string.h>

enum { CLOCK_SM = 1, TEMPERATURE_GPU = 0 };

typedef struct memory_info {
    unsigned long long total, free, used;
} memory_info;

struct fq_nvml {
    void *library, *device;
    int (*shut_down)(void);
    int (*clock)(void *device, int which, unsigned *mhz);
    int (*temperature)(void *device, int which, unsigned *celsius);
    int (*power)(void *device, unsigned *milliwatts);
    int (*energy)(void *device, unsigned long long *millijoules);
    int (*memory)(void *device, memory_info *info);
    char driver[96];
};

/* ISO C has no conversion from an object pointer to a function pointer; POSIX promises that the bytes are the same. */
static int find(const fq_nvml *n, const char *name, void *function) {
    void *symbol = dlsym(n->library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void close_library(void *what) {
    fq_nvml *n = what;
    if (n->shut_down != NULL) (void)n->shut_down();
    dlclose(n->library);
}

static fq_status find_device(fq_nvml *n, const char *bus) {
    int (*start)(void) = NULL;
    int (*by_bus)(const char *, void **) = NULL;
    int (*by_index)(unsigned, void **) = NULL;
    int (*driver)(char *, unsigned) = NULL;
    const int by_address = bus != NULL && bus[0] != '\0';
    int code;
    if (!find(n, "nvmlInit_v2", &start)) return fq_fail(FQ_ERR_SKIPPED, "NVML: no nvmlInit_v2");
    if ((code = start()) != 0) return fq_fail(FQ_ERR_SKIPPED, "NVML: nvmlInit_v2: error %d", code);
    (void)find(n, "nvmlShutdown", &n->shut_down);
    if (by_address && find(n, "nvmlDeviceGetHandleByPciBusId_v2", &by_bus))
        code = by_bus(bus, &n->device);
    else if (!by_address && find(n, "nvmlDeviceGetHandleByIndex_v2", &by_index))
        code = by_index(0, &n->device);
    else
        return fq_fail(FQ_ERR_SKIPPED, "NVML: no function that finds a device");
    if (code != 0) return fq_fail(FQ_ERR_SKIPPED, "NVML: device %s: error %d", by_address ? bus : "0", code);
    if (!find(n, "nvmlSystemGetDriverVersion", &driver) || driver(n->driver, sizeof n->driver) != 0)
        n->driver[0] = '\0';
    return FQ_OK;
}

fq_status fq_nvml_open(const char *library, const char *bus, fq_arena *arena, fq_nvml **out) {
    *out = NULL;
    fq_nvml *n = FQ_NEW(arena, fq_nvml, 1);
    if (n == NULL) return FQ_ERR_MEMORY;
    n->library = dlopen(library != NULL ? library : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (n->library == NULL) return fq_fail(FQ_ERR_SKIPPED, "NVML: %s", dlerror());
    fq_status s = find_device(n, bus);
    if (s == FQ_OK) s = fq_arena_defer(arena, close_library, n);
    if (s != FQ_OK) {
        close_library(n);
        return s;
    }
    (void)find(n, "nvmlDeviceGetClockInfo", &n->clock);
    (void)find(n, "nvmlDeviceGetTemperature", &n->temperature);
    (void)find(n, "nvmlDeviceGetPowerUsage", &n->power);
    (void)find(n, "nvmlDeviceGetTotalEnergyConsumption", &n->energy);
    (void)find(n, "nvmlDeviceGetMemoryInfo", &n->memory);
    *out = n;
    return FQ_OK;
}

fq_nvml_reading fq_nvml_read(const fq_nvml *n) {
    fq_nvml_reading r = {NAN, NAN, NAN, NAN, NAN};
    unsigned x;
    unsigned long long mj;
    memory_info memory;
    if (n == NULL) return r;
    if (n->clock != NULL && n->clock(n->device, CLOCK_SM, &x) == 0) r.mhz = x;
    if (n->temperature != NULL && n->temperature(n->device, TEMPERATURE_GPU, &x) == 0) r.celsius = x;
    if (n->power != NULL && n->power(n->device, &x) == 0) r.watts = x * 1e-3;
    if (n->energy != NULL && n->energy(n->device, &mj) == 0) r.joules = (double)mj * 1e-3;
    if (n->memory != NULL && n->memory(n->device, &memory) == 0) r.used_bytes = (double)memory.used;
    return r;
}

const char *fq_nvml_driver(const fq_nvml *n) {
    return n != NULL ? n->driver : "";
}
