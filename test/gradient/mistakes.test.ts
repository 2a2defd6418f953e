/** Every mistake that the checker must catch and name, with the sentence its author reads. */
import { expect } from 'chai';
import { checkGradient } from '../../checks/gradient/check.ts';
import { SEEDS } from './seeds.ts';
import { PLANTED } from './zoo/zoo.ts';

describe('The gradient checker, on wrong code', () => {
  for (const { title, problem, code, sentence, right, consequences = [] } of PLANTED) {
    it(`names ${title}, whatever the data`, () => {
      for (const seed of SEEDS) {
        const report = checkGradient(problem(seed), { seed: 1000 + seed });
        const told = {
          verdict: report.verdict,
          findings: report.findings.map((finding) => [finding.code, finding.sentence]),
          right: report.right,
          consequences: report.consequences,
        };
        const expected = { verdict: 'fail', findings: [[code, sentence]], right, consequences };
        expect(told, `seed ${seed}`).to.deep.equal(expected);
      }
    });
  }
});
