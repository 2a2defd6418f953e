/** The course's own network. */
import { PARAMETER_COUNT } from '../../reference/capstone/network.ts';
import { adamStep } from '../../reference/capstone/adam.ts';
import { unmoved } from '../../reference/capstone/digits.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import { roomOf, type EngineChoice, type Runner } from '../../reference/capstone/node/engines.ts';
import { inSharedMemory, startTeam } from '../../reference/capstone/node/thread-team.ts';
import { randomBatch, type MakeContender } from './random-batch.ts';

/** The reference's engines. */
export function chainrule(runner: Runner, threads: number): MakeContender {
  return async (batch) => {
    const digits = randomBatch(batch);
    const engine: EngineChoice = { code: 'fast', runner, size: batch };
    const room = roomOf(engine, threads);
    const start = newProgress(1);
    const [parameters, m, v] = [start.parameters, start.m, start.v].map((array) =>
      inSharedMemory(array, room),
    ) as [Float32Array, Float32Array, Float32Array];
    const data = { train: digits, heldOut: digits };
    const team = await startTeam(engine, threads, data, parameters, room);
    const optimizer = team.adamStep ?? adamStep;
    const draw = unmoved(Uint32Array.from({ length: batch }, (_, i) => i));
    const gradient = new Float32Array(PARAMETER_COUNT);
    let t = 0;
    return {
      async train() {
        await team.gradient(draw, gradient);
        optimizer(parameters, gradient, m, v, ++t, 1e-3);
      },
      async infer() {
        await team.logits('heldOut', draw);
      },
    };
  };
}
