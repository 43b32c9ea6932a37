/* What the host grants: wasi.h and hospes_wasi_config_preopen_dir.
 *
 * The one idea: a setter opens and checks at once, so that a mistake is reported where it is
 * made; the store only takes over what lies here ready. Nothing is granted by default. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

wasi_config_t *wasi_config_new(void)
{
    return calloc(1, sizeof(wasi_config_t));
}

void wasi_config_delete(wasi_config_t *config)
{
    if (!config)
        return;
    hs_wasi_strings_deinit(&config->args);
    hs_wasi_strings_deinit(&config->env);
    for (int i = 0; i < 3; i++)
        hs_wasi_desc_unref(config->stdio[i]);
    for (size_t i = 0; i < config->dir_count; i++)
        hs_wasi_desc_unref(config->dirs[i]);
    free(config->dirs);
    free(config);
}

/* Preview 1 has no function that opens a socket or asks for a name: both are remembered for
 * nobody. */
void wasi_config_inherit_network(wasi_config_t *config)
{
    config->inherit_network = true;
}

void wasi_config_allow_ip_name_lookup(wasi_config_t *config, bool enable)
{
    (void)config;
    (void)enable;
}

bool wasi_config_set_argv(wasi_config_t *config, size_t argc, const char **argv)
{
    const struct hs_wasi_strings before = config->args;
    for (size_t i = 0; i < argc; i++) {
        size_t size = strlen(argv[i]);
        if (!hs_wasi_utf8_valid(argv[i], size) ||
            !hs_wasi_strings_add(&config->args, argv[i], size)) {
            config->args.size = before.size;
            config->args.count = before.count;
            return false;
        }
    }
    return true;
}

/* Adds a string of the host's own; bytes that are no UTF-8 become question marks, since the
 * place in the list matters. */
static bool add_host_string(struct hs_wasi_strings *list, const char *bytes, size_t size)
{
    size_t start = list->size;
    if (!hs_wasi_strings_add(list, bytes, size))
        return false;
    if (!hs_wasi_utf8_valid(bytes, size))
        for (char *p = list->bytes + start; *p; p++)
            if ((unsigned char)*p >= 0x80)
                *p = '?';
    return true;
}

