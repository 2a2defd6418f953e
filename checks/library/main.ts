/** Builds the library into `dist/`, where package.json's exports look for it: `npm run build:library`. */
import { fileURLToPath } from 'node:url';
import { buildLibrary } from './build.ts';

await buildLibrary(fileURLToPath(new URL('../../dist', import.meta.url)));
