/**
 * @file wasmtime/engine.hh
 *
 * Engines: configuration and compiler, shared by everything that is made with
 * them. Thread rules: an engine may be used from all threads at once.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ENGINE_HH
#define WASMTIME_ENGINE_HH

#include <utility>
#include <wasmtime/config.hh>
#include <wasmtime/engine.h>

namespace wasmtime
{

/// An engine; copies are the same engine.
class Engine
    : public detail::Cloned<Engine, wasm_engine_t, wasm_engine_delete, wasmtime_engine_clone>
{
  public:
    using Cloned::Cloned;

    /// An engine with the usual configuration.
    Engine() : Cloned(wasm_engine_new())
    {
    }

    /// An engine with this configuration.
    explicit Engine(Config config) : Cloned(wasm_engine_new_with_config(config.capi_release()))
    {
    }

    /// Goes to the next epoch: stores whose deadline that is stop. May be called in a signal handler.
    void increment_epoch() const
    {
        wasmtime_engine_increment_epoch(ptr.get());
    }

    /// Whether guests are interpreted as Pulley code; never.
    bool is_pulley() const
    {
        return wasmtime_engine_is_pulley(ptr.get());
    }
};

} // namespace wasmtime

#endif // WASMTIME_ENGINE_HH
