/**
 * @file wasmtime/_store_class.hh
 *
 * The class of stores, without what needs the other classes; include
 * `wasmtime/store.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_STORE_CLASS_HH
#define WASMTIME_STORE_CLASS_HH

#include <any>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/exnref.h>
#include <wasmtime/store.h>
#include <wasmtime/trap.hh>
#include <wasmtime/wasi.hh>

namespace wasmtime
{

class Caller;
class ExnRef;

/// What to do when the deadline of a store has come.
enum class DeadlineKind {
    Continue = WASMTIME_UPDATE_DEADLINE_CONTINUE,
    Yield = WASMTIME_UPDATE_DEADLINE_YIELD,
};

/// A store: instances, memories and everything else that belongs together and dies together.
///
/// One thread at a time may use a store and what is in it.
class Store : public detail::Owned<Store, wasmtime_store_t, wasmtime_store_delete>
{
    template <typename F>
    static wasmtime_error_t *deadline(wasmtime_context_t *context, void *env, uint64_t *delta,
                                      wasmtime_update_deadline_kind_t *kind);

  public:
    using Owned::Owned;

    /// An empty store, which holds the engine.
    explicit Store(Engine &engine)
        : Owned(wasmtime_store_new(engine.capi(), nullptr, detail::finalize<std::any>))
    {
    }

    /// What functions work on: a store, seen from outside or from a function that the guest called.
    /// A pointer, to be copied freely; valid as long as the store.
    class Context
    {
        wasmtime_context_t *ptr;

      public:
        explicit Context(wasmtime_context_t *raw) : ptr(raw)
        {
        }

        Context(Store &store) : Context(wasmtime_store_context(store.capi()))
        {
        }

        Context(Store *store) : Context(*store)
        {
        }

        Context(Caller &caller);

        Context(Caller *caller) : Context(*caller)
        {
        }

#ifdef WASMTIME_FEATURE_GC
        /// Collects what is out of reach now.
        Result<std::monostate> gc()
        {
            return detail::done(wasmtime_context_gc(ptr));
        }
#endif

        /// Sets the fuel that is left. An error if the engine does not count fuel.
        Result<std::monostate> set_fuel(uint64_t fuel)
        {
            return detail::done(wasmtime_context_set_fuel(ptr, fuel));
        }

        /// The fuel that is left. An error if the engine does not count fuel.
        Result<uint64_t> get_fuel() const
        {
            uint64_t fuel = 0;
            if (wasmtime_error_t *error = wasmtime_context_get_fuel(ptr, &fuel))
                return Error(error);
            return fuel;
        }

        /// Keeps data of the host's with the store; what was there before is destroyed.
        void set_data(std::any data) const
        {
            auto fresh = std::make_unique<std::any>(std::move(data));
            auto *old = static_cast<std::any *>(wasmtime_context_get_data(ptr));
            wasmtime_context_set_data(ptr, fresh.release());
            delete old;
        }

        /// The data of the host's; empty if none was set.
        std::any &get_data() const
        {
            auto *data = static_cast<std::any *>(wasmtime_context_get_data(ptr));
            if (!data) {
                data = std::make_unique<std::any>().release();
                wasmtime_context_set_data(ptr, data);
            }
            return *data;
        }

#ifdef WASMTIME_FEATURE_WASI
        /// Says what guests of this store see of the system.
        Result<std::monostate> set_wasi(WasiConfig config)
        {
            return detail::done(wasmtime_context_set_wasi(ptr, config.capi_release()));
        }
#endif

        /// Lets guests of this store run until this many epochs from now.
        void set_epoch_deadline(uint64_t ticks_beyond_current)
        {
            wasmtime_context_set_epoch_deadline(ptr, ticks_beyond_current);
        }

#ifdef WASMTIME_FEATURE_GC
        /// Throws an exception: a function of the host returns the trap that this gives.
        Trap throw_exception(ExnRef exn);

        /// The exception that nobody caught, if the last call ended with one.
        std::optional<ExnRef> take_exception();

        /// Whether there is such an exception.
        bool has_exception()
        {
            return wasmtime_context_has_exception(ptr);
        }
#endif

        /// The object of the C API; it stays where it is.
        const wasmtime_context_t *capi() const
        {
            return ptr;
        }

        /// The object of the C API; it stays where it is.
        wasmtime_context_t *capi()
        {
            return ptr;
        }
    };

    /// Limits the store; a negative number stands for the usual limit. What is there already stays.
    void limiter(int64_t memory_size, int64_t table_elements, int64_t instances, int64_t tables,
                 int64_t memories)
    {
        wasmtime_store_limiter(ptr.get(), memory_size, table_elements, instances, tables, memories);
    }

    /// What happens at the deadline, in place of a trap: `f(context, delta)` sets the number of
    /// epochs until the next one, or gives an error that ends the call.
    template <typename F,
              std::enable_if_t<std::is_invocable_r_v<Result<DeadlineKind>, F, Context, uint64_t &>,
                               bool> = true>
    void epoch_deadline_callback(F &&f)
    {
        using Function = std::decay_t<F>;
        auto function = std::make_unique<Function>(std::forward<F>(f));
        wasmtime_store_epoch_deadline_callback(ptr.get(), deadline<Function>, function.release(),
                                               detail::finalize<Function>);
    }

    /// The context of this store.
    Context context()
    {
        return Context(*this);
    }

#ifdef WASMTIME_FEATURE_GC
    /// Collects what is out of reach now.
    Result<std::monostate> gc()
    {
        return context().gc();
    }
#endif
};

template <typename F>
wasmtime_error_t *Store::deadline(wasmtime_context_t *context, void *env, uint64_t *delta,
                                  wasmtime_update_deadline_kind_t *kind)
{
    return detail::guarded(
        [&]() -> wasmtime_error_t * {
            Result<DeadlineKind> result = (*static_cast<F *>(env))(Context(context), *delta);
            if (!result)
                return result.err().capi_release();
            *kind = static_cast<wasmtime_update_deadline_kind_t>(result.ok());
            return nullptr;
        },
        [](const char *what) { return wasmtime_error_new(what); });
}

} // namespace wasmtime

#endif // WASMTIME_STORE_CLASS_HH
