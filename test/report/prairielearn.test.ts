import { expect } from 'chai';
import { prairielearn } from '../../checks/report/formats/prairielearn.ts';
import { published, validatorOf } from './published.ts';
import { allResults, tiny, type Results } from './results.ts';

const invalid = validatorOf(published('prairielearn.schema.json'));

interface Document {
  gradable: boolean;
  score: number;
  format_errors?: string[];
  tests: { points: number; max_points: number; message: string }[];
}

describe('prairielearn', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  function written(name: string): Document {
    return JSON.parse(prairielearn(results[name]!)) as Document;
  }

  it('writes a test for each exercise', () => {
    expect(JSON.parse(prairielearn(tiny))).to.deep.equal({
      gradable: true,
      score: 1 / 3,
      message: '1 of 3 points',
      output: '02-curves: 1 of 3 points\nYour code printed:\nz = 40',
      tests: [
        {
          name: '02.5 bentAt',
          description: 'is ½ at 0; is 1 far to the right',
          points: 1,
          max_points: 2,
          message: [
            '✘ is 1 far to the right',
            'call      bentAt(40)',
            'returned  0',
            'expected  1',
            '1 was expected and 0 came back (they differ by 1)',
            'at curves.ts:31',
            'Left and right have changed places.',
            'Read lessons/02-curves/README.md#025-bentat',
          ].join('\n'),
        },
        {
          name: '02.6 slopeAt',
          description: 'is 0 at 0',
          points: 0,
          max_points: 1,
          message: 'To do. Read lessons/02-curves/README.md#026-slopeat',
        },
      ],
    });
  });

  it('is valid and within 1 MB for every result', () => {
    for (const [name, result] of Object.entries(results)) {
      const text = prairielearn(result);
      expect(invalid(JSON.parse(text)), name).to.deep.equal([]);
      expect(Buffer.byteLength(text), name).to.be.lessThan(1_000_000);
    }
  });

  it('is held to a schema that refuses what PrairieLearn does not take', () => {
    const wrong = [
      {},
      { score: 1.1 },
      { score: null },
      { gradable: true },
      { score: 1, tests: {} },
    ];
    for (const document of wrong) expect(invalid(document)).not.to.deep.equal([]);
  });

  it('adds up to the points of the result', () => {
    for (const [name, result] of Object.entries(results)) {
      const { score, tests } = JSON.parse(prairielearn(result)) as Document;
      expect(score * result.max, name).to.be.closeTo(result.points, 1e-9);
      expect(
        tests.reduce((sum, test) => sum + test.points, 0),
        name,
      ).to.equal(result.points);
      expect(
        tests.reduce((sum, test) => sum + test.max_points, 0),
        name,
      ).to.equal(result.max);
    }
  });

  it('gives 1 for a right submission and 0 for one that is not begun', () => {
    expect(written('a right one').score).to.equal(1);
    expect(written('a right one').tests[0]!.message).to.match(/^All \d checks pass\.$/);
    expect(written('one that is not begun')).to.include({ gradable: true, score: 0 });
  });

  it('does not count an attempt of which nothing could be graded', () => {
    const { gradable, score, format_errors: errors } = written('one with a syntax error');
    expect({ gradable, score }).to.deep.equal({ gradable: false, score: 0 });
    expect(errors).to.have.length(1);
    expect(errors![0]).to.match(/Unexpected "}"$/);
    expect(written('no lesson')).to.include({ gradable: false, score: 0 });
    expect(written('one lesson of two that is broken').gradable).to.equal(true);
  });
});
