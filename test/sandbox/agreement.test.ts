/** The sandbox gives the score that `npm test NN` gives. */
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { declarations } from '../../checks/declarations.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import { findLesson, lessons, root, sourceText } from '../../checks/project.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { functionOf } from '../../checks/subject/recorder.ts';
import { misconceptions } from '../../lessons/02-activations/activations.misconceptions.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from './submission.ts';

const lesson = findLesson('02')!;
const place = `lessons/${lesson.name}/${lesson.slug}.ts`;

const earlier = findLesson('01')!;

/** The lesson's reference and misconceptions as one module. */
function misconceptionsText(): string {
  const text = sourceText(lesson.misconceptions);
  return `${sourceText(lesson.reference)}\n${text.replaceAll(/^import [^;]*;$/gm, '')}`;
}

function overlayText(name: string, id: string): string {
  return `export const ${name} = misconceptions.find((one) => one.id === '${id}')!.wrong;`;
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

/** Where a file holds a text: `activations.ts:31`. */
function placeOf(file: string, text: string, found: string): string {
  return `${basename(file)}:${text.slice(0, text.indexOf(found)).split('\n').length}`;
}

/**
 * Ways to throw: the body of each function has its name in a comment on the line that throws. These are learners'
 * bodies, of which some return nothing of the declared type; `any` there keeps them TypeScript that compiles.
 */
const WAYS: Readonly<Record<string, string>> = {
  identity: "throw new Error('later'); // identity",
  identityDerivative: 'const none: any = null;\n  return none.shape; // identityDerivative',
  step: "return map(x, (v) => {\n    if (v > 1) return 1;\n    throw new RangeError('small'); // step\n  });",
  sigmoid: 'return zeros(2, -1); // sigmoid',
  sigmoidDerivative: 'return sigmoidDerivative(x); // sigmoidDerivative',
  tanh: 'return [...x.shape]\n    .map((n) => BigInt(n))\n    .reduce((a, b) => a / 0n, 1n) as any; // tanh',
  tanhDerivative: 'class Mine extends TypeError {}\n  throw new Mine(); // tanhDerivative',
  relu: 'throw early;',
  reluDerivative:
    "try {\n    return JSON.parse('{'); // reluDerivative\n  } catch (error) {\n    throw error;\n  }",
  softplus: 'return inEarlier(x);',
  softplusDerivative: "throw 'a string';",
  softmax: "throw Object.assign(new Error('mine'), { stack: 'mine' });",
  softmaxJacobian:
    "return new (class {\n    constructor() {\n      throw new Error('new'); // softmaxJacobian\n    }\n  })() as any;",
  deadFraction:
    "for (const v of (function* () {\n    yield 1;\n    throw new Error('deep'); // deadFraction\n  })()) void v;\n  return 0 as any;",
  bentLine:
    "const lazy = { get line() { throw new Error('x'); // bentLine\n  } };\n  return lazy.line;",
};

describe('gradeInSandbox', function () {
  this.timeout(60_000);
  // Inside the project, where npm test resolves #arrays.
  const { folder, remove } = submissionsFolder(join(root, '.chainrule'));

  after(remove);

  /** The results of both for one file. */
  async function both(
    name: string,
    text: string,
  ): Promise<{ local: CheckResult[]; sandboxed: CheckResult[] }> {
    const submission = join(folder, name);
    writeFiles(submission, { [place]: text });
    const [local, sandboxed] = await Promise.all([
      gradeLesson(lesson, { subject: join(submission, place) }),
      gradeInSandbox(lesson, { folder: submission, freshInputs: false }),
    ]);
    return { local: local.checks, sandboxed: sandboxed.checks };
  }

  it('gives the untouched exercises no point: every check is to do', async () => {
    const { max, points, checks } = await gradeInSandbox(lesson, {
      folder: root,
      file: stubFile(),
    });
    expect(points).to.equal(0);
    expect(max).to.equal(checks.length);
    expect(new Set(checks.map(({ status }) => status))).to.deep.equal(new Set(['todo']));
  });

  for (const one of lessons()) {
    it(`gives the reference's code of ${one.name} every point, on fresh inputs too`, async () => {
      const { checks } = await gradeInSandbox(one, { folder: root, file: one.reference, seed: 1 });
      const others = checks.filter(({ status }) => status !== 'passed');
      expect(others).to.deep.equal([]);
      expect(checks).to.have.length.above(20);
    });
  }

  it('agrees with npm test on a half solution, in every check', async () => {
    const names = declarations(sourceText(lesson.reference)).map(({ name }) => name);
    const half = names.filter((_, i) => i % 2 === 1);
    const functions = Object.fromEntries(
      half.map((name) => [
        name,
        `export function ${name}(): never {\n  throw new Error('later');\n}`,
      ]),
    );
    const { local, sandboxed } = await both('half', changed(lesson, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
  });

  it('agrees with npm test on where an error was thrown, in whatever way', async () => {
    const functions = Object.fromEntries(
      Object.entries(WAYS).map(([name, body]) => [
        name,
        `export function ${name}(x: any): any {\n  ${body}\n}`,
      ]),
    );
    const library = `lessons/${earlier.name}/${earlier.slug}.ts`;
    const libraryText =
      "interface Unused {}\nexport function inEarlier(_: Unused): never {\n  throw new Error('earlier');\n}\n";
    const top = `import { inEarlier } from '../../${library}';\nconst early = new Error('early'); // relu`;
    const text = changed(lesson, { top, functions });
    writeFiles(join(folder, 'places'), { [library]: libraryText });
    const { local, sandboxed } = await both('places', text);
    expect(score(sandboxed)).to.deep.equal(score(local));
    for (const name of Object.keys(WAYS)) {
      const expected = text.includes(`// ${name}\n`) ? [placeOf(place, text, `// ${name}\n`)] : [];
      if (name === 'softplus') expected.push(placeOf(library, libraryText, 'throw'));
      expect(placesOf(name, sandboxed), name).to.deep.equal(new Set(expected));
    }
  });

  it('agrees with npm test when an argument is changed in place, or handed back', async () => {
    const functions = {
      relu: 'export function relu(x: Tensor): Tensor {\n  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, x.data[i]!);\n  return x;\n}',
      identity: 'export function identity(x: Tensor): Tensor {\n  return x;\n}',
      tanh: 'export function tanh(x: Tensor): Tensor {\n  return map({ ...x, data: x.data } as Tensor, Math.tanh);\n}',
    };
    const { local, sandboxed } = await both('in-place', changed(lesson, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
    const failed = sandboxed.filter(({ status }) => status === 'failed');
    expect(new Set(failed.map(({ exercise }) => exercise))).to.have.all.keys(
      '02.1 identity',
      '02.7 tanh',
      '02.9 relu',
    );
  });

  it('agrees with npm test when a function reads the data and not the view', async () => {
    const functions = {
      sigmoid:
        'export function sigmoid(x: Tensor): Tensor {\n  const out = zeros(...x.shape);\n  for (let i = 0; i < x.size; i++) out.data[i] = logistic(x.data[i]!);\n  return out;\n}',
    };
    const { local, sandboxed } = await both('strides', changed(lesson, { functions }));
    expect(score(sandboxed)).to.deep.equal(score(local));
    expect(sandboxed.filter(({ status }) => status === 'failed')).to.have.length.above(0);
  });

  it('agrees with npm test on every misconception, in every check', async () => {
    const exercises = [...new Set(misconceptions.map(({ exercise }) => exercise))];
    const lists = exercises.map((exercise) =>
      misconceptions.filter((one) => one.exercise === exercise),
    );
    // One wrong answer of each exercise at a time; none of them changes another exercise.
    const rounds = Math.max(...lists.map((list) => list.length));
    for (let round = 0; round < rounds; round++) {
      const wrong = lists.flatMap((list) => list[round] ?? []);
      const name = `misconceptions-${round}`;
      // An earlier lesson's file is one that a submission may import.
      const library = `lessons/${earlier.name}/${earlier.slug}.ts`;
      writeFiles(join(folder, name), { [library]: misconceptionsText() });
      const { local, sandboxed } = await both(
        name,
        [
          `export * from '../../${library}';`,
          `import { misconceptions } from '../../${library}';`,
          ...wrong.map(({ exercise, id }) => overlayText(functionOf(exercise), id)),
        ].join('\n'),
      );
      expect(score(sandboxed)).to.deep.equal(score(local));
      const failed = sandboxed.filter(({ status }) => status === 'failed');
      expect(new Set(failed.map(({ exercise }) => exercise))).to.have.all.keys(
        wrong.map(({ exercise }) => exercise),
      );
    }
  });

  /** The stub, whatever the learner's file holds by now. */
  function stubFile(): string {
    writeFiles(folder, { 'stub.ts': stubWith(lesson, '') });
    return join(folder, 'stub.ts');
  }
});
