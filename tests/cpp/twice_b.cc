// The other part; it is also compiled without exceptions and run-time types.
#include <wasmtime.hh>
#include <wasmtime/component.hh>

int answer_of_b();

int answer_of_b()
{
    wasmtime::Engine engine;
    wasmtime::Store store(engine);
    auto func = wasmtime::Func::wrap(store, [](int32_t x) { return x + 2; });
    return func.call(store, {int32_t(40)}).unwrap()[0].i32();
}
