/** Faults with refusing: a call that must be refused and is not, in another way, or one that is refused for nothing. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { valueText } from '../text.ts';
import { nameOf } from './evidence.ts';
import { inFailedChecks, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';

/** A call that the exercise says must be refused, and that was answered. */
export function missingRefusal(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(({ verdict }) => verdict === 'unrefused');
  if (shown === undefined) return undefined;
  const line = lineOf(shown.refusal);
  const cure = line === undefined ? '' : ` A line like this does it: ${line}`;
  return {
    kind: 'mechanical',
    id: 'refusal-missing',
    sentence: `This call must be refused with a ${nameOf(shown.refusal)}, and was answered: ${problemText(shown.refusal)}.${cure}`,
    shown,
  };
}

/** A call that must be refused, and that ended with another kind of error. */
export function wrongRefusal(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(({ verdict }) => verdict === 'misrefused');
  if (shown === undefined || !('thrown' in shown.call.outcome)) return undefined;
  const { thrown } = shown.call.outcome;
  return {
    kind: 'mechanical',
    id: 'refusal-of-another-kind',
    sentence: insteadText(nameOf(shown.refusal), shown.refusal, thrown),
    shown,
  };
}

/** What came in the place of a refusal. */
function insteadText(wanted: string, refusal: unknown, thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return `This call is refused with ${valueText(thrown)}, which is not an Error: it says neither its kind nor where it came from. Write throw new ${wanted}(…).`;
  }
  return nameOf(thrown) === 'Error'
    ? `This call is refused with an Error, and must be with a ${wanted}: throw new ${wanted}(…).`
    : `This call must be refused with a ${wanted}: ${problemText(refusal)}. Instead it breaks on the way: ${nameOf(thrown)}: ${problemText(thrown)}. Look at the arguments before you use them.`;
}

/** A call that is refused as it must be, but in the name of a function that was called on the way. */
export function borrowedRefusal(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(({ verdict, call, refusal }) => {
    const thrown = 'thrown' in call.outcome ? call.outcome.thrown : undefined;
    const refuser = refuserOf(thrown);
    return (
      verdict === 'refused' &&
      refuser !== exercise.name &&
      refuserOf(refusal) === exercise.name &&
      refuser in exercise.reference
    );
  });
  if (shown === undefined || !('thrown' in shown.call.outcome)) return undefined;
  const refuser = refuserOf(shown.call.outcome.thrown);
  return {
    kind: 'mechanical',
    id: 'refusal-borrowed',
    sentence: `The refusal is that of ${refuser}, which ${exercise.name} calls: whoever reads it looks in the wrong place. Ask first, in the name of ${exercise.name}.`,
    shown,
  };
}

/** A reduce without a start, which an empty array makes throw. */
export function startlessReduce(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(
    ({ call: { outcome } }) =>
      'thrown' in outcome && /^reduce of empty array/i.test(problemText(outcome.thrown)),
  );
  if (shown === undefined) return undefined;
  return {
    kind: 'mechanical',
    id: 'reduce-without-start',
    sentence:
      'reduce has nothing to start from here, and throws where there are no entries. Give it a start as its last argument, 0 for a sum.',
    shown,
  };
}

/** A call that is fine, and that was refused. */
export function needlessRefusal(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(
    // What a callback throws is no refusal of the learner's.
    ({ verdict, call }) =>
      verdict === 'threw' && !call.args.some((arg) => typeof arg === 'function'),
  );
  if (shown === undefined || !('thrown' in shown.call.outcome)) return undefined;
  const { thrown } = shown.call.outcome;
  if (nameOf(thrown) !== 'RangeError' || /call stack/.test(problemText(thrown))) return undefined;
  const refuser = refuserOf(thrown);
  if (refuser !== exercise.name && (refuser in exercise.reference || isOfBase(refuser, thrown))) {
    return {
      kind: 'mechanical',
      id: 'refused-on-the-way',
      sentence: `${exercise.name} calls ${refuser}, which refuses what it is given: ${problemText(thrown)}. Is a step before it missing, or done twice?`,
      shown,
    };
  }
  return {
    kind: 'mechanical',
    id: 'refusal-needless',
    sentence: `This call is fine, and was refused: ${problemText(thrown)}. Refuse less.`,
    shown,
  };
}

/** The function in whose name an error speaks: `affineForward: x has 3 columns …`. */
function refuserOf(thrown: unknown): string {
  return /^(\w+): /.exec(problemText(thrown))?.[1] ?? '';
}

/** Whether a function of the base threw it. */
function isOfBase(name: string, thrown: unknown): boolean {
  const frames = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  return frames.some((frame) => frame.includes(`at ${name} (`) && /[(\\/]base[\\/]/.test(frame));
}

/** What an error says, without the full stop. */
function problemText(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\.$/, '');
}

/** The statement of the reference with which it refuses: the innermost one of its file on the way to the error. */
function lineOf(refusal: unknown): string | undefined {
  const stack = refusal instanceof Error ? (refusal.stack ?? '') : '';
  const [, file, line] =
    /((?:file:\/\/)?[^\s()]*\.reference\.ts)[^:\s]*:(\d+):\d+/.exec(stack) ?? [];
  if (file === undefined) return undefined;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const lines = readFileSync(path, 'utf8').split('\n');
  let at = Number(line) - 1;
  // What is thrown is told already; the question before it is not.
  while (at > 0 && /^\s*(throw\b|const \w+ =|`|['"])/.test(lines[at] ?? '')) at--;
  const text = lines[at]?.trim();
  return text === undefined || !/^(if|require\w*)\b/.test(text) || !/[;{]$/.test(text)
    ? undefined
    : text.replace(/\s*\{$/, ' …');
}
