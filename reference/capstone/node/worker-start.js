// A thread starts without tsx, so its first file cannot be TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
