/** The first call of each function with its result and time, beside the reference's: what `compare` shows. */
import { replay } from '../diagnosis/replay.ts';
import { recordedCalls, type Functions } from '../subject/recorder.ts';
import { callText, valueText } from '../text.ts';
import type { Sample } from '../results/lesson-result.ts';

/**
 * Adds a sample for each function that was called since recording started and has none yet.
 *
 * @param samples by the function's name; added to
 * @param reference the lesson's reference implementation
 */
export function collectSamples(samples: Map<string, Sample>, reference: Functions): void {
  for (const call of recordedCalls()) {
    if (samples.has(call.name)) continue;
    const start = performance.now();
    const right = replay(reference[call.name], call);
    const milliseconds = performance.now() - start;
    if (right === undefined) continue;
    const { outcome } = call;
    samples.set(call.name, {
      name: call.name,
      call: callText(call.name, call.args),
      yours: {
        value: valueText('value' in outcome ? outcome.value : outcome.thrown),
        milliseconds: call.milliseconds,
      },
      reference: { value: valueText(right.value), milliseconds },
    });
  }
}
