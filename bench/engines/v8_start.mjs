// Runs one command module in V8 as a user would, with V8's defaults: lazy compilation, all tiers.
//
//   v8_start.mjs MODULE [ARGV0 [ARGUMENT…]]
import fs from 'node:fs';
import { WASI } from 'node:wasi';

const [path, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: args.length ? args : [path] });
const module = new WebAssembly.Module(fs.readFileSync(path));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
