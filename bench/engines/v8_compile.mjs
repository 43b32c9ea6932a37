// Compile speed of V8, seen from JavaScript: TIMES synchronous compilations of a module. Which of
// V8's compilers does it, how many threads help, and whether functions wait for their first call is
// decided by node's flags. The bytes differ each time in a custom section at the end, since V8
// would otherwise answer from its cache.
//
//   v8_compile.mjs MODULE TIMES
//
// Prints seconds: median, least, greatest; and processor seconds per wall second, which must be
// near 1 for a figure of one thread.
import fs from 'node:fs';

const [path, times] = process.argv.slice(2);
const wasm = fs.readFileSync(path);
const bytes = Buffer.concat([wasm, Buffer.from([0, 4, 1, 0x6e, 0, 0])]);
const samples = [];
let wall = 0;
let cpu = 0;
for (let i = 0; i < Number(times); i++) {
    bytes[wasm.length + 4] = i;
    const before = process.cpuUsage();
    const begin = process.hrtime.bigint();
    new WebAssembly.Module(bytes);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const used = process.cpuUsage(before);
    samples.push(seconds);
    wall += seconds;
    cpu += (used.user + used.system) / 1e6;
}
samples.sort((a, b) => a - b);
console.log('seconds', samples[samples.length >> 1], samples[0], samples[samples.length - 1]);
console.log('threads', cpu / wall);
