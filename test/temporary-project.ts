import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../checks/project.ts';

/** What a command left behind. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A copy of the project whose lessons a test may change. */
export interface TemporaryProject {
  root: string;
  /** Runs a command of the course there: `run('test', '02')`. */
  run: (...args: string[]) => Promise<Ran>;
  remove: () => void;
}

const copied = [
  'base',
  'figures',
  'lessons',
  'checks',
  'datasets',
  'test/lessons',
  'test/solutions',
];
const files = ['package.json', 'package-lock.json', 'tsconfig.json', '.mocharc.json'];

/** Copies the project into a temporary folder; the packages stay where they are. */
export function temporaryProject(): TemporaryProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'chainrule-')));
  for (const name of [...copied, ...files]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    root: folder,
    run: (...args) => run(process.execPath, [join('checks', 'cli', 'launch.js'), ...args], folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program to its end, without colours and without a terminal. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ran, code };
}
