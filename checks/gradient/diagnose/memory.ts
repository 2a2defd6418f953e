/** Functions that remember an earlier call. */
import { measure } from '../difference.ts';
import { entryDirection, unitsOf } from '../probe.ts';
import { explains, numericOf, type Diagnosis } from './evidence.ts';
import { listed } from '../verdict-text.ts';
import { staleCause } from './nonlinear.ts';

/** A forward pass that answers everything alike, and a gradient that says it should not. */
export const isStuck: Diagnosis = ({ subject, run, entries, elsewhere }) => {
  const isConstant =
    elsewhere !== undefined &&
    elsewhere.run.values.length === run.values.length &&
    run.values.every((value, k) => value === elsewhere.run.values[k]);
  if (!isConstant || !entries.every((entry) => numericOf(entry) === 0)) return undefined;
  const who = subject.isLoss ? 'the loss function' : 'forward';
  const what = listed(run.outputs.map(({ name }) => name));
  return {
    code: 'stuck',
    sentence: `${who} returns the same ${what} at other inputs: it keeps a result from an earlier call, or never reads its arguments.`,
  };
};

/** The gradient at the inputs of the calls that the contract makes elsewhere. */
export const isStale: Diagnosis = (evidence) => {
  const { gradient, input, subject, base, entries, elsewhere } = evidence;
  if (elsewhere === undefined || elsewhere.run.values.length !== base.values.length) {
    return undefined;
  }
  const there = elsewhere.subject.inputs[subject.inputs.indexOf(input)]!;
  const units = unitsOf(there);
  const moved = { ...base, values: elsewhere.run.values };
  const slopes = new Map(
    entries.map(({ place, numeric }) => {
      const along = entryDirection(elsewhere.subject, there, place);
      return [place, measure(along, moved, numeric!.step, units[place]!)?.value];
    }),
  );
  return explains(evidence, ({ place }) => slopes.get(place))
    ? staleCause(gradient, subject.isLoss)
    : undefined;
};
