/**
 * Compiles the kernels, which are written in AssemblyScript, into files that hold the bytes as text, so that neither
 * a compiler nor a file reader is needed to run them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../kernels', import.meta.url));
const COMPILER = join(FOLDER, 'node_modules', 'assemblyscript', 'bin', 'asc.js');

/** What is compiled, from a file in kernels/ to one beside that folder. */
export const MODULES = { 'index.ts': 'bytes.ts', 'rungs.ts': 'rung-bytes.ts' } as const;

/** Of 4,147 bytes; the level for the smallest code, -Oz, saves 109 of them and is up to a tenth slower. */
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime=stub',
  // One memory for all threads comes from outside; so nothing may lie in it yet.
  '--importMemory',
  '--noExportMemory',
  '--sharedMemory',
  '--initialMemory=1',
  '--maximumMemory=65536',
  '--enable=simd,threads',
  // exponential.ts exchanges vectors, though only with another kernel.
  '--disableWarning=112',
];

/** Whether the compiler is there: it is 100 MB, so only those who change a kernel install it. */
export function isCompilerInstalled(): boolean {
  return existsSync(COMPILER);
}

/**
 * Compiles kernels.
 *
 * @param entry a file in kernels/
 * @returns a WebAssembly module in base64
 * @throws Error with what the compiler says, if it says anything
 */
export function compileKernels(entry: keyof typeof MODULES): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-simd-'));
  try {
    const file = join(folder, 'kernels.wasm');
    const args = [COMPILER, entry, '--outFile', file, ...OPTIONS];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: FOLDER, encoding: 'utf8' });
    if (stdout + stderr !== '') throw new Error(`compileKernels: ${entry}: ${stdout}${stderr}`);
    return readFileSync(file, 'base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
