/** What an exercise that nobody has written yet throws. A check that meets it counts as *to do*. */
export class TodoError extends Error {
  override name = 'TodoError';
}

/**
 * The body of an exercise before you write it: `throw todo('02.3 sigmoid')`.
 *
 * @param exercise the number and the name of the function, as in its lesson's README
 * @returns the error to throw
 */
export function todo(exercise: string): TodoError {
  return new TodoError(`${exercise} is still to do`);
}
