/** Puts what was found about each gradient together into one report. */
import type { Subject } from './function-under-test.ts';
import type { Checked } from './numeric.ts';
import { CODES, type Code, type Finding, type GradientReport } from './report.ts';
import { listed } from './verdict-text.ts';

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

function isNamed({ code }: Finding): boolean {
  return !UNNAMED.has(code);
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
