// A worker that runs guests in V8 and times `_start`. Which compiler of V8 runs them is decided by
// node's own flags (--liftoff-only and its like).
//
// Reads one JSON object a line, {"module", "args", "stdout"}, runs the command it names with its
// output into that file, and answers {"seconds"} or {"error"}. A module is compiled once, eagerly,
// and kept: what is timed is the call of `_start` alone.
import fs from 'node:fs';
import readline from 'node:readline';
import { WASI } from 'node:wasi';

const modules = new Map();

for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
        const path = request.module;
        if (!modules.has(path))
            modules.set(path, new WebAssembly.Module(fs.readFileSync(path)));
        const out = fs.openSync(request.stdout, 'w');
        const wasi = new WASI({ version: 'preview1', args: [path, ...request.args], stdout: out });
        const instance = new WebAssembly.Instance(modules.get(path), wasi.getImportObject());
        const begin = process.hrtime.bigint();
        const code = wasi.start(instance);
        const nanoseconds = process.hrtime.bigint() - begin;
        fs.closeSync(out);
        answer = code ? { error: `exit status ${code}` } : { seconds: Number(nanoseconds) / 1e9 };
    } catch (error) {
        answer = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
}
