/** The result file: its schema, and the reader that batch grading trusts. */
import { join } from 'node:path';
import { expect } from 'chai';
import { root, sourceText } from '../../checks/project.ts';
import { formats } from '../../checks/report/formats/formats.ts';
import { parseResult } from '../../checks/results/result-file.ts';
import { validatorOf } from '../report/published.ts';
import { allResults, tiny, type Results } from '../report/results.ts';
import { expectSnapshot } from '../snapshot.ts';

const schema = sourceText(join(root, 'checks', 'results', 'result.schema.json'));
const invalid = validatorOf(schema);

/** The parts of the schema that say what a field is. */
interface Schema {
  description?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
}

/** The tiny result with another value at a path such as `lessons.0.points`; undefined leaves the field out. */
function tinyWith(path: string, value: unknown): unknown {
  const document: unknown = structuredClone(tiny);
  const keys = path.split('.');
  const owner = keys
    .slice(0, -1)
    .reduce((at, key) => (at as Record<string, unknown>)[key], document);
  (owner as Record<string, unknown>)[keys.at(-1)!] = value;
  return JSON.parse(JSON.stringify(document));
}

/** What the reader says against a document; undefined when it takes it. */
function refusal(document: unknown): string | undefined {
  try {
    parseResult(JSON.stringify(document));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const failed = 'lessons.0.checks.1';

/** What the schema can say. */
const malformed: Readonly<Record<string, unknown>> = {
  'an empty object': {},
  'a list': [],
  null: null,
  'a number': 1,
  'version 2': tinyWith('version', 2),
  'a version in quotes': tinyWith('version', '1'),
  'no seed': tinyWith('seed', undefined),
  'a seed that is no whole number': tinyWith('seed', 0.5),
  'a seed of 33 bits': tinyWith('seed', 2 ** 32),
  'negative points': tinyWith('points', -1),
  'points in quotes': tinyWith('points', '1'),
  'no points': tinyWith('points', null),
  'points beyond what is exact': tinyWith('points', 2 ** 53),
  'an unknown field': tinyWith('grade', 'A'),
  'lessons by name': tinyWith('lessons', { '02-curves': tiny.lessons[0] }),
  'a lesson that is null': tinyWith('lessons.0', null),
  'a lesson without printed': tinyWith('lessons.0.printed', undefined),
  'a lesson with an unknown field': tinyWith('lessons.0.samples', []),
  'a lesson by its number': tinyWith('lessons.0.lesson', '02'),
  'a lesson that leaves its folder': tinyWith('lessons.0.lesson', '../02-curves'),
  'a reason that is no text': tinyWith('lessons.0.broken', true),
  'checks that are no list': tinyWith('lessons.0.checks', 'all'),
  'an unknown status': tinyWith(`${failed}.status`, 'skipped'),
  'a status that begins well': tinyWith(`${failed}.status`, 'failed twice'),
  'no status': tinyWith(`${failed}.status`, undefined),
  'no title': tinyWith(`${failed}.title`, ''),
  'an exercise without its number': tinyWith(`${failed}.exercise`, 'bentAt'),
  'a failure without its problem': tinyWith(`${failed}.failure.problem`, undefined),
  'a failure in a sentence': tinyWith(`${failed}.failure`, 'it is wrong'),
  'a failure with an unknown field': tinyWith(`${failed}.failure.stack`, ''),
  'a value that is no text': tinyWith(`${failed}.failure.got`, 0),
  'a diagnosis without its name': tinyWith(`${failed}.failure.diagnosis.id`, undefined),
  'a diagnosis that links elsewhere': tinyWith(
    `${failed}.failure.diagnosis.anchor`,
    'https://example.org',
  ),
  'a failure of a check that passed': tinyWith('lessons.0.checks.0.failure', { problem: 'no' }),
  'a failure of what is still to do': tinyWith('lessons.0.checks.2.failure', { problem: 'no' }),
};

/** What it cannot. */
const inconsistent: Readonly<Record<string, unknown>> = {
  'points above max': tinyWith('points', 4),
  'points that are not the sum of the lessons': tinyWith('points', 0),
  'a max that is not the sum of the lessons': tinyWith('max', 4),
  'more points for a lesson than checks that passed': tinyWith('lessons.0.points', 2),
  'fewer points for a lesson to earn than it has checks': tinyWith('lessons.0.max', 2),
  'a lesson with a seed of its own': tinyWith('lessons.0.seed', 8),
  'a lesson too few': tinyWith('lessons', []),
};

describe('The schema of the result file', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('holds for what grading finds, awkward texts and all', () => {
    for (const [name, result] of Object.entries(results)) {
      expect(invalid(result), name).to.deep.equal([]);
    }
  });

  it('refuses what is not of its form', () => {
    for (const [name, document] of Object.entries(malformed)) {
      expect(invalid(document), name).not.to.deep.equal([]);
    }
  });

  it('holds for the example in the text about it', () => {
    const text = sourceText(join(root, 'checks', 'report', 'README.md'));
    const example = /```json\n([^]*?)```/.exec(text)![1]!;
    expect(invalid(JSON.parse(example))).to.deep.equal([]);
    expect(parseResult(example).points).to.equal(1);
    for (const name of Object.keys(formats)) expect(text).to.include(`(formats/${name}.ts)`);
  });

  it('describes every field', () => {
    const { $defs, ...whole } = JSON.parse(schema) as Schema & { $defs: Record<string, Schema> };
    const fields = [whole, ...Object.values($defs)].flatMap(({ properties = {} }) =>
      Object.entries(properties),
    );
    expect(fields.length).to.be.greaterThan(20);
    for (const [name, { description, $ref }] of fields) {
      const text = description ?? $defs[$ref!.slice('#/$defs/'.length)]!.description;
      expect(text, name).to.match(/^.{10,}$/);
    }
  });
});

describe('parseResult', function () {
  this.timeout(120_000);

  it('returns what was written', async () => {
    for (const [name, result] of Object.entries(await allResults())) {
      expect(parseResult(JSON.stringify(result, null, 2)), name).to.deep.equal(result);
    }
  });

  it('refuses whatever the schema refuses', () => {
    for (const [name, document] of Object.entries(malformed)) {
      expect(refusal(document), name).to.match(/^parseResult: .* grade the submission again$/);
    }
  });

  it('takes whatever the schema takes, unless the numbers do not add up', () => {
    for (const [name, document] of Object.entries(inconsistent)) {
      expect(invalid(document), name).to.deep.equal([]);
      expect(refusal(document), name).to.match(/^parseResult: .* grade the submission again$/);
    }
    const optional = {
      'no diagnosis': tinyWith(`${failed}.failure.diagnosis`, undefined),
      'a problem alone': tinyWith(`${failed}.failure`, { problem: '' }),
      'no failure': tinyWith(`${failed}.failure`, undefined),
      'a broken lesson': tinyWith('lessons.0.broken', ''),
    };
    for (const [name, document] of Object.entries(optional)) {
      expect(invalid(document), name).to.deep.equal([]);
      expect(refusal(document), name).to.equal(undefined);
    }
  });

  it('refuses every beginning of a result file', () => {
    const text = JSON.stringify(tiny);
    for (let length = 0; length < text.length; length++) {
      expect(() => parseResult(text.slice(0, length))).to.throw(/^parseResult: this is not JSON/);
    }
  });

  it('refuses a field of the prototype', () => {
    const text = JSON.stringify(tiny).replace('{', '{"__proto__":{},');
    expect(() => parseResult(text)).to.throw(/__proto__ is an unknown field/);
  });

  it('says what it found, what must hold and what to do', () => {
    const messages = Object.entries({ ...malformed, ...inconsistent }).map(
      ([name, document]) => `${name}\n  ${refusal(document)}\n`,
    );
    expectSnapshot('formats/refusals', messages.join(''));
  });
});
