import { array, type Tensor } from '#arrays';

/** The gates with two inputs that lesson 01 builds, as their outputs for the inputs 00, 01, 10 and 11. */
const OUTPUTS = {
  AND: [0, 0, 0, 1],
  OR: [0, 1, 1, 1],
  NAND: [1, 1, 1, 0],
  XOR: [0, 1, 1, 0],
};

/** The name of a gate. */
export type Gate = keyof typeof OUTPUTS;

/** The names of all gates. A straight line separates the ones of each from its zeros, but not of XOR. */
export const gates = Object.keys(OUTPUTS) as readonly Gate[];

/**
 * The truth table of a logic gate (https://en.wikipedia.org/wiki/Logic_gate).
 *
 * @param gate `'AND'`, `'OR'`, `'NAND'` or `'XOR'`
 * @returns the inputs x of shape (4, 2), row by row 00, 01, 10, 11, and the outputs t of shape (4);
 *   both hold only 0 and 1, and are new at each call
 */
export function truthTable(gate: Gate): { x: Tensor; t: Tensor } {
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  return { x: array(x), t: array(OUTPUTS[gate]) };
}
