/** `npm run build:simd`: compiles the SIMD engine's kernels anew. */
import { writeFileSync } from 'node:fs';
import { fileOf, MODULES } from './build.ts';

for (const [entry, file] of Object.entries(MODULES)) {
  writeFileSync(new URL(`../${file}`, import.meta.url), fileOf(entry as keyof typeof MODULES));
}
