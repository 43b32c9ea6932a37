/* wasi_config_preopen_dir, one name that has had three meanings:
 *
 *   Wasmtime up to 26   (config, host_path, guest_path)                          everything is allowed
 *   27 to 47            (config, host_path, guest_path, dir_perms, file_perms)   masks of READ 1 and WRITE 2
 *   from 48             (config, host_path, guest_path, fs_mutable)              one bool
 *
 * A library cannot see which of them a program was compiled with, so there are two libraries,
 * made of the same objects but this one: libhospes and libwasmtime follow 48, libwasmtime-46
 * (HOSPES_PREOPEN_MASKS) takes the masks. See docs/compatibility.md.
 *
 * The first must stand whatever a caller of the older kinds left in the register: no value makes
 * it fail, and only the low byte counts, for a caller of 48 defines no more than that. It must
 * therefore not be compiled as a function with a bool, of which compilers believe that it is 0
 * or 1: <wasi.h> is not included, and the prototype is our own. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wasi_config_t;

enum { PERM_READ = 1, PERM_WRITE = 2 }; /* HOSPES_WASI_READ, HOSPES_WASI_WRITE */

__attribute__((visibility("default"))) bool
hospes_wasi_config_preopen_dir(struct wasi_config_t *config, const char *host_path,
                               const char *guest_path, uint32_t dir_perms, uint32_t file_perms);

#ifdef HOSPES_PREOPEN_MASKS

__attribute__((visibility("default"))) bool
wasi_config_preopen_dir(struct wasi_config_t *config, const char *host_path, const char *guest_path,
                        size_t dir_perms, size_t file_perms);

bool wasi_config_preopen_dir(struct wasi_config_t *config, const char *host_path,
                             const char *guest_path, size_t dir_perms, size_t file_perms)
{
    if (dir_perms > UINT32_MAX || file_perms > UINT32_MAX) /* bits that no permission has */
        return false;
    return hospes_wasi_config_preopen_dir(config, host_path, guest_path, (uint32_t)dir_perms,
                                          (uint32_t)file_perms);
}

#else

__attribute__((visibility("default"))) bool wasi_config_preopen_dir(struct wasi_config_t *config,
                                                                    const char *host_path,
                                                                    const char *guest_path,
                                                                    uintptr_t fs_mutable);

bool wasi_config_preopen_dir(struct wasi_config_t *config, const char *host_path,
                             const char *guest_path, uintptr_t fs_mutable)
{
    uint32_t perms = PERM_READ | (fs_mutable & 0xff ? PERM_WRITE : 0);
    return hospes_wasi_config_preopen_dir(config, host_path, guest_path, perms, perms);
}

#endif
