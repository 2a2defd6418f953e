/** What there is for a graded file, and what is said of the rest: the same in npm test and in the sandbox. */

/** What a learner's file may import besides the files of its own and earlier lessons. */
export const HELPERS: Readonly<Record<string, string>> = {
  '#arrays': 'base/arrays.ts',
  '#kernels': 'base/kernels.ts',
  '#todo': 'base/todo.ts',
  '#datasets/random': 'datasets/random.ts',
  'node:assert': 'checks/sandbox/child/assert.ts',
  'node:assert/strict': 'checks/sandbox/child/assert.ts',
  'node:perf_hooks': 'checks/sandbox/child/perf-hooks.ts',
};
/** The packages it may import, and which file of them stands in: gpu.js's for browsers asks for nothing of Node's. */
export const PACKAGES: Readonly<Record<string, string>> = {
  'gpu.js': 'gpu.js/dist/gpu-browser.min.js',
  'ml-matrix': 'ml-matrix',
  ndarray: 'ndarray',
  'ndarray-ops': 'ndarray-ops',
};

/** What a graded file may import, in a sentence for whoever imports something else. */
export function importProblem(path: string): string {
  return `it imports "${path}"; a graded file may import ${[...Object.keys(HELPERS), ...Object.keys(PACKAGES)].join(', ')}, earlier lessons by their names (#lessons/…), and its author's own files of them`;
}

/** What Node has beside the language, and the learner's realm has not. Nothing there runs later, or reaches out. */
const NODES = new Set(
  `AbortController AbortSignal Blob BroadcastChannel Buffer Event EventTarget MessageChannel TextDecoder TextEncoder URL
  URLSearchParams WebSocket Worker __dirname __filename atob btoa clearImmediate clearInterval clearTimeout crypto
  document exports fetch global localStorage module navigator process queueMicrotask require setImmediate setInterval
  setTimeout window`.split(/\s+/),
);

/** What is said of a name that only Node or a browser has; undefined of any other name. */
export function missingNameProblem(name: string): string | undefined {
  return NODES.has(name)
    ? `${name} is not defined: nothing of Node's or a browser's is there when a submission is graded, but console, structuredClone and performance.now`
    : undefined;
}
