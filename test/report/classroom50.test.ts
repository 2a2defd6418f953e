import { expect } from 'chai';
import { classroom50 } from '../../checks/report/formats/classroom50.ts';
import { formats } from '../../checks/report/formats/formats.ts';
import { published, validatorOf } from './published.ts';
import { allResults, tiny, type Results } from './results.ts';

const invalid = validatorOf(published('classroom50.schema.json'));

const environment = {
  CLASSROOM: 'deep-learning',
  ASSIGNMENT: 'curves',
  ASSIGNMENT_TYPE: 'individual',
  OWNER: 'alice',
  SUBMISSION_TAG: 'submit/2026-06-01T14-32-05Z-a1b2c3d',
  COMMIT_URL: 'https://example.org/commit/a1b2c3d',
  RELEASE_URL: 'https://example.org/releases/tag/submit',
  REVIEW_URL: 'https://example.org/compare/0000000...a1b2c3d',
};

interface Document {
  score: number;
  'max-score': number;
  tests: { passed: boolean; score: number; 'max-score': number }[];
}

describe('classroom50', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('writes a test for each exercise, for the submission that the environment names', () => {
    expect(JSON.parse(classroom50(tiny, environment))).to.deep.equal({
      schema: 'classroom50/result/v1',
      classroom: 'deep-learning',
      assignment: 'curves',
      assignment_type: 'individual',
      owner: 'alice',
      submission: 'submit/2026-06-01T14-32-05Z-a1b2c3d',
      commit: 'https://example.org/commit/a1b2c3d',
      release: 'https://example.org/releases/tag/submit',
      review: 'https://example.org/compare/0000000...a1b2c3d',
      datetime: '2026-06-01T14:32:05Z',
      score: 1,
      'max-score': 3,
      tests: [
        {
          'test-name': '02.5 bentAt',
          passed: false,
          score: 1,
          'max-score': 2,
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
        },
        {
          'test-name': '02.6 slopeAt',
          passed: false,
          score: 0,
          'max-score': 1,
          output: 'To do. Read lessons/02-curves/README.md#026-slopeat',
        },
      ],
    });
  });

  it('is valid for every result', () => {
    for (const [name, result] of Object.entries(results)) {
      expect(invalid(JSON.parse(classroom50(result, environment))), name).to.deep.equal([]);
    }
  });

  it('is held to a schema that refuses what Classroom 50 does not take', () => {
    const document = JSON.parse(classroom50(tiny, environment)) as Record<string, unknown>;
    for (const change of [
      { schema: 'classroom50/result/v2' },
      { owner: '' },
      { submission: 'main' },
      { score: 0.5 },
      { datetime: '2026-06-01 14:32:05' },
      { grade: 'A' },
    ]) {
      expect(invalid({ ...document, ...change })).not.to.deep.equal([]);
    }
  });

  it('adds up to the points of the result', () => {
    for (const [name, result] of Object.entries(results)) {
      const { tests, ...whole } = JSON.parse(classroom50(result, environment)) as Document;
      expect(whole, name).to.include({ score: result.points, 'max-score': result.max });
      for (const key of ['score', 'max-score'] as const) {
        expect(
          tests.reduce((sum, test) => sum + test[key], 0),
          name,
        ).to.equal(whole[key]);
      }
      for (const { passed, ...test } of tests) {
        expect(passed, name).to.equal(test.score === test['max-score']);
      }
    }
  });

  it('names each variable that is missing', () => {
    const { OWNER, ...others } = environment;
    expect(OWNER).to.equal('alice');
    expect(() => classroom50(tiny, others)).to.throw(
      "classroom50: OWNER must be set in the environment and is not; Classroom 50's runner sets what this format needs, so write it there",
    );
    expect(() => classroom50(tiny, { ...others, CLASSROOM: '' })).to.throw(
      'classroom50: CLASSROOM, OWNER must be set in the environment and are not;',
    );
  });

  it('takes the environment of its process unless another is given', () => {
    const before = { ...process.env };
    try {
      Object.assign(process.env, environment);
      expect(formats['classroom50']!.write(tiny)).to.equal(classroom50(tiny, environment));
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('needs a tag that tells the time', () => {
    expect(() => classroom50(tiny, { ...environment, SUBMISSION_TAG: 'v1' })).to.throw(
      'classroom50: SUBMISSION_TAG is "v1"; it must begin like submit/2026-06-01T14-32-05Z-a1b2c3d',
    );
  });
});
