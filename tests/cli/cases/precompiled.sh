# compile and --allow-precompiled.
t wat2wasm types.wat -o types.wasm
t compile types.wasm -o types.cwasm
t run --allow-precompiled --invoke i32 types.cwasm 1
t run --invoke i32 types.cwasm 1
head -c 100 types.cwasm >short.cwasm
t run --allow-precompiled --invoke i32 short.cwasm 1
t run --allow-precompiled --invoke i32 types.wasm 1
t compile bad.wat
t compile nofile.wat
