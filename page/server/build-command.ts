/** `npm run page:build`: the course as a static site, with the references. */
import { buildSite } from './build.ts';

const folder = process.argv[2] ?? 'site';
const { files, bytes } = await buildSite(folder);
process.stdout.write(`${folder}: ${files} files, ${Math.round(bytes / 1024)} KiB\n`);
