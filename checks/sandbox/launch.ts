/** Starts the process that runs a learner's code, with as little around it as the system allows. */
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import type { Limits } from './limits.ts';

/** What the process is started with. */
export interface Launch {
  /** The folder of its program: the only one that it may read. */
  folder: string;
  /** The path of its program in that folder. */
  program: string;
  limits: Limits;
}

const isWindows = process.platform === 'win32';

/**
 * Starts a program of Node in a group of its own, with a limit on the memory of each of its processes where there
 * is a shell's `ulimit`.
 *
 * @param args what Node is started with
 * @param memory in megabytes
 */
export function launchLimited(
  args: readonly string[],
  memory: number,
  options: SpawnOptions,
): ChildProcess {
  const node = [process.execPath, `--max-old-space-size=${Math.floor(memory / 2)}`, ...args];
  const shell = ['/bin/sh', '-c', `ulimit -d ${memory * 1024} 2>/dev/null; exec "$0" "$@"`];
  const [file, ...rest] = isWindows ? node : [...shell, ...node];
  return spawn(file!, rest, { ...options, detached: !isWindows, windowsHide: true });
}

/**
 * Starts the process, in a group of its own. It is fed on descriptor 3 and answers on 4: on new pipes of this thread's
 * unless others are given.
 *
 * Its limits on CPU time, memory, processes, files and their size are the shell's `ulimit`; those that a
 * system doesn't know are left out. The process replaces the shell, so its number is the group's. `env -i`
 * drops what the shell sets by itself, and what a tool such as nyc puts into every environment.
 */
export function launch(
  { folder, program, limits }: Launch,
  pipes: readonly [number, number] | readonly ['pipe', 'pipe'] = ['pipe', 'pipe'],
): ChildProcess {
  const node = [process.execPath, ...nodeOptions(folder, limits), program, childLimits(limits)];
  const [file, ...args] = isWindows ? node : ['/bin/sh', '-c', ulimits(limits), ...node];
  return spawn(file!, args, {
    cwd: folder,
    env: {},
    detached: !isWindows,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', ...pipes],
  });
}

/** Kills the process and whatever it started, at once. */
export function killGroup(pid: number): void {
  if (isWindows) {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function nodeOptions(folder: string, limits: Limits): string[] {
  return [
    // Node 20 calls it experimental, and later versions don't.
    process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission',
    `--allow-fs-read=${folder}`,
    '--frozen-intrinsics',
    // In the realm around the learner's: there Function compiles nothing.
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    '--no-addons',
    '--no-warnings',
    `--max-old-space-size=${limits.heap}`,
  ];
}

function childLimits({ message, output }: Limits): string {
  return JSON.stringify({ message, output });
}

/** `-u` is bash's letter for the number of processes, and `-p` is dash's. */
function ulimits({ lesson, memory }: Limits): string {
  const limits = [
    `-t ${Math.ceil(lesson / 1000) + 5}`,
    `-d ${memory * 1024}`,
    '-f 0',
    '-c 0',
    '-n 64',
    '-u 4096',
    '-p 4096',
  ];
  return `${limits.map((limit) => `ulimit ${limit} 2>/dev/null;`).join(' ')} exec env -i "$0" "$@"`;
}
