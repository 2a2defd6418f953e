/** What a gradient check found, as data and as text for a learner. */
import { distinctNumberText } from '../text.ts';
import type { Checked } from './numeric.ts';
import type { Subject } from './function-under-test.ts';

/**
 * What a learner did, or what can be said of it. Those up to `not-linear` break the contract of a forward and
 * a backward function; the others are causes of a wrong gradient, the simplest first; `wrong` has no name.
 */
export const CODES = [
  'threw',
  'not-an-array',
  'missing',
  'not-finite',
  'not-repeatable',
  'changed-argument',
  'changed-dout',
  'changed-cache',
  'stuck',
  'stale',
  'wrong-shape',
  'accumulates',
  'dout-ignored',
  'weight-decay',
  'extra-constant',
  'not-linear',
  'zero',
  'sign',
  'ratio',
  'other-input',
  'transposed',
  'reshaped',
  'flipped',
  'own-place',
  'shifted',
  'blocks-permuted',
  'block',
  'not-summed',
  'one-slice',
  'output-ignored',
  'overwritten',
  'mask-inverted',
  'mask-missing',
  'passed-through',
  'diagonal-only',
  'own-step-only',
  'missing-factor',
  'wrong-factor',
  'missing-penalty',
  'mean-path',
  'variance-path',
  'norm-path',
  'sum-path',
  'transposed-operand',
  'wrong-operand',
  'outside-kink',
  'region',
  'wrong',
  'undecided',
] as const;

export type Code = (typeof CODES)[number];

/** The name of a mistake, and a sentence that tells the learner what happened and what to do. */
export interface Cause {
  code: Code;
  sentence: string;
}

/** One thing that is wrong, or that could not be decided. */
export interface Finding extends Cause {
  /** The input whose gradient it is about; nothing if it is about the functions as a whole. */
  input?: string;
  /** The gradient's name: 'dW' for the input 'W'. */
  gradient?: string;
  /** The index of the entry that is furthest off, and what it is. */
  index?: readonly number[];
  yours?: number;
  numeric?: number;
  /** How far `yours` might have been from `numeric` and still be right. */
  uncertainty?: number;
  /** How many of the `checked` entries are wrong. */
  wrong?: number;
  checked?: number;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** The outcome of a gradient check. */
export interface GradientReport {
  /** The name of the operation. */
  name: string;
  /** `inconclusive` when nothing is known to be wrong and something could not be decided: it is never a pass. */
  verdict: Verdict;
  /** The cause first. Wrong gradients that follow from a named cause are not here but among `consequences`. */
  findings: readonly Finding[];
  /** The names of gradients that are right. */
  right: readonly string[];
  /** The names of gradients that are wrong too, and may well be right once the findings are mended. */
  consequences: readonly string[];
  /** Entries at which the function has a kink, so that a whole interval of values is right. */
  kinks: number;
  /** Entries compared one by one, and entries there are. */
  entries: { checked: number; of: number };
  /** What it cost, in calls of the learner's functions. */
  cost: { forward: number; backward: number };
}

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

/** Codes that name no cause: beside one that does, such findings are likely to follow from it. */
const UNNAMED: ReadonlySet<Code> = new Set(['region', 'wrong', 'undecided']);

/**
 * Puts findings together into a report: the simplest cause first, the same cause of several gradients as one
 * finding, and, beside a named cause, no others that have no name and are likely to follow from it.
 */
export function summarize(
  subject: Subject,
  checked: readonly Checked[],
  findings: readonly Finding[],
): GradientReport {
  const isNamed = ({ code }: Finding) => !UNNAMED.has(code);
  const kept = findings.some(isNamed) ? findings.filter(isNamed) : findings;
  const sorted = together(kept).toSorted((a, b) => CODES.indexOf(a.code) - CODES.indexOf(b.code));
  const accused = new Set(findings.map(({ gradient }) => gradient));
  const told = new Set(kept.map(({ gradient }) => gradient));
  const entries = checked.flatMap((each) => each.entries);
  const gradients = checked.map(({ input }) => input.gradient);
  return {
    name: subject.name,
    verdict:
      findings.length === 0
        ? 'pass'
        : findings.every(({ code }) => code === 'undecided')
          ? 'inconclusive'
          : 'fail',
    findings: sorted,
    right: gradients.filter((gradient) => !accused.has(gradient)),
    consequences: gradients.filter((gradient) => accused.has(gradient) && !told.has(gradient)),
    kinks: entries.filter(({ isKink }) => isKink).length,
    entries: {
      checked: entries.length,
      of: subject.inputs.reduce((total, { values }) => total + values.length, 0),
    },
    cost: { ...subject.calls },
  };
}

/** Findings that say the same of several gradients, `dW is …` and `db is …`, as one: `dW and db are …`. */
function together(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  const sentences = new Set<string>();
  for (const finding of findings) {
    // Of two gradients that are exchanged, each says so.
    if (sentences.has(finding.sentence)) continue;
    sentences.add(finding.sentence);
    const { sentence, gradient } = finding;
    const isAbout = gradient !== undefined && sentence.startsWith(`${gradient} `);
    const key = isAbout ? sentence.slice(gradient.length) : sentence;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups].map(([predicate, group]) => {
    const [first] = group as [Finding];
    if (group.length === 1 || first.sentence === predicate) return first;
    const names = group.map(({ gradient }) => gradient!);
    return { ...first, sentence: listed(names) + inPlural(predicate) };
  });
}

/** Verbs that sentences about one gradient use and that change otherwise than by losing an s. */
const PLURALS: Readonly<Record<string, string>> = {
  is: 'are',
  was: 'were',
  has: 'have',
  does: 'do',
};

/** ` is zero` as ` are zero`, ` lacks the mask` as ` lack the mask`. */
function inPlural(predicate: string): string {
  return predicate.replace(/\w+/, (verb) => PLURALS[verb] ?? verb.replace(/s$/, ''));
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
