/** A module's text that is loaded as if it stood in the place of a file, without touching that. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'oxc-parser';
import type { Functions } from './recorder.ts';

/**
 * Loads it from the system's temporary folder: the course's own may be for reading only.
 *
 * @param text the module's source
 * @param file the path whose neighbours and packages it imports
 * @throws what the module throws while it loads
 */
export async function loadInPlaceOf(text: string, file: string): Promise<Functions> {
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-module-'));
  try {
    const copy = join(folder, 'copy.mts');
    writeFileSync(copy, withAbsoluteImports(text, file));
    return (await import(pathToFileURL(copy).href)) as Functions;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A module's text with its imports as URLs, but for what means the same everywhere: lessons and Node's own modules. */
function withAbsoluteImports(text: string, file: string): string {
  const { resolve: resolved } = nodeModule.createRequire(file);
  const imports = parseSync('lesson.ts', text).module.staticImports;
  return imports.reduceRight((whole, { moduleRequest: { value, start, end } }) => {
    if (value.startsWith('#lessons/')) return whole;
    const path = value.startsWith('.') ? resolve(dirname(file), value) : resolved(value);
    return isAbsolute(path)
      ? whole.slice(0, start) + JSON.stringify(pathToFileURL(path).href) + whole.slice(end)
      : whole;
  }, text);
}
