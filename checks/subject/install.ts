/** Puts the module hooks in place that give `#lessons/…` its subject. */
import nodeModule from 'node:module';
import { VARIABLE } from './choice.ts';
import { load, resolve } from './hooks.ts';
import { hookRequire } from './require.ts';

/**
 * From here on, importing or requiring `#lessons/…` gives the facade. Call it after tsx is in place, so that
 * these hooks are asked first, and before the suite is loaded. On Node 20 an import means the subject that is chosen
 * now, and only what is required follows a later choice.
 */
export function installHooks(): void {
  if (typeof nodeModule.registerHooks === 'function') {
    nodeModule.registerHooks({ resolve, load });
  } else {
    // That thread keeps the environment that it began with.
    const data = process.env[VARIABLE];
    nodeModule.register('./hooks.ts', import.meta.url, { data });
  }
  hookRequire();
}
