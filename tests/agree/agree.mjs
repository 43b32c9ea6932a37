// Do Hospes and V8 agree on what is valid? Mutates real modules by seed and asks both.
//
//   node agree.mjs HOSPES COUNT SEED MODULE.wasm…
//
// Hospes is started once for a batch of files; V8 answers in this process. Mutants change bytes inside the code section mostly, so
// that most of them decode. Prints every difference and writes the module to the current folder; exits with 1 if there is one that is
// not explained below.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [hospes, countText, seedText, ...paths] = process.argv.slice(2);
let state = BigInt(seedText) * 6364136223846793005n + 1442695040888963407n;
function random(n) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(n));
}

function leb(bytes, at) {
    let value = 0, shift = 0;
    for (;;) {
        const b = bytes[at++];
        value += (b & 0x7f) * 2 ** shift;
        if (!(b & 0x80))
            return [value, at];
        shift += 7;
    }
}

// [start, end) of the contents of the code section, or of everything.
function codeRange(bytes) {
    for (let at = 8; at < bytes.length;) {
        const id = bytes[at];
        const [size, start] = leb(bytes, at + 1);
        if (id === 10)
            return [start, start + size];
        at = start + size;
    }
    return [8, bytes.length];
}

function mutate(original) {
    const bytes = Uint8Array.from(original);
    const [start, end] = random(8) ? codeRange(original) : [8, original.length];
    for (let n = 1 + random(3); n > 0; n--) {
        const at = start + random(end - start);
        switch (random(4)) {
        case 0: bytes[at] = random(256); break;
        case 1: bytes[at] ^= 1 << random(8); break;
        case 2: bytes[at] = bytes[start + random(end - start)]; break;
        default: bytes[at] = 0x20 + random(0xa5); break; // an instruction, likely
        }
    }
    return bytes;
}

// Differences that are known and not mistakes of ours.
function explained(text) {
    return /support is not enabled|this build cannot compile|limit/.test(text);
}

const modules = paths.map((p) => readFileSync(p)).filter((m) => m.length < 3e5);
if (modules.length === 0) {
    console.log('skipped: no modules below 300 KB were given');
    process.exit(77);
}
const dir = mkdtempSync(join(tmpdir(), 'agree-'));
let asked = 0, valid = 0, different = 0, known = 0;
try {
    while (asked < Number(countText)) {
        const batch = [];
        for (let i = 0; i < 100; i++) {
            const bytes = mutate(modules[random(modules.length)]);
            const path = join(dir, `${i}.wasm`);
            writeFileSync(path, bytes);
            batch.push({ path, bytes });
        }
        const run = spawnSync(hospes, ['validate', '-C', 'parallel-compilation=n', ...batch.map((b) => b.path)], { maxBuffer: 1 << 28 });
        if (run.signal) {
            console.log(`hospes ended by ${run.signal}; the modules are in ${dir}`);
            process.exit(1);
        }
        const refused = new Map();
        for (const part of run.stderr.toString().split(/^Error: /m).slice(1)) {
            const m = /^`([^`]*)`/.exec(part);
            if (m)
                refused.set(m[1], part);
        }
        for (const { path, bytes } of batch) {
            const ours = !refused.has(path), theirs = WebAssembly.validate(bytes);
            asked++;
            valid += ours;
            if (ours === theirs)
                continue;
            if (!ours && explained(refused.get(path))) {
                known++;
                continue;
            }
            const kept = `agree-${seedText}-${asked}.wasm`;
            writeFileSync(kept, bytes);
            different++;
            console.log(`${kept}: hospes says ${ours ? 'valid' : refused.get(path).trim()}; V8 says ${theirs ? 'valid' : 'invalid'}`);
        }
    }
} finally {
    rmSync(dir, { recursive: true, force: true });
}
console.log(`${asked} mutants, ${valid} valid; ${different} differences, ${known} for reasons that are known`);
process.exit(different ? 1 : 0);
