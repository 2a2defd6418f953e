// A thread starts without tsx, so its first file cannot be TypeScript.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.file ?? './worker.ts');
