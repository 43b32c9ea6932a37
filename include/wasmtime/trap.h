/**
 * @file wasmtime/trap.h
 *
 * Traps: why a guest was stopped, and where.
 *
 * A trap carries either a code, when a rule of the language was broken or a
 * limit reached, or the message of a host function that gave up. Only traps
 * with a code come back through the `trap` parameters of the functions that
 * call a guest; a trap with a message comes back as an error. The texts of
 * the codes are those of the specification's test suite.
 *
 * The general part (deletion, message, frames) is in `wasm.h`. Traps belong to
 * no store and may move between threads.
 *
 * Specification: https://webassembly.github.io/spec/core/intro/overview.html#trap
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TRAP_H
#define WASMTIME_TRAP_H

#include <wasm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why a guest trapped: one of the constants below. */
typedef uint8_t wasmtime_trap_code_t;

enum wasmtime_trap_code_enum {
    /** The stack is full. */
    WASMTIME_TRAP_CODE_STACK_OVERFLOW = 0,
    /** An access outside a memory. */
    WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS = 1,
    /** An atomic access at an unaligned address. */
    WASMTIME_TRAP_CODE_HEAP_MISALIGNED = 2,
    /** An access outside a table. */
    WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS = 3,
    /** A call through a null element. */
    WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL = 4,
    /** A call through an element of another type. */
    WASMTIME_TRAP_CODE_BAD_SIGNATURE = 5,
    /** A quotient that does not fit. */
    WASMTIME_TRAP_CODE_INTEGER_OVERFLOW = 6,
    /** A division by zero. */
    WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO = 7,
    /** A float without an integer value in range. */
    WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER = 8,
    /** `unreachable` was executed. */
    WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED = 9,
    /** The host asked to stop (epoch deadline). */
    WASMTIME_TRAP_CODE_INTERRUPT = 10,
    /** The fuel is used up. */
    WASMTIME_TRAP_CODE_OUT_OF_FUEL = 11,
    /** Waiting on a memory that is not shared. */
    WASMTIME_TRAP_CODE_ATOMIC_WAIT_NON_SHARED_MEMORY = 12,
    /** A null reference where an object is needed. */
    WASMTIME_TRAP_CODE_NULL_REFERENCE = 13,
    /** An access outside an array. */
    WASMTIME_TRAP_CODE_ARRAY_OUT_OF_BOUNDS = 14,
    /** An object too large to allocate. */
    WASMTIME_TRAP_CODE_ALLOCATION_TOO_LARGE = 15,
    /** A cast to a type the object does not have. */
    WASMTIME_TRAP_CODE_CAST_FAILURE = 16,
    /** Component: it may not be entered now. */
    WASMTIME_TRAP_CODE_CANNOT_ENTER_COMPONENT = 17,
    /** Component: an async export gave no result. */
    WASMTIME_TRAP_CODE_NO_ASYNC_RESULT = 18,
    /** A suspension that nobody handles. */
    WASMTIME_TRAP_CODE_UNHANDLED_TAG = 19,
    /** A continuation was resumed twice. */
    WASMTIME_TRAP_CODE_CONTINUATION_ALREADY_CONSUMED = 20,
    /** An instruction that was left out of this build. */
    WASMTIME_TRAP_CODE_DISABLED_OPCODE = 21,
    /** Async: nothing can make progress any more. */
    WASMTIME_TRAP_CODE_ASYNC_DEADLOCK = 22,
    /** Component: it may not be left now. */
    WASMTIME_TRAP_CODE_CANNOT_LEAVE_COMPONENT = 23,
    /** Component: a synchronous task may not block. */
    WASMTIME_TRAP_CODE_CANNOT_BLOCK_SYNC_TASK = 24,
    /** Component: not a character. */
    WASMTIME_TRAP_CODE_INVALID_CHAR = 25,
    /** Component: a string was not encoded to its end. */
    WASMTIME_TRAP_CODE_DEBUG_ASSERT_STRING_ENCODING_FINISHED = 26,
    /** Component: code units differ. */
    WASMTIME_TRAP_CODE_DEBUG_ASSERT_EQUAL_CODE_UNITS = 27,
    /** Component: a pointer should be aligned. */
    WASMTIME_TRAP_CODE_DEBUG_ASSERT_POINTER_ALIGNED = 28,
    /** Component: upper bits should be zero. */
    WASMTIME_TRAP_CODE_DEBUG_ASSERT_UPPER_BITS_UNSET = 29,
    /** Component: a string outside the memory. */
    WASMTIME_TRAP_CODE_STRING_OUT_OF_BOUNDS = 30,
    /** Component: a list outside the memory. */
    WASMTIME_TRAP_CODE_LIST_OUT_OF_BOUNDS = 31,
    /** Component: no such case of a variant. */
    WASMTIME_TRAP_CODE_INVALID_DISCRIMINANT = 32,
    /** Component: an unaligned pointer. */
    WASMTIME_TRAP_CODE_UNALIGNED_POINTER = 33,
    /** Component: `task.cancel` without a cancellation. */
    WASMTIME_TRAP_CODE_TASK_CANCEL_NOT_CANCELLED = 34,
    /** Component: a task that returned twice. */
    WASMTIME_TRAP_CODE_TASK_CANCEL_OR_RETURN_TWICE = 35,
    /** Component: cancelling a finished subtask. */
    WASMTIME_TRAP_CODE_SUBTASK_CANCEL_AFTER_TERMINAL = 36,
    /** Component: `task.return` of another type. */
    WASMTIME_TRAP_CODE_TASK_RETURN_INVALID = 37,
    /** Component: a waitable set that is waited on. */
    WASMTIME_TRAP_CODE_WAITABLE_SET_DROP_HAS_WAITERS = 38,
    /** Component: a subtask that is not done. */
    WASMTIME_TRAP_CODE_SUBTASK_DROP_NOT_RESOLVED = 39,
    /** Component: a start function of another type. */
    WASMTIME_TRAP_CODE_THREAD_NEW_INDIRECT_INVALID_TYPE = 40,
    /** Component: a start function that is null. */
    WASMTIME_TRAP_CODE_THREAD_NEW_INDIRECT_UNINITIALIZED = 41,
    /** Component: the backpressure counter overflowed. */
    WASMTIME_TRAP_CODE_BACKPRESSURE_OVERFLOW = 42,
    /** Component: an unknown callback code. */
    WASMTIME_TRAP_CODE_UNSUPPORTED_CALLBACK_CODE = 43,
    /** Component: a thread that is not suspended. */
    WASMTIME_TRAP_CODE_CANNOT_RESUME_THREAD = 44,
    /** Component: two operations on one future or stream. */
    WASMTIME_TRAP_CODE_CONCURRENT_FUTURE_STREAM_OP = 45,
    /** A reference count overflowed. */
    WASMTIME_TRAP_CODE_REFERENCE_COUNT_OVERFLOW = 46,
    /** Component: a count too large for a stream. */
    WASMTIME_TRAP_CODE_STREAM_OP_TOO_BIG = 47,
    /** Component: a waitable of a set, used synchronously. */
    WASMTIME_TRAP_CODE_WAITABLE_SYNC_AND_ASYNC = 48,
    /** Component: an exception left it. */
    WASMTIME_TRAP_CODE_UNCAUGHT_EXCEPTION = 49,
};

