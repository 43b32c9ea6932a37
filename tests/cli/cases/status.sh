# Exit status: the guest's own, 134 for a trap, 1 for an error, 2 for wrong usage.
t exit.wat
t exit.wat a b c
t run exit.wat --dir x --help
t trap.wat
t start.wat
t nofile.wasm
t bad.wat
t wrong.wat
t run
t
t run --bogus exit.wat
t run -W bogus exit.wat
t run -W timeout=soon exit.wat
t run -X exit.wat
t run --dir
t run --dir nowhere exit.wat
t run --preload nonsense exit.wat
printf 'not a module' >junk.wasm
t junk.wasm
: >empty.wasm
t empty.wasm
printf '\000asm\r\000\001\000' >component.wasm
t component.wasm
