/** `npm run build:simd`: compiles the SIMD engine's kernels anew. */
import { writeFileSync } from 'node:fs';
import { compileKernels, MODULES } from './build.ts';

for (const [entry, file] of Object.entries(MODULES)) {
  const bytes = compileKernels(entry as keyof typeof MODULES);
  writeFileSync(
    new URL(`../${file}`, import.meta.url),
    `/** Made from kernels/${entry} by \`npm run build:simd\`: a WebAssembly module in base64. */\nexport const BYTES =\n  '${bytes}';\n`,
  );
}
