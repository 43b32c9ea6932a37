module hospes/bindings

go 1.21

require github.com/bytecodealliance/wasmtime-go/v44 v44.0.0
