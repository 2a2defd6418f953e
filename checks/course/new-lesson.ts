/** The files of a new lesson, with a first exercise that runs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stubOf } from '../declarations.ts';
import { courseFolder, findLesson, lessonNamed, type Lesson } from '../project.ts';

/**
 * Makes a lesson: its folder, suite and two other solutions, an entry in package.json and a row in the README.
 *
 * @param number `07`
 * @param slug `optimizers`: small letters, digits and hyphens
 * @returns the paths of the files that were made or changed
 * @throws RangeError when the number or the slug is not of its form, or there is such a lesson
 */
export function newLesson(number: string, slug: string): string[] {
  if (!/^\d\d$/.test(number)) {
    throw new RangeError(`newLesson: the number is ${number}; it must have two digits, like 07`);
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug)) {
    throw new RangeError(
      `newLesson: the name is ${slug}; it must be of small letters, digits and hyphens, like weight-decay`,
    );
  }
  const there = findLesson(number) ?? findLesson(slug);
  if (there !== undefined) {
    throw new RangeError(`newLesson: there is ${there.name}; take another number or name`);
  }
  const lesson = lessonNamed(`${number}-${slug}`);
  const reference = referenceText(lesson);
  const files: [path: string, text: string][] = [
    [lesson.readme, readmeText(lesson)],
    [lesson.reference, reference],
    [lesson.learner, stubOf(reference)],
    [lesson.misconceptions, misconceptionsText(lesson)],
    [lesson.experiment, experimentText(lesson)],
    [lesson.suite, suiteText(lesson)],
    [join(lesson.solutions, 'by-hand.ts'), solutionText(lesson, '2 * v')],
    [join(lesson.solutions, 'by-adding.ts'), solutionText(lesson, 'v + v')],
  ];
  for (const [path, text] of files) {
    if (existsSync(path)) throw new RangeError(`newLesson: ${path} is there; remove it first`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return [...files.map(([path]) => path), ...announce(lesson)];
}

/** Enters the lesson in package.json and in the table of the README, where they list the lessons before it. */
function announce(lesson: Lesson): string[] {
  const manifest = join(courseFolder(), 'package.json');
  const whole = JSON.parse(readFileSync(manifest, 'utf8')) as { imports: Record<string, string> };
  const own = `#lessons/${lesson.name}`;
  const path = `./lessons/${lesson.name}/${lesson.slug}.reference.ts`;
  const entries = Object.entries(whole.imports);
  const next = entries.findIndex(([name]) => name.startsWith('#lessons/') && name > own);
  whole.imports = Object.fromEntries(
    entries.toSpliced(next < 0 ? entries.length : next, 0, [own, path]),
  );
  writeFileSync(manifest, `${JSON.stringify(whole, null, 2)}\n`);
  const readme = join(courseFolder(), 'README.md');
  if (!existsSync(readme)) return [manifest];
  writeFileSync(readme, withRow(readFileSync(readme, 'utf8'), lesson));
  return [manifest, readme];
}

/** The README with a row for the lesson behind the rows of those before it. */
function withRow(readme: string, { number, slug, name }: Lesson): string {
  const row = `| [${number} ${slug.replaceAll('-', ' ')}](lessons/${name}/README.md) | say here what one writes in it |`;
  const lines = readme.split('\n');
  const before = lines.findLastIndex((line) => {
    const [, other] = /^\| \[(\d\d) /.exec(line) ?? [];
    return other !== undefined && other < number;
  });
  return before < 0 ? readme : lines.toSpliced(before + 1, 0, row).join('\n');
}

function titleOf({ slug }: Lesson): string {
  const words = slug.replaceAll('-', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}

function referenceText(lesson: Lesson): string {
  return `/** Lesson ${lesson.number}: say in one sentence what it builds. */
import { map, type Tensor } from '#arrays';

/**
 * ${lesson.number}.1 Twice every entry: 2 · x.
 *
 * @param x any shape
 * @returns a new array in the shape of x
 */
export function twice(x: Tensor): Tensor {
  return map(x, (v) => 2 * v);
}
`;
}

function misconceptionsText(lesson: Lesson): string {
  const wrongs: [id: string, sentence: string, expression: string][] = [
    ['twice-squared', 'This is the square. Multiply by 2 instead.', 'v * v'],
    ['twice-halved', 'This is half of x. Multiply by 2 instead of dividing.', 'v / 2'],
    ['twice-plus-two', 'This adds 2. Multiply by it instead.', 'v + 2'],
    ['twice-without-sign', 'The sign is lost. Leave out the absolute value.', '2 * Math.abs(v)'],
    ['twice-from-zero', 'Numbers below 0 become 0. They are doubled too.', 'Math.max(0, 2 * v)'],
    ['twice-cubed', 'This is the third power. Multiply by 2 instead.', 'v ** 3'],
  ];
  const list = wrongs.map(
    ([id, sentence, expression]) => `  {
    exercise: '${lesson.number}.1 twice',
    id: '${id}',
    sentence: '${sentence}',
    wrong: (x: Tensor) => map(x, (v) => ${expression}),
  },
`,
  );
  return `/** Lesson ${lesson.number}: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { map, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';

export const misconceptions: Misconception[] = [
${list.join('')}];
`;
}

function experimentText(lesson: Lesson): string {
  return `/** Say in one sentence what can be seen. */
import { array } from '#arrays';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type * as Lesson from './${lesson.slug}.reference.ts';

export const title = '${titleOf(lesson)}: say what it is good for';

export const about = 'Say in two or three sentences what to look at.';

export const parameters = {
  largest: { label: 'the largest x', from: 1, to: 10, value: 4 },
} satisfies Parameters;

/**
 * The experiment of lesson ${lesson.number}.
 *
 * @param lesson the functions of the lesson
 * @returns twice x over x
 */
export function* experiment(
  lesson: typeof Lesson,
  _material: Material,
  { largest }: Values<typeof parameters>,
): Running {
  const xs = [0, largest / 2, largest];
  const twice = lesson.twice(array(xs));
  yield 1;
  return [
    {
      kind: 'curves',
      title: 'Twice x over x',
      x: { label: 'x' },
      y: { label: '2x' },
      curves: [{ name: '2x', points: xs.map((x, i) => [x, twice.get(i)]) }],
    },
  ];
}
`;
}

function suiteText(lesson: Lesson): string {
  return `import { array } from '#arrays';
import { expect } from '#checks/expect';
import { twice } from '#lessons/${lesson.name}';

describe('${lesson.name}', () => {
  describe('${lesson.number}.1 twice', () => {
    it('doubles every entry, on both sides of 0', () => {
      expect(twice(array([3, -0.5, 7]))).to.almostEqual([6, -1, 14]);
    });

    it('reads a view through its strides and leaves it alone', () => {
      const x = array([5, 99, -1.5, 99]);
      expect(() => twice(x.step(2))).to.leaveUnchanged({ x });
      expect(twice(x.step(2))).to.almostEqual([10, -3]);
    });
  });
});
`;
}

function solutionText(lesson: Lesson, expression: string): string {
  return `/** The right answers of lesson ${lesson.number} in other words. */
import { copy, type Tensor } from '#arrays';

export function twice(x: Tensor): Tensor {
  const out = copy(x);
  for (const [i, v] of out.data.entries()) out.data[i] = ${expression};
  return out;
}
`;
}

function readmeText(lesson: Lesson): string {
  return `# ${lesson.number} · ${titleOf(lesson)}

Say here in two sentences what one can do after this lesson.

![Say what the picture shows](experiment.svg)

## The idea

The formula, and an example with numbers small enough to check by hand.

## Exercises

### ${lesson.number}.1 twice

Twice every entry of x.

<details><summary>Hint</summary>

\`map\` calls a function for every entry.

</details>

## Mistakes people make

What goes wrong most often, and how one notices.
`;
}
