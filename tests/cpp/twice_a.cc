// One of two parts of a program that both take every header; see twice_b.cc.
#include <wasmtime.hh>
#include <wasmtime/component.hh>

int answer_of_b();

int main()
{
    wasmtime::Engine engine;
    wasmtime::Store store(engine);
    auto func = wasmtime::Func::wrap(store, [](int32_t x) { return x + 1; });
    int32_t here = func.call(store, {int32_t(41)}).unwrap()[0].i32();
    return here == 42 && answer_of_b() == 42 ? 0 : 1;
}
