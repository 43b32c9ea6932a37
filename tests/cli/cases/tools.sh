# validate, wat2wasm, wast.
t validate types.wat
t validate types.wat trap.wat
t validate bad.wat
t validate wrong.wat
t validate nofile.wat
t validate
t wat2wasm wrong.wat
t wat2wasm types.wat -o nowhere/types.wasm
t wast good.wast
t wast script.wast
printf 'script.wast:3\nscript.wast:4\n' >ledger
t wast --ledger ledger script.wast
printf 'good.wast:2\n' >ledger
t wast --ledger ledger good.wast
"$HOSPES" wast --help | head -12
