// The same as embed/objects.c in V8: node [flags] v8_objects.mjs MODULE
import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const functions = [['trees', 16], ['sum', 200000], ['list', 100000], ['throw_3', 1000000],
                   ['throw_102', 100000]];
for (const [name, argument] of functions) {
    const times = [];
    let result;
    for (let k = 0; k < 5; k++) {
        const { exports } = new WebAssembly.Instance(module);
        const start = performance.now();
        result = exports[name](argument);
        times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(name, times[2].toFixed(2), times[0].toFixed(2), times[4].toFixed(2), result);
}
