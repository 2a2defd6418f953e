/** What a gradient check found, as text for a learner. */
import { distinctNumberText } from '../text.ts';
import type { Finding, GradientReport } from './report.ts';

/**
 * A report as text for a learner: the cause in one sentence, then a few lines of evidence.
 *
 * @returns `affine: dW is 4 times too large: …`, its evidence, and what is right
 */
export function formatReport(report: GradientReport): string {
  const { name, findings, right, consequences, entries, cost } = report;
  if (report.verdict === 'pass') {
    const count =
      entries.checked < entries.of ? `${entries.checked} of ${entries.of}` : String(entries.of);
    return `${name}: ${are(right)} right (${count} entries, ${cost.forward} forward calls).`;
  }
  const [first, ...others] = findings;
  const lines = [
    `${name}: ${first!.sentence}`,
    ...evidence(first!),
    ...others.map(({ sentence }) => `  also: ${sentence}`),
    ...(right.length > 0 ? [`  ${are(right)} right.`] : []),
    ...(consequences.length > 0
      ? [`  ${are(consequences)} wrong too, which may follow from this.`]
      : []),
  ];
  return lines.join('\n');
}

/** Names in a sentence: `dx`, `dx and dW`, `dx, dW and db`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

function are(names: readonly string[]): string {
  return `${listed(names)} ${names.length === 1 ? 'is' : 'are'}`;
}

function evidence({
  gradient,
  index,
  yours,
  numeric,
  uncertainty,
  wrong,
  checked,
}: Finding): string[] {
  if (index === undefined || yours === undefined || numeric === undefined) return [];
  const range = uncertainty === undefined ? '' : ` ± ${uncertainty.toExponential(0)}`;
  const howMany = checked === undefined ? '' : `; ${wrong} of ${checked} entries are wrong`;
  return [
    `  ${gradient}[${index.join(', ')}] is ${distinctNumberText(yours, numeric)} and should be ` +
      `${distinctNumberText(numeric, yours)}${range}${howMany}`,
  ];
}
