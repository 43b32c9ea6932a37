/* The two modules of host functions, wasi_snapshot_preview1 and wasi_unstable, and the
 * dispatcher in front of them.
 *
 * The one idea: wasi_p1.def says for every function what its descriptors must be, and one
 * function checks it. No function of the table runs before its descriptors exist, are of the
 * right sort, may be used this way and have the rights, so none can forget to ask. */
#include "wasi/wasi_ctx.h"

#include <string.h>
#include <wasmtime/linker.h>
#include <wasmtime/trap.h>

/* The list's own words; FILE and DIR are taken by the C library. */
enum sort { NONE, ANY, FILE_, DIR_, SOCK };
enum perm { NO = 0, READ = HOSPES_WASI_READ, WRITE = HOSPES_WASI_WRITE };
#define NOFD (-1)
#define FILE FILE_
#define DIR  DIR_

struct row {
    const char *name, *params, *result;
    int8_t fd, fd2;
    uint8_t sort, perm, since;
    uint64_t rights, rights2;
    uint32_t (*run)(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg);
};

static const struct row rows[] = {
#define WASI(name_, params_, result_, fd_, sort_, rights_, fd2_, rights2_, perm_, since_)          \
    {#name_, params_, result_, fd_, fd2_, sort_, perm_, since_, rights_, rights2_, hs_wasi_##name_},
#include "wasi/wasi_p1.def"
};

/* The sort first, then how it was opened, then rights, then permissions: the errno that fits
 * best wins. */
static uint32_t check_desc(const struct hs_wasi_desc *desc, const struct row *row, uint64_t rights)
{
    const bool is_dir = desc->kind == HS_WASI_DIR;
    if (row->sort == DIR && !is_dir)
        return WASI_ENOTDIR;
    if (row->sort == FILE && is_dir)
        return WASI_EBADF;
    if (row->sort == SOCK && desc->filetype != WASI_FT_SOCKET_STREAM &&
        desc->filetype != WASI_FT_SOCKET_DGRAM)
        return WASI_ENOTSOCK;
    if ((rights & R_FD_READ && !desc->readable) || (rights & R_FD_WRITE && !desc->writable))
        return WASI_EBADF;
    /* The right to seek includes the right to tell. */
    const uint64_t have = desc->base | (desc->base & R_FD_SEEK ? R_FD_TELL : 0);
    if (rights & ~have)
        return rights & (R_FD_SEEK | R_FD_TELL) && (desc->stream || desc->blocks)
                   ? WASI_ESPIPE
                   : WASI_ENOTCAPABLE;
    if (row->perm & ~(is_dir ? desc->dir_perms : desc->file_perms))
        return WASI_EPERM;
    return WASI_SUCCESS;
}

static uint32_t find_desc(const struct hs_wasi_call *call, const struct row *row,
                          const wasmtime_val_raw_t *arg, int at, uint64_t rights,
                          struct hs_wasi_desc **out_desc)
{
    if (at < 0)
        return WASI_SUCCESS;
    struct hs_wasi_desc *desc = hs_wasi_fd_get(call->ctx, (uint32_t)arg[at].i32);
    if (!desc)
        return WASI_EBADF;
    uint32_t err = check_desc(desc, row, rights);
    if (err)
        return err;
    desc->refs++;
    *out_desc = desc;
    return WASI_SUCCESS;
}

static wasm_trap_t *dispatch(const struct row *row, wasmtime_caller_t *caller,
                             wasmtime_val_raw_t *arg, bool unstable)
{
    struct hs_wasi_call call = {
        .caller = caller,
        .context = wasmtime_caller_context(caller),
        .unstable = unstable,
    };
    call.ctx = hospes_store_slot_get(call.context, hs_wasi_slot());
    if (!call.ctx) {
        static const char text[] = "wasi context must be populated";
        return wasmtime_trap_new(text, sizeof text - 1);
    }
    if (!hospes_caller_memory(caller, &call.mem.base, &call.mem.size))
        call.mem = (struct hs_guest_mem){0};
    hs_wasi_ctx_ref(call.ctx);
    uint32_t err = find_desc(&call, row, arg, row->fd, row->rights, &call.fd);
    if (!err)
        err = find_desc(&call, row, arg, row->fd2, row->rights2, &call.fd2);
    if (!err)
        err = row->run(&call, arg);
    hs_wasi_desc_unref(call.fd);
    hs_wasi_desc_unref(call.fd2);
    hs_wasi_ctx_unref(call.ctx);
    if (row->result[0])
        arg[0].i32 = (int32_t)err;
    return call.trap;
}

static wasm_trap_t *call_preview1(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *args,
                                  size_t count)
{
    (void)count;
    return dispatch(env, caller, args, false);
}

static wasm_trap_t *call_unstable(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *args,
                                  size_t count)
{
    (void)count;
    return dispatch(env, caller, args, true);
}

static bool valtypes(const char *letters, wasm_valtype_vec_t *out)
{
    wasm_valtype_t *types[16] = {NULL};
    size_t n = strlen(letters);
    for (size_t i = 0; i < n; i++) {
        types[i] = wasm_valtype_new(letters[i] == 'I' ? WASM_I64 : WASM_I32);
        if (!types[i]) {
            while (i)
                wasm_valtype_delete(types[--i]);
            return false;
        }
    }
    wasm_valtype_vec_new(out, n, types);
    return n == 0 || out->data;
}

static wasm_functype_t *functype(const struct row *row)
{
    wasm_valtype_vec_t params, results;
    if (!valtypes(row->params, &params))
        return NULL;
    if (!valtypes(row->result, &results)) {
        wasm_valtype_vec_delete(&params);
        return NULL;
    }
    return wasm_functype_new(&params, &results);
}

static wasmtime_error_t *define(wasmtime_linker_t *linker, const struct row *row, bool unstable)
{
    static const char preview1[] = "wasi_snapshot_preview1", unstable_name[] = "wasi_unstable";
    wasm_functype_t *type = functype(row);
    if (!type)
        return wasmtime_error_new("out of memory while defining WASI");
    wasmtime_error_t *error = wasmtime_linker_define_func_unchecked(
        linker, unstable ? unstable_name : preview1,
        unstable ? sizeof unstable_name - 1 : sizeof preview1 - 1, row->name, strlen(row->name),
        type, unstable ? call_unstable : call_preview1, (void *)(uintptr_t)row, NULL);
    wasm_functype_delete(type);
    return error;
}

wasmtime_error_t *wasmtime_linker_define_wasi(wasmtime_linker_t *linker)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wasmtime_error_t *error = define(linker, &rows[i], false);
        if (!error && rows[i].since == 0)
            error = define(linker, &rows[i], true);
        if (error)
            return error;
    }
    return NULL;
}
