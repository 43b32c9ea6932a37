/* From the host's errno to WASI's. What has no counterpart becomes EIO: an error, never success. */
#include "wasi/wasi_ctx.h"

#include <errno.h>

uint32_t hs_wasi_errno(int host)
{
    switch (host) {
    case 0: return WASI_SUCCESS;
#define ERRNO(name, host_name)                                                                     \
    case host_name: return WASI_E##name;
#include "wasi/wasi_errno.def"
    default: return WASI_EIO;
    }
}
