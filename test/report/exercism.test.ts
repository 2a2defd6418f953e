import { expect } from 'chai';
import { exercism } from '../../checks/report/formats/exercism.ts';
import { published, validatorOf } from './published.ts';
import { allResults, tiny, type Results } from './results.ts';

const invalid = validatorOf(published('exercism.schema.json'));

interface Document {
  status: string;
  message: string | null;
  tests: { name: string; status: string; message?: string; output?: string; task_id?: number }[];
}

describe('exercism', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  function written(name: string): Document {
    return JSON.parse(exercism(results[name]!)) as Document;
  }

  it('writes a test for each check, and what was printed at the first that did not pass', () => {
    expect(JSON.parse(exercism(tiny))).to.deep.equal({
      version: 3,
      status: 'fail',
      message: null,
      tests: [
        { name: '02.5 bentAt: is ½ at 0', status: 'pass', task_id: 5 },
        {
          name: '02.5 bentAt: is 1 far to the right',
          status: 'fail',
          message: [
            'call      bentAt(40)',
            'returned  0',
            'expected  1',
            '1 was expected and 0 came back (they differ by 1)',
            'at curves.ts:31',
            'Left and right have changed places.',
            'Read lessons/02-curves/README.md#025-bentat',
          ].join('\n'),
          output: 'z = 40',
          test_code: 'bentAt(40)',
          task_id: 5,
        },
        {
          name: '02.6 slopeAt: is 0 at 0',
          status: 'fail',
          message: 'To do. Read lessons/02-curves/README.md#026-slopeat',
          task_id: 6,
        },
      ],
    });
  });

  it('is valid for every result', () => {
    for (const [name, result] of Object.entries(results)) {
      expect(invalid(JSON.parse(exercism(result))), name).to.deep.equal([]);
    }
  });

  it('is held to a schema that refuses what Exercism does not take', () => {
    const document = JSON.parse(exercism(tiny)) as Record<string, unknown>;
    for (const change of [
      { version: 2 },
      { status: 'passed' },
      { status: 'error' },
      { message: 'a message' },
      { tests: [{ name: 'a test', status: 'fail', output: 'x'.repeat(501) }] },
    ]) {
      expect(invalid({ ...document, ...change })).not.to.deep.equal([]);
    }
  });

  it('has as many passed tests as the result has points', () => {
    for (const [name, result] of Object.entries(results)) {
      const { tests } = JSON.parse(exercism(result)) as Document;
      expect(tests.length, name).to.equal(result.max);
      const passed = tests.filter(({ status }) => status === 'pass');
      expect(passed.length, name).to.equal(result.points);
    }
  });

  it('passes a right submission, fails one that is not begun, and cannot run a broken one', () => {
    expect(written('a right one')).to.include({ status: 'pass', message: null });
    expect(written('one that is not begun')).to.include({ status: 'fail', message: null });
    const broken = written('one with a syntax error');
    expect(broken.status).to.equal('error');
    expect(broken.message).to.match(/Unexpected "}"$/);
    expect(new Set(broken.tests.map(({ status }) => status))).to.deep.equal(new Set(['error']));
  });

  it('is an error when there was nothing to run', () => {
    expect(written('no lesson')).to.deep.include({ status: 'error', tests: [] });
    expect(written('no lesson').message).to.equal('No lesson was graded.');
    expect(written('a lesson without a check').status).to.equal('error');
  });

  it('shows at most 500 characters of what was printed, and says that there were more', () => {
    const [first] = written('long texts').tests;
    expect(first!.output).to.have.length(500);
    expect(first!.output).to.match(/^🙂+\uFFFD?\n… \(the beginning of 20000 characters\)$/u);
  });

  it('shows what a right submission printed at its first test', () => {
    const printed = {
      ...tiny,
      lessons: [{ ...tiny.lessons[0]!, checks: [tiny.lessons[0]!.checks[0]!] }],
    };
    expect((JSON.parse(exercism(printed)) as Document).tests[0]!.output).to.equal('z = 40');
  });

  it('names tasks only within a lesson', () => {
    const { tests } = written('one lesson of two that is broken');
    expect(tests.map(({ task_id: task }) => task)).to.deep.equal([undefined, undefined]);
  });
});
