/** What a graded file finds beside the language (checks/sandbox/child/harmless.ts), for the compiler. */
declare const console: Readonly<
  Record<
    | 'assert'
    | 'clear'
    | 'count'
    | 'countReset'
    | 'debug'
    | 'dir'
    | 'dirxml'
    | 'error'
    | 'group'
    | 'groupCollapsed'
    | 'groupEnd'
    | 'info'
    | 'log'
    | 'table'
    | 'time'
    | 'timeEnd'
    | 'timeLog'
    | 'trace'
    | 'warn',
    (...args: unknown[]) => void
  >
>;
declare const performance: { readonly timeOrigin: number; now(): number };
declare function structuredClone<T>(value: T): T;

declare module 'node:assert' {
  export * from '#checks/sandbox/child/assert';
  export { default } from '#checks/sandbox/child/assert';
}
declare module 'node:assert/strict' {
  export * from '#checks/sandbox/child/assert';
  export { default } from '#checks/sandbox/child/assert';
}
declare module 'node:perf_hooks' {
  export const performance: { readonly timeOrigin: number; now(): number };
}
