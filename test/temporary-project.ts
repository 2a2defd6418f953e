import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stubOf } from '../checks/declarations.ts';
import { findLesson, root, type Lesson } from '../checks/project.ts';

/** What a command left behind. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A copy of the project whose lessons a test may change. */
export interface TemporaryProject {
  root: string;
  /** Runs a command of the course there: `run('test', '01')`. */
  run: (...args: string[]) => Promise<Ran>;
  remove: () => void;
}

/** A temporary project with the fixture's lessons, and how the tests' own process works on it. */
export interface FixtureProject extends TemporaryProject {
  /** Its first lesson, of five exercises. */
  lines: Lesson;
  /** Its second lesson, of one exercise, which builds on the first. */
  curves: Lesson;
  /** From here on the lessons of this process, and of those that it starts, are the fixture's. */
  enter: () => void;
  /** They are the course's again. */
  leave: () => void;
}

/** What every course stands on. */
const machinery = ['base', 'figures', 'checks', 'datasets'];
const course = ['lessons', 'test/lessons', 'test/solutions'];
const files = ['package-lock.json', 'tsconfig.json', '.mocharc.json'];

/** Copies the project into a temporary folder; the packages stay where they are. */
export function temporaryProject(): TemporaryProject {
  const project = emptyProject();
  cpSync(join(root, 'package.json'), join(project.root, 'package.json'));
  for (const name of course) {
    cpSync(join(root, name), join(project.root, name), { recursive: true });
  }
  return project;
}

/**
 * A project with two small lessons instead of the course's, of which the second builds on the first: what the
 * machinery is tested with, so that nothing of it hangs on what a real lesson says.
 */
export function fixtureProject(): FixtureProject {
  const project = emptyProject();
  cpSync(join(root, 'test', 'fixture'), project.root, { recursive: true });
  // What npm test holds every course to.
  cpSync(join(root, 'test', 'course.test.ts'), join(project.root, 'test', 'course.test.ts'));
  const names = readdirSync(join(project.root, 'lessons'));
  for (const name of names) {
    const file = join(project.root, 'lessons', name, name.slice(3));
    writeFileSync(`${file}.ts`, stubOf(readFileSync(`${file}.reference.ts`, 'utf8')));
  }
  cpSync(join(root, 'lessons', 'tsconfig.json'), join(project.root, 'lessons', 'tsconfig.json'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  const others = Object.entries(manifest.imports).filter(([name]) => !name.startsWith('#lessons/'));
  const own = names.map((name) => [
    `#lessons/${name}`,
    `./lessons/${name}/${name.slice(3)}.reference.ts`,
  ]);
  manifest.imports = Object.fromEntries([...others, ...own]) as Record<string, string>;
  writeFileSync(join(project.root, 'package.json'), JSON.stringify(manifest, null, 2));
  const enter = (): void => {
    process.env['CHAINRULE_COURSE'] = project.root;
  };
  const leave = (): void => {
    delete process.env['CHAINRULE_COURSE'];
  };
  enter();
  const [lines, curves] = names.map((name) => findLesson(name)!);
  leave();
  return { ...project, lines: lines!, curves: curves!, enter, leave };
}

/** A fixture project that the tests of the block work on in which this is called. */
export function inFixture(): FixtureProject {
  const project = fixtureProject();
  before(project.enter);
  after(() => {
    project.leave();
    project.remove();
  });
  return project;
}

function emptyProject(): TemporaryProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'chainrule-')));
  for (const name of [...machinery, ...files]) {
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
