/* Read-only views of whole files. Checkpoints are larger than what should be copied, so tensors stay where they lie in
 * the file and pages come in when they are first read. */
#include "models/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

fq_status fq_mapping_open(const char *path, fq_mapping *out) {
    memset(out, 0, sizeof *out);
    /* O_NONBLOCK: a FIFO given by mistake must be refused, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fq_fail(FQ_ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    struct stat st;
    fq_status s = FQ_OK;
    if (fstat(fd, &st) != 0) {
        s = fq_fail(FQ_ERR_INPUT, "%s: cannot stat: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        s = fq_fail(FQ_ERR_INPUT, "%s: not a regular file", path);
    } else if (st.st_size == 0) {
        s = fq_fail(FQ_ERR_INPUT, "%s: the file is empty", path);
    } else {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            s = fq_fail(FQ_ERR_INPUT, "%s: cannot map %lld bytes: %s", path, (long long)st.st_size, strerror(errno));
        } else {
            out->data = p;
            out->bytes = (size_t)st.st_size;
        }
    }
    close(fd);
    return s;
}

void fq_mapping_close(fq_mapping *m) {
    if (m->data != NULL) munmap((void *)m->data, m->bytes);
    memset(m, 0, sizeof *m);
}
