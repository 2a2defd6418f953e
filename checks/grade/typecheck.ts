/** Type errors and syntax errors in one file, from TypeScript's own compiler. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importProblem, missingNameProblem } from '../sandbox/importable.ts';
import { courseFolder, root, type Lesson } from '../project.ts';

/** An error in the learner's file. */
export interface TypeProblem {
  /** `lessons/02-activations/activations.ts:31:5` */
  place: string;
  /** What the compiler says: `Type 'string' is not assignable to type 'number'.` */
  message: string;
}

/**
 * Checks the learner's file of a lesson, with the options that an editor takes for it (lessons/tsconfig.json).
 *
 * @returns its errors in order; none when it compiles
 */
export function typecheck(lesson: Lesson): Promise<TypeProblem[]> {
  // Wherever something can be written: the course's own folder may be for reading only.
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-types-'));
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(courseFolder(), 'lessons', 'tsconfig.json'),
      // As it is graded: with the language, and what checks/sandbox gives it.
      compilerOptions: { types: [], lib: ['es2023'] },
      include: [],
      files: [lesson.learner, join(root, 'checks', 'grade', 'graded-globals.d.ts')],
    }),
  );
  const manifest = nodeModule.createRequire(import.meta.url).resolve('typescript/package.json');
  const compiler = join(dirname(manifest), 'bin', 'tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '--project', config, '--pretty', 'false'],
      { cwd: courseFolder() },
      (_, stdout) => {
        rmSync(folder, { recursive: true, force: true });
        resolve(problems(stdout));
      },
    );
  });
}

/** Reads `file(line,column): error TS1234: message`. */
function problems(output: string): TypeProblem[] {
  return [...output.matchAll(/^(.+)\((\d+),(\d+)\): error TS\d+: (.+)$/gm)].map(
    ([, file, line, column, message]) => ({
      place: `${file!.replaceAll('\\', '/')}:${line}:${column}`,
      message: refusalOf(message!) ?? message!,
    }),
  );
}

/** What the sandbox says of a name or a module that is not there, so that both say the same. */
function refusalOf(message: string): string | undefined {
  const [, name] = /^Cannot find name '(\w+)'/.exec(message) ?? [];
  if (name !== undefined) return missingNameProblem(name);
  // A built-in module is called a name as well.
  const [, path] =
    /^Cannot find (?:module|name|module or type declarations for side-effect import of) '([^'./#][^']*)'/.exec(
      message,
    ) ?? [];
  return path === undefined ? undefined : importProblem(path);
}
