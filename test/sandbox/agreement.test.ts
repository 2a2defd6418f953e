/** The sandbox gives the score that `npm test NN` gives. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { fileProblem, UTF16 } from '../../checks/course/learner-file.ts';
import { declarations } from '../../checks/declarations.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import { lessons, root, sourceText, type Lesson } from '../../checks/project.ts';
import { CHEAP } from '../../checks/report/failure.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { functionOf } from '../../checks/subject/recorder.ts';
import type { Misconception } from '../../checks/misconception.ts';
import { inFixture } from '../temporary-project.ts';
import { typecheck } from '../../checks/grade/typecheck.ts';
import { honest } from './attacks-honest.ts';
import { changed, stubWith, writeFiles } from './submission.ts';

/**
 * A lesson's file with its misconceptions in it, of which some take the places of the exercises that they are of.
 *
 * The other exercises go on calling the right ones, as they do when a misconception is laid over the reference.
 */
function withMisconceptions(lesson: Lesson, wrong: readonly Misconception[]): string {
  const list = sourceText(lesson.misconceptions).replaceAll(/^import [^;]*;$/gm, '');
  const reference = wrong.reduce(
    (text, { exercise }) =>
      text.replace(`export function ${functionOf(exercise)}(`, `function ${functionOf(exercise)}(`),
    sourceText(lesson.reference),
  );
  const overlays = wrong.map(({ exercise, id }) => {
    const name = functionOf(exercise);
    return `const wrong_${name} = misconceptions.find((one) => one.id === '${id}')!.wrong;\nexport { wrong_${name} as ${name} };`;
  });
  // What they import from the checks, in short.
  const refusingLike =
    'const refusingLike = (right: any, wrong: any) => (...args: any[]): any => {\n  right(...args);\n  return wrong(...args);\n};';
  return [reference, refusingLike, list, ...overlays].join('\n');
}

/** What a score is made of, and where errors were thrown. */
function score(checks: readonly CheckResult[]): string[] {
  return checks.map(({ exercise, title, status, failure }) =>
    [`${status}: ${exercise} ${title}`, failure?.place ?? []].flat().join(' at '),
  );
}

/** The places of the failed checks of a function's exercise, each once. */
function placesOf(name: string, checks: readonly CheckResult[]): Set<string | undefined> {
  const own = checks.filter(({ exercise }) => functionOf(exercise) === name);
  return new Set(own.flatMap(({ failure }) => failure?.place ?? []));
}

/** Where a file holds a text: `lines.ts:31`. */
function placeOf(file: string, text: string, found: string): string {
  return `${basename(file)}:${text.slice(0, text.indexOf(found)).split('\n').length}`;
}

/**
 * Ways to throw, each the body of a function of lesson 01 that has `// here` on the line that throws, if there is one.
 * These are learners' bodies, of which some return nothing of the declared type; `any` there keeps them TypeScript
 * that compiles. Those that stand together are tried in one file.
 */
const WAYS: readonly Readonly<Record<string, string>>[] = [
  {
    heightAt: "throw new Error('later'); // here",
    heightsAt: 'const none: any = null;\n  return none.shape; // here',
    meanSquare: 'return meanSquare(line, x, y); // here',
    aboveGround:
      "return map(heights, (v) => {\n    if (v > 1e6) return 1;\n    throw new RangeError('small'); // here\n  });",
    areaUnder: 'return new Array(count - 1e9).length; // here',
  },
  {
    heightAt:
      'return [line.slope]\n    .map((n) => BigInt(n))\n    .reduce((a, b) => a / 0n, 1n) as any; // here',
    heightsAt: 'class Mine extends TypeError {}\n  throw new Mine(); // here',
    meanSquare: 'throw early;',
    aboveGround:
      "try {\n    return JSON.parse('{'); // here\n  } catch (error) {\n    throw error;\n  }",
    areaUnder: "throw 'a string';",
  },
  {
    heightAt: "throw Object.assign(new Error('mine'), { stack: 'mine' });",
    heightsAt:
      "return new (class {\n    constructor() {\n      throw new Error('new'); // here\n    }\n  })() as any;",
    meanSquare:
      "for (const v of (function* () {\n    yield 1;\n    throw new Error('deep'); // here\n  })()) void v;\n  return 0 as any;",
    aboveGround:
      "const lazy = { get line() { throw new Error('x'); // here\n  } };\n  return lazy.line;",
  },
];

