/** Gradients of losses with a term too many, or one too few. */
import { numberText } from '../../text.ts';
import { multiple } from '../fit.ts';
import { excess, TERM_SLACK, type Diagnosis } from './evidence.ts';

/**
 * A multiple of the input itself, or of its sign, as a penalty on large weights has it; or the same number
 * everywhere. Only a loss can have them: what a layer passes back is known to be a multiple of dout.
 */
export const isTermWrong: Diagnosis = ({ gradient, input, entries, subject }) => {
  if (!subject.isLoss || entries.length < 3) return undefined;
  const fitted = (of: (x: number) => number) =>
    multiple(
      entries.map(excess),
      entries.map(({ place }) => of(input.values[place]!)),
      (i) => TERM_SLACK * entries[i]!.tolerance,
    );
  const constant = fitted(() => 1);
  if (constant) {
    return {
      code: 'extra-constant',
      sentence: `${gradient} is off by ${amountText(constant)} everywhere: a constant was added that is no part of it, or one was left out.`,
    };
  }
  const terms = [
    { name: input.name, of: (x: number) => x },
    { name: `sign(${input.name})`, of: Math.sign },
  ];
  for (const { name, of } of terms) {
    const amount = fitted(of);
    if (!amount) continue;
    const term = `${amountText(Math.abs(amount))}·${name}`;
    return amount > 0
      ? {
          code: 'weight-decay',
          sentence: `${gradient} contains an extra ${term}, which the forward pass knows nothing of: leave weight decay to the optimizer.`,
        }
      : {
          code: 'missing-penalty',
          sentence: `${gradient} lacks ${term}: a penalty on ${input.name} in the loss has this gradient.`,
        };
  }
  return undefined;
};

/** A fitted number as its author wrote it: 0.1 for 0.1000000003. */
function amountText(amount: number): string {
  return numberText(Number(amount.toPrecision(4)));
}
