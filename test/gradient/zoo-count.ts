/**
 * How many planted mistakes the checker catches and names, how often it says something else, and how often it
 * accuses right code, over as many data seeds as CHAINRULE_SEEDS says:
 *
 *     node --import tsx test/gradient/zoo-count.ts
 */
import { checkGradient } from '../../checks/gradient/check.ts';
import { normals } from '../../bench/gradient/operations/arithmetic.ts';
import { SEEDS } from './seeds.ts';
import { PLANTED, TRICKY } from './zoo/zoo.ts';

/** What is said where no cause was found: true, and no name. */
const NAMELESS = new Set(['wrong', 'region', 'undecided']);

const count = { caught: 0, named: 0, misnamed: 0 };
for (const { title, problem, code } of PLANTED) {
  const reports = SEEDS.map((seed) => checkGradient(problem(seed), { seed: 1000 + seed }));
  const codes = reports.map(({ findings: [first] }) => first?.code ?? 'nothing');
  const isCaught = reports.every(({ verdict }) => verdict === 'fail');
  const isNamed = isCaught && !NAMELESS.has(code) && codes.every((each) => each === code);
  const isMisnamed = reports.some(({ verdict }, i) => {
    const said = codes[i]!;
    return verdict === 'fail' && said !== code && !NAMELESS.has(said);
  });
  if (isCaught) count.caught++;
  if (isNamed) count.named++;
  if (isMisnamed) count.misnamed++;
  if (!isCaught || isMisnamed || (!isNamed && !NAMELESS.has(code))) {
    console.log(
      `${title}: ${code} is what it is, and the checker says ${[...new Set(codes)].join(', ')}`,
    );
  }
}
const nameable = PLANTED.filter(({ code }) => !NAMELESS.has(code)).length;
const quiet = TRICKY.filter(({ title, problem, kind }) => {
  const verdicts = SEEDS.map((seed) => {
    const { verdict } = checkGradient(problem(normals(seed, kind), seed), { seed: 1000 + seed });
    return verdict;
  });
  const isQuiet = verdicts.every((verdict) => verdict === 'pass');
  if (!isQuiet)
    console.log(`${title}: right, and the checker says ${[...new Set(verdicts)].join(', ')}`);
  return isQuiet;
}).length;
console.log(
  `${SEEDS.length} seeds. ${PLANTED.length} planted mistakes: ${count.caught} caught, ` +
    `${count.named} named of ${nameable} that have a name, ${count.misnamed} misnamed. ` +
    `${TRICKY.length} right but tricky layers: ${quiet} without alarm.`,
);