describe('gradeInSandbox', function () {
  this.timeout(60_000);
  const project = inFixture();
  const { lines, curves } = project;
  // Inside the project, where npm test resolves #arrays.
  const folder = join(project.root, '.chainrule', 'submissions');

  /** The results of both for one file. */
  async function both(
    name: string,
    text: string,
    lesson = lines,
  ): Promise<{ local: CheckResult[]; sandboxed: CheckResult[] }> {
    const submission = join(folder, name);
    const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
    writeFiles(submission, { [place]: text });
    const [local, sandboxed] = await Promise.all([
      gradeLesson(lesson, { subject: join(submission, place) }),
      gradeInSandbox(lesson, { folder: submission, freshInputs: false }),
    ]);
    return { local: local.checks, sandboxed: sandboxed.checks };
  }

  it('gives the untouched exercises no point: every check is to do', async () => {
    const file = join(folder, 'stub.ts');
    writeFiles(folder, { 'stub.ts': stubWith(lines, '') });
    const { max, points, checks } = await gradeInSandbox(lines, { folder: project.root, file });
    expect(points).to.equal(0);
    expect(max).to.equal(checks.length);
    expect(new Set(checks.map(({ status }) => status))).to.deep.equal(new Set(['todo']));
  });

  it('agrees with npm test on a half solution, in every check', async () => {
    // No other function calls them: what only follows from a mistake is told apart by npm test alone.
    const half = ['meanSquare', 'areaUnder'];
    const functions = Object.fromEntries(
      half.map((name) => [
        name,
        `export function ${name}(): never {\n  throw new Error('later');\n}`,
      ]),
    );
    const { local, sandboxed } = await both('half', changed(lines, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
  });

  it('gives no more than npm test when it looks again at what passes, and less only for a reason that it says', async () => {
    const functions = Object.fromEntries(
      ['meanSquare', 'areaUnder'].map((name) => [
        name,
        `export function ${name}(): never {\n  throw new RangeError('none will do');\n}`,
      ]),
    );
    const { local } = await both('worth', changed(lines, { functions }));
    const { checks } = await gradeInSandbox(lines, { folder: join(folder, 'worth'), seed: 1 });
    const less = checks.filter(
      ({ status }, i) => status === 'failed' && local[i]!.status === 'passed',
    );
    expect(less.map(({ title }) => title)).to.deep.equal([
      'refuses points without a height',
      'refuses to do with no rectangle',
    ]);
    for (const { failure } of less) expect(failure?.problem).to.equal(CHEAP);
    for (const [i, { status }] of checks.entries()) {
      if (status === 'passed') expect(local[i]?.status).to.equal('passed');
    }
  });

  for (const [i, ways] of WAYS.entries()) {
    it(`agrees with npm test on where an error was thrown, in whatever way (${i + 1})`, async () => {
      const signatures = new Map(
        declarations(sourceText(lines.reference)).map(({ name, signature }) => [name, signature]),
      );
      const functions = Object.fromEntries(
        Object.entries(ways).map(([name, body]) => [
          name,
          `${signatures.get(name)!}\n  ${body.replace('// here', `// here in ${name}`)}\n}`,
        ]),
      );
      const text = changed(lines, {
        top: "const early = new Error('early'); // here in meanSquare",
        functions,
      });
      const { local, sandboxed } = await both(`places-${i}`, text);
      expect(score(sandboxed)).to.deep.equal(score(local));
      for (const [name, body] of Object.entries(ways)) {
        const isPlaced = /here|early/.test(body);
        const expected = isPlaced ? [placeOf(lines.learner, text, `// here in ${name}\n`)] : [];
        expect(placesOf(name, sandboxed), name).to.deep.equal(new Set(expected));
      }
    });
  }

  for (const { does, broken, problem, ...changes } of honest) {
    // What is not there is found by the compiler, before it is missed.
    if (broken !== undefined || String(problem).includes('nothing of Node')) continue;
    it(`agrees with npm test on a submission that ${does}`, async () => {
      const { local, sandboxed } = await both(`honest-${does}`, changed(lines, changes));
      expect(score(sandboxed)).to.deep.equal(score(local));
    });
  }

  it('says of what a graded file may not use what npm test says, in the same words', async () => {
    const refused: [top: string, body: string][] = [
      ['', 'void process.cwd();'],
      ['', 'setTimeout(() => {}, 1);'],
      ["import { readFileSync } from 'node:fs';\nvoid readFileSync;", ''],
      ["import 'lodash';", ''],
    ];
    for (const [i, [top, body]] of refused.entries()) {
      const functions = {
        aboveGround: `export function aboveGround(x: Tensor): Tensor {\n  ${body}\n  return map(x, (v) => Math.max(0, v));\n}`,
      };
      const submission = join(folder, `refused-${i}`);
      const place = `lessons/${lines.name}/${lines.slug}.ts`;
      writeFiles(submission, { [place]: changed(lines, { top, functions }) });
      const [types, { checks, broken }] = await Promise.all([
        typecheck({ ...lines, learner: join(submission, place) }),
        gradeInSandbox(lines, { folder: submission }),
      ]);
      const said = broken ?? checks.find(({ status }) => status === 'failed')?.failure?.problem;
      expect(types).to.have.length(1);
      expect(said).to.include(types[0]!.message);
      expect(types[0]!.message).to.match(/a graded file may import|when a submission is graded/);
    }
  });

  it('says of a file in UTF-16 what npm test says, in the same words', async () => {
    const place = join(folder, 'utf-16', 'lessons', lines.name, `${lines.slug}.ts`);
    writeFiles(folder, { [`utf-16/lessons/${lines.name}/${lines.slug}.ts`]: '' });
    writeFileSync(place, `\uFEFF${changed(lines, {})}`, 'utf16le');
    const { broken, points } = await gradeInSandbox(lines, { folder: join(folder, 'utf-16') });
    expect(points).to.equal(0);
    expect(fileProblem({ ...lines, learner: place })).to.include(' is written in UTF-16, ');
    expect(broken).to.include(UTF16);
    expect(fileProblem({ ...lines, learner: place })).to.include(UTF16);
  });

  it("agrees with npm test on an error in an earlier lesson's file", async () => {
    const library = 'lessons/01-lines/lines.ts';
    const libraryText =
      "interface Unused {}\nexport function inEarlier(_: Unused): never {\n  throw new Error('earlier');\n}\n";
    writeFiles(join(folder, 'earlier'), { [library]: libraryText });
    const text =
      "import { inEarlier } from '../01-lines/lines.ts';\n\nexport const bentAt = (x: object): number => inEarlier(x);\n";
    const { local, sandboxed } = await both('earlier', text, curves);
    expect(score(sandboxed)).to.deep.equal(score(local));
    expect(placesOf('bentAt', sandboxed)).to.deep.equal(new Set(['lines.ts:3']));
  });

  it('agrees with npm test when an argument is changed in place, or handed back', async () => {
    const functions = {
      aboveGround:
        'export function aboveGround(x: Tensor): Tensor {\n  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, x.data[i]!);\n  return x;\n}',
      heightsAt: 'export function heightsAt(_: Line, x: Tensor): Tensor {\n  return x;\n}',
    };
    const { local, sandboxed } = await both('in-place', changed(lines, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
    const failed = sandboxed.filter(({ status }) => status === 'failed');
    expect(new Set(failed.map(({ exercise }) => functionOf(exercise)))).to.have.all.keys(
      'heightsAt',
      'meanSquare',
      'aboveGround',
    );
  });

  it('agrees with npm test when a function reads the data and not the view', async () => {
    const functions = {
      heightsAt:
        'export function heightsAt(line: Line, x: Tensor): Tensor {\n  const out = map(x, () => 0);\n  for (let i = 0; i < x.size; i++) out.data[i] = heightAt(line, x.data[i]!);\n  return out;\n}',
    };
    const { local, sandboxed } = await both('strides', changed(lines, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
    expect(sandboxed.filter(({ status }) => status === 'failed')).to.have.length(1);
  });

  it('agrees with npm test on every misconception, in every check', async () => {
    const { misconceptions } = (await import(pathToFileURL(lines.misconceptions).href)) as {
      misconceptions: readonly Misconception[];
    };
    const exercises = [...new Set(misconceptions.map(({ exercise }) => exercise))];
    const lists = exercises.map((exercise) =>
      misconceptions.filter((one) => one.exercise === exercise),
    );
    // One wrong answer of each exercise at a time; none of them changes another exercise.
    const rounds = Math.max(...lists.map((list) => list.length));
    for (let round = 0; round < rounds; round++) {
      const wrong = lists.flatMap((list) => list[round] ?? []);
      const { local, sandboxed } = await both(
        `misconceptions-${round}`,
        withMisconceptions(lines, wrong),
      );
      expect(score(sandboxed)).to.deep.equal(score(local));
      const failed = sandboxed.filter(({ status }) => status === 'failed');
      expect(new Set(failed.map(({ exercise }) => exercise))).to.have.all.keys(
        wrong.map(({ exercise }) => exercise),
      );
    }
  });
});

describe('gradeInSandbox on the lessons of the course', function () {
  this.timeout(60_000);

  for (const lesson of lessons()) {
    it(`gives the reference's code of ${lesson.name} every point, on fresh inputs too`, async () => {
      const { checks } = await gradeInSandbox(lesson, {
        folder: root,
        file: lesson.reference,
        seed: 1,
      });
      const others = checks.filter(({ status }) => status !== 'passed');
      expect(others).to.deep.equal([]);
      expect(checks).to.have.length.above(20);
    });
  }
});
