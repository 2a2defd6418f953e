/** The process of a contender: it answers each question with the milliseconds that the work took. */
import { CONTENDERS, type Question } from './contender.ts';
import type { Contender } from './random-batch.ts';

const make = await CONTENDERS[process.argv[2]!]!();
const made = new Map<number, Contender>();

process.on('message', ({ task, batch, times }: Question) => {
  void (async () => {
    const contender = made.get(batch) ?? (await make(batch));
    made.set(batch, contender);
    const start = performance.now();
    for (let i = 0; i < times; i++) await contender[task]();
    process.send!(performance.now() - start);
  })();
});
process.send!(0);
