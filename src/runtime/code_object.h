/* code_object.h: a compiled module: its description, its machine code, and what makes
 * instantiating it cheap. Shared and counted; everything but `lock`ed fields is constant after
 * hs_code_object_prepare.
 *
 * How machine code is made is the engine's business: `compile` and `locate` are set by it. */
#ifndef HS_RUNTIME_CODE_OBJECT_H
#define HS_RUNTIME_CODE_OBJECT_H

#include "runtime/handlers.h"
#include "runtime/memory.h"

/* a compiled function in the range, in order of place */
struct placed {
    uint32_t place, size;
    uint32_t func; /* function index */
};

struct code_object {
    _Atomic uint32_t refs;
    struct runtime *rt;
    struct module *module;
    struct hs_vmlayout layout;
    uint32_t *type_ids; /* layout.type_ids */
    struct hs_code_memory memory;
    struct hs_code_range range;
    int ticket;           /* with the fault handler */
    pthread_mutex_t lock; /* placed, memory, parked, image */
    HS_VEC(struct placed) placed;
    struct hs_handlers *_Atomic handlers; /* of try_tables; NULL: none so far */
    /* Compiles defined function number n, publishes it and gives its address; thread-safe. */
    enum status (*compile)(struct code_object *c, uint32_t n, void **out_code, struct error *error);
    /* Offset in the module of the instruction at an offset in a placed function. */
    uint32_t (*locate)(struct code_object *c, uint32_t func, uint32_t code_offset,
                       bool is_return_address);
    void (*destroy)(struct code_object *c);
    struct code_object *next, *prev; /* of the process: pc -> code object */
    /* Instantiation */
    bool prepared;
    struct mem_image *image; /* contents of memory 0, or NULL */
    bool data_in_image;      /* active segments of memory 0 are in the image: not copied again */
    bool globals_constant;   /* every own global has a constant initializer: `globals` is it */
    uint8_t *globals;        /* 16 bytes per global, imports too */
    bool recyclable;         /* instances may be parked */
    /* Cleaned instances: each thread first looks for one where it left its last, without the
     * lock. */
    struct parking_place {
        struct instance *_Atomic instance;
        char own_cache_line[56];
    } places[4];
    struct instance *parked; /* the others */
    uint32_t nparked;
    void *host_data; /* of the API */
};

/* registers it for hs_code_find; module, layout, memory are set */
void hs_code_object_init(struct code_object *c);
void hs_code_object_deinit(struct code_object *c);
void hs_code_object_forget_parked(struct code_object *c); /* frees the parked instances */
static inline void hs_code_ref(struct code_object *c)
{
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
}
void hs_code_unref(struct code_object *c);

/* For fork: the list of code objects and the lock of each. */
void hs_code_lock_all(void);
void hs_code_unlock_all(void);

/* The code object and placed function a machine address lies in; false if in none. Takes a
 * process-wide lock. */
bool hs_code_find(uintptr_t pc, struct code_object **out_code, uint32_t *out_func,
                  uint32_t *out_offset);

#endif
