/** What learners read about every planted mistake, as a whole and under review. */
import { checkGradient } from '../../checks/gradient/check.ts';
import { formatReport } from '../../checks/gradient/verdict-text.ts';
import { expectSnapshot } from '../snapshot.ts';
import { PLANTED } from './zoo/zoo.ts';

/** Of the lines with numbers only the beginning: the last digits are the machine's. */
const withoutNumbers = (text: string) =>
  text.replaceAll(/(\[[\d, ]*\]) is .* and should be .*; /g, '$1 …; ');

describe('The messages of the gradient checker', () => {
  it('are the ones that were reviewed', () => {
    const texts = PLANTED.map(({ title, problem }) => {
      const report = checkGradient(problem(1), { seed: 1001 });
      return `# ${title}\n${withoutNumbers(formatReport(report))}\n`;
    });
    expectSnapshot('gradient/messages', texts.join('\n'));
  }).timeout(30_000);
});
