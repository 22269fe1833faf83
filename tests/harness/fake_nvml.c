/* Stands in for the driver's management library in test_telemetry.c, which compiles it: one device at 0000:1b:00.0
 * whose clock, temperature and energy move by a known step at each question. */
#include <string.h>

int nvmlInit_v2(void);
int nvmlShutdown(void);
int nvmlSystemGetDriverVersion(char *text, unsigned bytes);
int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **device);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device);
int nvmlDeviceGetClockInfo(void *device, int which, unsigned *mhz);
int nvmlDeviceGetTemperature(void *device, int which, unsigned *celsius);
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts);
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules);
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long info[3]);

static int started, device;
static unsigned asked;

int nvmlInit_v2(void) {
    started = 1;
    return 0;
}
int nvmlShutdown(void) {
    started = 0;
    return 0;
}
int nvmlSystemGetDriverVersion(char *text, unsigned bytes) {
    strncpy(text, "580.1", bytes);
    return 0;
}
int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **out) {
    *out = &device;
    return started && strcmp(bus, "0000:1b:00.0") == 0 ? 0 : 6;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **out) {
    *out = &device;
    return started && index == 0 ? 0 : 6;
}
int nvmlDeviceGetClockInfo(void *d, int which, unsigned *mhz) {
    *mhz = 1500 + 10 * ++asked;
    return d == &device && which == 1 ? 0 : 2;
}
int nvmlDeviceGetTemperature(void *d, int which, unsigned *celsius) {
    *celsius = 40 + asked;
    return d == &device && which == 0 ? 0 : 2;
}
int nvmlDeviceGetPowerUsage(void *d, unsigned *milliwatts) {
    (void)d;
    (void)milliwatts;
    return 3; /* not supported: this part is missing then */
}
int nvmlDeviceGetTotalEnergyConsumption(void *d, unsigned long long *millijoules) {
    *millijoules = 5000000000000ull + 2500ull * asked;
    return d == &device ? 0 : 2;
}
int nvmlDeviceGetMemoryInfo(void *d, unsigned long long info[3]) {
    info[0] = 100;
    info[1] = 58;
    info[2] = 42;
    return d == &device ? 0 : 2;
}
