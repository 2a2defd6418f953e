/** What stands behind `node:perf_hooks` in a graded file. */
export const { performance } = globalThis;
export default { performance };