/**
 * Makes a trap with a message, for a host function to return.
 *
 * @param msg      borrowed; not terminated; bytes that are not UTF-8 are
 *                 replaced; may be NULL if @p msg_len is 0
 * @param msg_len  length of the message in bytes
 * @return owned by the caller, who hands it to the runtime by returning it
 */
WASM_API_EXTERN wasm_trap_t *wasmtime_trap_new(const char *msg, size_t msg_len);

/**
 * Makes a trap with a code, as if the guest had broken that rule itself.
 *
 * @param code  one of the constants above
 * @return owned by the caller; for a number that is none of the constants, a
 *         trap with a message that says so
 */
WASM_API_EXTERN wasm_trap_t *wasmtime_trap_new_code(wasmtime_trap_code_t code);

/**
 * Asks for the code of a trap.
 *
 * @param trap       borrowed
 * @param[out] code  untouched if the result is false
 * @return false for a trap that has a message instead
 */
WASM_API_EXTERN bool wasmtime_trap_code(const wasm_trap_t *trap, wasmtime_trap_code_t *code);

/**
 * The name of a frame's function, from the module's name section.
 *
 * @param frame  borrowed
 * @return borrowed from the frame; NULL if the module does not name it
 */
WASM_API_EXTERN const wasm_name_t *wasmtime_frame_func_name(const wasm_frame_t *frame);

/**
 * The name of a frame's module, from the module's name section.
 *
 * @param frame  borrowed
 * @return borrowed from the frame; NULL if the module has none
 */
WASM_API_EXTERN const wasm_name_t *wasmtime_frame_module_name(const wasm_frame_t *frame);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TRAP_H */
