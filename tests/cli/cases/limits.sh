# Time, fuel and memory.
t run -W timeout=50ms loop.wat
t run -W timeout=1 --invoke i32 types.wat 1
t run -W fuel=1000 loop.wat
t run -W fuel=1000 --invoke i32 types.wat 1
t run --invoke grow grow.wat 10
t run -W max-memory-size=131072 --invoke grow grow.wat 10
t run -W max-memory-size=131072 --invoke grow grow.wat 1
t run -W max-memory-size=1000 --invoke grow grow.wat 1
t run -W max-instances=0 --invoke grow grow.wat 1
t run -W max-wasm-stack=0 deep.wat
