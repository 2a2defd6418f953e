/**
 * The function under test as the checker sees it: a map from lists of numbers to lists of numbers.
 *
 * This is the only module that calls the learner's code. It gives every call arguments of its own, so that a
 * function that writes into them spoils nothing, counts the calls, and turns whatever comes back into flat
 * arrays or into a sentence that says what came back instead.
 */
import ndarray from 'ndarray';
import { isArray } from '../any-array.ts';
import {
  clone,
  isDifferentiable,
  toInput,
  withoutOverlap,
  writeEntries,
  type Input,
} from './arguments.ts';
import { DOUBLE, SINGLE, type Precision } from './precision.ts';
import type { Differentiable, Problem } from './problem.ts';
import {
  attempt,
  inFunction,
  isComplaint,
  notA,
  readGradients,
  readOutputs,
  type Complaint,
  type Output,
  type Outputs,
  type Returned,
} from './read.ts';

/** A forward pass that came to an end. */
export interface Run extends Outputs {
  /** The arguments that the function got, which it may have changed. */
  passed: readonly unknown[];
}

/** What a backward pass returned, one item for each differentiable input. */
export interface Gradients {
  returned: readonly (Returned | Complaint)[];
  /** The upstream gradients that the function got, which it may have changed. */
  douts: readonly unknown[];
}

export interface Subject {
  name: string;
  inputs: readonly Input[];
  constants: Readonly<Record<string, number>>;
  /** What the caller calls the axes of inputs and outputs, and the blocks along the last axis. */
  axes: Readonly<Record<string, readonly string[]>>;
  gates: readonly string[];
  /** Whether the inputs are Float32Arrays, and so the upstream gradients too; */
  isSingle: boolean;
  /** and what can be asked of the derivatives, which also depends on what happens inside. */
  precision: Precision;
  /** Whether it is a loss: one number, and no upstream gradient. */
  isLoss: boolean;
  /** The arguments as the problem gives them, and their names. */
  given: readonly unknown[];
  names: readonly string[];
  /** Calls made so far. */
  calls: { forward: number; backward: number };
  /** Runs the function on the inputs, `change` having had its way with their copies. */
  forward(change?: (args: unknown[]) => void): Run | Complaint;
  /** Carries upstream gradients, one number for each output entry, back through a run. */
  backward(run: Run, dout: Float64Array): Gradients | Complaint;
}

/**
 * A problem made ready for checking.
 *
 * @throws TypeError when the problem itself is malformed: no differentiable input, or one that is not finite
 */
export function toSubject(problem: Problem): Subject {
  const name = problem.name ?? 'the operation';
  const given = Object.values(problem.inputs).map(withoutOverlap);
  const inputs = Object.keys(problem.inputs).flatMap((input, argument) => {
    const array = given[argument];
    const gradient = problem.gradients?.[input] ?? `d${input}`;
    return isDifferentiable(array) ? [toInput(input, gradient, argument, array)] : [];
  });
  if (inputs.length === 0) {
    throw new TypeError(
      `checkGradient: ${name} has no differentiable input; give at least one ndarray over a Float64Array or a Float32Array`,
    );
  }
  for (const input of inputs) {
    if (!input.values.every(Number.isFinite)) {
      throw new TypeError(
        `checkGradient: input ${input.name} of ${name} is not finite; check the gradient at finite numbers`,
      );
    }
  }
  const isSingle = given.some((array) => isArray(array) && array.data instanceof Float32Array);
  const calls = { forward: 0, backward: 0 };
  const common = {
    name,
    inputs,
    constants: problem.constants ?? {},
    axes: problem.axes ?? {},
    gates: problem.gates ?? [],
    isSingle,
    precision: isSingle ? SINGLE : DOUBLE,
    given,
    names: Object.keys(problem.inputs),
    calls,
  };

  const run = (f: (...args: never[]) => unknown, change?: (args: unknown[]) => void) => {
    const passed = given.map(clone);
    change?.(passed);
    problem.reseed?.();
    return { passed, result: attempt(() => f(...(passed as never[]))) };
  };

  if ('loss' in problem) {
    return {
      ...common,
      isLoss: true,
      forward(change) {
        calls.forward++;
        const { passed, result } = run(problem.loss, change);
        if (isComplaint(result)) return inFunction('the loss function', result);
        if (typeof result.value !== 'number') {
          return notA('a number', 'the loss function', result.value);
        }
        const values = Float64Array.of(result.value);
        return {
          values,
          outputs: [{ name: 'loss', shape: [], start: 0, size: 1 }],
          cache: passed,
          passed,
        };
      },
      backward({ passed }) {
        calls.backward++;
        problem.reseed?.();
        const result = attempt(() => problem.gradient(...(passed as never[])));
        if (isComplaint(result)) return inFunction('the gradient function', result);
        return {
          returned: readGradients('the gradient function', inputs, result.value),
          douts: [],
        };
      },
    };
  }

  const names = problem.outputs ?? ['out'];
  return {
    ...common,
    isLoss: false,
    forward(change) {
      calls.forward++;
      const { passed, result } = run(problem.forward, change);
      if (isComplaint(result)) return inFunction('forward', result);
      const read = attempt(() => readOutputs(names, result.value));
      if (isComplaint(read)) return inFunction('forward', read);
      if (isComplaint(read.value)) return read.value;
      return { ...read.value, passed };
    },
    backward({ cache, outputs }, dout) {
      calls.backward++;
      const douts = toDouts(outputs, dout, isSingle);
      const result = attempt(() => problem.backward(...([...douts, cache] as never[])));
      if (isComplaint(result)) return inFunction('backward', result);
      return { returned: readGradients('backward', inputs, result.value), douts };
    },
  };
}

/** Upstream gradients as the learner's function gets them: an array for each output. */
export function toDouts(
  outputs: readonly Output[],
  dout: Float64Array,
  isSingle: boolean,
): Differentiable[] {
  return outputs.map(({ shape, start, size }) => {
    const part = dout.slice(start, start + size);
    return isSingle ? ndarray(Float32Array.from(part), [...shape]) : ndarray(part, [...shape]);
  });
}

/**
 * The function around other inputs.
 *
 * @param moved new values for some of the inputs
 */
export function movedTo(subject: Subject, moved: ReadonlyMap<Input, Float64Array>): Subject {
  const inputs = subject.inputs.map((input) => {
    const values = moved.get(input);
    return values === undefined ? input : { ...input, values };
  });
  return {
    ...subject,
    inputs,
    forward: (change) =>
      subject.forward((args) => {
        for (const [input, values] of moved) writeEntries(args, input, values);
        change?.(args);
      }),
  };
}

/**
 * The function around inputs that it must be able to take as well, whatever it asks of their signs and sizes: the
 * same numbers backwards, each an eighth smaller, and an eighth for a zero.
 */
export function elsewhere(subject: Subject): Subject {
  const others = subject.inputs.map(
    (input) => [input, input.values.map((x) => (7 / 8) * x || 1 / 8).toReversed()] as const,
  );
  return movedTo(subject, new Map(others));
}
