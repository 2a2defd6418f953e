/** The course's own network. */
import { PARAMETER_COUNT } from '../../reference/capstone/network.ts';
import { adamStep } from '../../reference/capstone/adam.ts';
import { unmoved } from '../../reference/capstone/digits.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import type { Runner } from '../../reference/capstone/node/engines.ts';
import { shared, startTeam } from '../../reference/capstone/node/thread-team.ts';
import { randomBatch, type MakeContender } from './contender.ts';

/** The reference's engines. */
export function chainrule(runner: Runner, threads: number): MakeContender {
  return async (batch) => {
    const digits = randomBatch(batch);
    const { parameters: start, m, v } = newProgress(1);
    const parameters = shared(start);
    const data = { train: digits, heldOut: digits };
    const team = await startTeam({ code: 'fast', runner, size: batch }, threads, data, parameters);
    const draw = unmoved(Uint32Array.from({ length: batch }, (_, i) => i));
    const gradient = new Float32Array(PARAMETER_COUNT);
    let t = 0;
    return {
      async train() {
        await team.gradient(draw, gradient);
        adamStep(parameters, gradient, m, v, ++t, 1e-3);
      },
      async infer() {
        await team.logits('heldOut', draw);
      },
    };
  };
}
