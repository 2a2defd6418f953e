/** Puts the module hooks in place that give `#lessons/…` its subject. */
import nodeModule from 'node:module';
import { load, resolve } from './hooks.ts';
import { hookRequire } from './require.ts';

/**
 * From here on, importing or requiring `#lessons/…` gives the facade. Call it after tsx is in place, so that
 * these hooks are asked first, and before the suite is loaded.
 */
export function installHooks(): void {
  if (typeof nodeModule.registerHooks === 'function') {
    nodeModule.registerHooks({ resolve, load });
  } else {
    nodeModule.register('./hooks.ts', import.meta.url);
  }
  hookRequire();
}
