# Every command explains itself.
t --version
t --help
for command in run validate compile wat2wasm wasm2wat objdump wast; do
    t $command --help | sed 's/ *$//' | head -5
done
t help
