/** What a team of threads does with whole arrays of parameters, on one memory that all of them see. */
import { BETA1, BETA2, type adamStep } from '../adam.ts';
import { PARAMETER_COUNT } from '../network.ts';
import { engineBytes } from './engine.ts';
import { kernelsOn } from './kernels.ts';
import { bytesTaken, floatsAt, newRoom, placeOf, take, type Room } from './memory.ts';

const SIZE = 4 * PARAMETER_COUNT;

/** How many arrays of parameters a team needs besides those of its threads: see `teamRoom` and `teamArithmetic`. */
const [PROGRESS, SPARES] = [3, 4];

/**
 * Room for a team: for the parameters and Adam's running means, for each thread's gradient and what its engine needs,
 * and for `teamArithmetic`.
 *
 * @param size how many images a thread gets at most
 * @throws RangeError when no memory is that large
 */
export function teamRoom(size: number, threads: number): Room {
  const engines = threads * bytesTaken((taking) => taking(engineBytes(size)));
  const arrays = bytesTaken((taking) => {
    for (let i = 0; i < PROGRESS + SPARES + threads; i++) taking(SIZE);
  });
  return newRoom(engines + arrays);
}

/** A part of a room, as a room of its own. */
export function partOfRoom(room: Room, bytes: number): Room {
  const next = take(room, bytes);
  return { memory: room.memory, next, end: next + bytes };
}

/** A gradient, and how much of it goes into a sum. */
export interface Part {
  gradient: Float32Array;
  share: number;
}

/** The arithmetic of a step that needs no images. */
export interface TeamArithmetic {
  /** The sum of gradients, each times its share. */
  sum(parts: readonly Part[], out: Float32Array): void;
  /** A step of Adam: `adamStep` in single precision throughout. */
  adamStep: typeof adamStep;
}

/** That arithmetic, on kernels. Arrays that lie in the room's memory are used where they are; others are copied. */
export function teamArithmetic(room: Room): TeamArithmetic {
  const kernels = kernelsOn(room.memory);
  const spares = Array.from({ length: SPARES }, () => take(room, SIZE));
  // Whole vectors: what is behind the last parameter belongs to its array too, and stays 0.
  const size = Math.ceil(SIZE / 16) * 16;
  const [first, second] = spares as [number, number];
  return {
    sum(parts, out) {
      const sums = floatsAt(room, first, PARAMETER_COUNT).fill(0);
      for (const { gradient, share } of parts) {
        kernels.addScaled(first, placeOf(room, gradient, second), share, size);
      }
      out.set(sums);
    },

    adamStep(w, g, m, v, t, learningRate) {
      const arrays = [w, g, m, v];
      const places = arrays.map((numbers, i) => placeOf(room, numbers, spares[i]!));
      const [rate, unbias] = [learningRate / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)];
      kernels.adam(...places, size, rate, unbias);
      for (const [i, numbers] of arrays.entries()) {
        if (places[i] === spares[i]) numbers.set(floatsAt(room, spares[i]!, PARAMETER_COUNT));
      }
    },
  };
}
