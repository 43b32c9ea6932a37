/* What the path_ functions share. */
#ifndef HS_WASI_PATH_OPS_H
#define HS_WASI_PATH_OPS_H

#include "wasi/wasi_ctx.h"

/* Copies a path out of the guest's memory and checks the copy: EFAULT outside the memory,
 * ENAMETOOLONG, EINVAL with a NUL inside, EILSEQ when it is no UTF-8. The caller frees
 * *out_path. */
uint32_t hs_wasi_path_copy(const struct hs_guest_mem *mem, uint32_t ptr, uint32_t len,
                           char **out_path);

#endif
