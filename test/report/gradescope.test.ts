import { expect } from 'chai';
import { gradescope } from '../../checks/report/formats/gradescope.ts';
import { published, validatorOf } from './published.ts';
import { allResults, tiny, type Results } from './results.ts';

const invalid = validatorOf(published('gradescope.schema.json'));

interface Document {
  score: number;
  tests: { score: number; max_score: number }[];
}

describe('gradescope', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('writes a test for each exercise, with its number and its failure', () => {
    expect(JSON.parse(gradescope(tiny))).to.deep.equal({
      score: 1,
      output: '02-curves: 1 of 3 points\nYour code printed:\nz = 40',
      output_format: 'text',
      test_output_format: 'text',
      test_name_format: 'text',
      visibility: 'visible',
      stdout_visibility: 'hidden',
      extra_data: { seed: 7 },
      tests: [
        {
          score: 1,
          max_score: 2,
          status: 'failed',
          name: '02.5 bentAt',
          number: '02.5',
          output: [
            '✘ is 1 far to the right',
            'call      bentAt(40)',
            'returned  0',
            'expected  1',
            '1 was expected and 0 came back (they differ by 1)',
            'at curves.ts:31',
            'Left and right have changed places.',
            'Read lessons/02-curves/README.md#025-bentat',
          ].join('\n'),
          visibility: 'visible',
        },
        {
          score: 0,
          max_score: 1,
          status: 'failed',
          name: '02.6 slopeAt',
          number: '02.6',
          output: 'To do. Read lessons/02-curves/README.md#026-slopeat',
          visibility: 'visible',
        },
      ],
    });
  });

  it('is valid for every result', () => {
    for (const [name, result] of Object.entries(results)) {
      expect(invalid(JSON.parse(gradescope(result))), name).to.deep.equal([]);
    }
  });

  it('is held to a schema that refuses what Gradescope does not know', () => {
    for (const wrong of [{}, { score: '1' }, { score: null }, { score: 1, visibility: 'public' }]) {
      expect(invalid(wrong)).not.to.deep.equal([]);
    }
  });

  it('adds up to the points of the result', () => {
    for (const [name, result] of Object.entries(results)) {
      const { score, tests } = JSON.parse(gradescope(result)) as Document;
      expect(score, name).to.equal(result.points);
      expect(
        tests.reduce((sum, test) => sum + test.score, 0),
        name,
      ).to.equal(result.points);
      expect(
        tests.reduce((sum, test) => sum + test.max_score, 0),
        name,
      ).to.equal(result.max);
    }
  });

  it('says why a lesson could not be graded, above and at each exercise', () => {
    const text = gradescope(results['one with a syntax error']!);
    const { output, tests } = JSON.parse(text) as { output: string; tests: { output: string }[] };
    expect(output).to.match(/lines\.ts did not load: lines\.ts:\d+: Unexpected "}"$/);
    expect(tests[0]!.output).to.match(/this check did not run\n.*Unexpected "}"$/);
  });
});