void wasi_config_inherit_argv(wasi_config_t *config)
{
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    char *text = NULL;
    size_t size = 0, capacity = 0;
    for (;;) {
        if (size == capacity) {
            size_t more = capacity ? capacity * 2 : 4096;
            char *grown = realloc(text, more);
            if (!grown) {
                config->failed = true;
                break;
            }
            text = grown;
            capacity = more;
        }
        ssize_t n = read(fd, text + size, capacity - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size += (size_t)n;
    }
    close(fd);
    for (size_t i = 0; i < size;) {
        size_t len = strnlen(text + i, size - i);
        if (!add_host_string(&config->args, text + i, len))
            config->failed = true;
        i += len + 1;
    }
    free(text);
}

bool wasi_config_set_env(wasi_config_t *config, size_t envc, const char **names,
                         const char **values)
{
    const struct hs_wasi_strings before = config->env;
    for (size_t i = 0; i < envc; i++) {
        size_t name = strlen(names[i]), value = strlen(values[i]);
        char *line = malloc(name + value + 2);
        bool ok =
            line && hs_wasi_utf8_valid(names[i], name) && hs_wasi_utf8_valid(values[i], value);
        if (ok) {
            memcpy(line, names[i], name);
            line[name] = '=';
            memcpy(line + name + 1, values[i], value + 1);
            ok = hs_wasi_strings_add(&config->env, line, name + value + 1);
        }
        free(line);
        if (!ok) {
            config->env.size = before.size;
            config->env.count = before.count;
            return false;
        }
    }
    return true;
}

void wasi_config_inherit_env(wasi_config_t *config)
{
    for (char **line = environ; line && *line; line++)
        if (!add_host_string(&config->env, *line, strlen(*line)))
            config->failed = true;
}

/* A standard descriptor on a descriptor of the host. */
static struct hs_wasi_desc *host_stream(int host_fd, bool owns_fd, bool input)
{
    struct stat st;
    if (fstat(host_fd, &st) != 0)
        return NULL;
    struct hs_wasi_desc *desc = hs_wasi_desc_new(HS_WASI_HOST, host_fd, owns_fd);
    if (!desc)
        return NULL;
    desc->filetype = (uint8_t)hs_wasi_filetype(&st, host_fd);
    /* Guests take a character device without position for a terminal. */
    if (desc->filetype == WASI_FT_CHARACTER_DEVICE && !isatty(host_fd))
        desc->filetype = WASI_FT_UNKNOWN;
    desc->stream = true;
    desc->blocks = !S_ISREG(st.st_mode);
    desc->pipe = S_ISFIFO(st.st_mode);
    desc->readable = input;
    desc->writable = !input;
    desc->file_perms = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    desc->base = RIGHTS_STREAM;
    if (S_ISSOCK(st.st_mode)) { /* a socket goes both ways */
        desc->readable = desc->writable = true;
        desc->base = RIGHTS_SOCKET;
    } else {
        desc->base &= ~(input ? R_FD_WRITE : R_FD_READ);
    }
    return desc;
}

static void set_stdio(wasi_config_t *config, int number, struct hs_wasi_desc *desc)
{
    hs_wasi_desc_unref(config->stdio[number]);
    config->stdio[number] = desc;
}

static void inherit_stdio(wasi_config_t *config, int number)
{
    struct hs_wasi_desc *desc = host_stream(number, false, number == 0);
    if (!desc && errno == ENOMEM)
        config->failed = true;
    set_stdio(config, number,
              desc); /* a process without that descriptor has nothing to inherit: the default */
}

void wasi_config_inherit_stdin(wasi_config_t *config)
{
    inherit_stdio(config, 0);
}

void wasi_config_inherit_stdout(wasi_config_t *config)
{
    inherit_stdio(config, 1);
}

void wasi_config_inherit_stderr(wasi_config_t *config)
{
    inherit_stdio(config, 2);
}

static bool stdio_file(wasi_config_t *config, int number, const char *path)
{
    if (!path || !hs_wasi_utf8_valid(path, strlen(path)))
        return false;
    int fd = open(
        path, O_CLOEXEC | O_NOCTTY | (number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC), 0666);
    if (fd < 0)
        return false;
    struct hs_wasi_desc *desc = host_stream(fd, true, number == 0);
    if (!desc) {
        close(fd);
        return false;
    }
    if (desc->filetype == WASI_FT_DIRECTORY) {
        hs_wasi_desc_unref(desc);
        return false;
    }
    set_stdio(config, number, desc);
    return true;
}

bool wasi_config_set_stdin_file(wasi_config_t *config, const char *path)
{
    return stdio_file(config, 0, path);
}

bool wasi_config_set_stdout_file(wasi_config_t *config, const char *path)
{
    return stdio_file(config, 1, path);
}

bool wasi_config_set_stderr_file(wasi_config_t *config, const char *path)
{
    return stdio_file(config, 2, path);
}

static struct hs_wasi_desc *own_stream(enum hs_wasi_kind kind)
{
    struct hs_wasi_desc *desc = hs_wasi_desc_new(kind, -1, false);
    if (!desc)
        return NULL;
    desc->stream = true;
    desc->readable = kind == HS_WASI_BYTES;
    desc->writable = !desc->readable;
    desc->file_perms = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    desc->base = RIGHTS_STREAM & ~(desc->readable ? R_FD_WRITE : R_FD_READ);
    return desc;
}

void wasi_config_set_stdin_bytes(wasi_config_t *config, wasm_byte_vec_t *binary)
{
    /* The vector's memory belongs to the allocator of wasm.h: copy it, then give it back there. */
    struct hs_wasi_desc *desc = own_stream(HS_WASI_BYTES);
    if (desc && binary->size) {
        desc->bytes = malloc(binary->size);
        if (desc->bytes) {
            memcpy(desc->bytes, binary->data, binary->size);
            desc->bytes_size = binary->size;
        } else {
            hs_wasi_desc_unref(desc);
            desc = NULL;
        }
    }
    wasm_byte_vec_delete(binary);
    if (!desc)
        config->failed = true;
    set_stdio(config, 0, desc);
}

static void stdio_custom(wasi_config_t *config, int number,
                         ptrdiff_t (*callback)(void *, const unsigned char *, size_t), void *data,
                         void (*finalizer)(void *))
{
    struct hs_wasi_desc *desc = own_stream(HS_WASI_CALLBACK);
    if (!desc) {
        config->failed = true;
        if (finalizer)
            finalizer(data);
        return;
    }
    desc->callback = callback;
    desc->callback_data = data;
    desc->finalizer = finalizer;
    set_stdio(config, number, desc);
}

void wasi_config_set_stdout_custom(wasi_config_t *config,
                                   ptrdiff_t (*callback)(void *, const unsigned char *, size_t),
                                   void *data, void (*finalizer)(void *))
{
    stdio_custom(config, 1, callback, data, finalizer);
}

void wasi_config_set_stderr_custom(wasi_config_t *config,
                                   ptrdiff_t (*callback)(void *, const unsigned char *, size_t),
                                   void *data, void (*finalizer)(void *))
{
    stdio_custom(config, 2, callback, data, finalizer);
}

bool hospes_wasi_config_preopen_dir(wasi_config_t *config, const char *host_path,
                                    const char *guest_path, uint32_t dir_perms, uint32_t file_perms)
{
    const uint32_t known = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    size_t guest_len = strlen(guest_path);
    if ((dir_perms | file_perms) & ~known || !hs_wasi_utf8_valid(host_path, strlen(host_path)) ||
        !hs_wasi_utf8_valid(guest_path, guest_len))
        return false;
    struct hs_wasi_desc **grown = realloc(config->dirs, (config->dir_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    config->dirs = grown;
    int fd = open(host_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct hs_wasi_desc *desc = hs_wasi_desc_new(HS_WASI_DIR, fd, true);
    char *name = strdup(guest_path);
    if (!desc || !name) {
        free(name);
        if (desc)
            hs_wasi_desc_unref(desc);
        else
            close(fd);
        return false;
    }
    desc->filetype = WASI_FT_DIRECTORY;
    desc->dir_perms = dir_perms;
    desc->file_perms = file_perms;
    /* Rights are what the guest has kept, and it has dropped nothing yet; permissions refuse
     * what is not granted. C libraries mask what they ask for with these rights: were writing
     * missing here, opening for writing would seem to succeed. */
    desc->base = RIGHTS_DIR;
    desc->inheriting = RIGHTS_DIR | RIGHTS_FILE;
    desc->preopen_name = name;
    desc->preopen_len = guest_len;
    config->dirs[config->dir_count++] = desc;
    return true;
}
