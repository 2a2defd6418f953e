/** Documents in JSON. */
import { clean } from '../clean.ts';

/**
 * Writes a value as JSON that any reader takes.
 *
 * @param value plain objects, arrays, strings, finite numbers and booleans; a field that is undefined is left out
 * @returns the document, indented and with a line feed at its end
 */
export function json(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, field: unknown) => (typeof field === 'string' ? clean(field) : field),
    2,
  );
  return `${text}\n`;
}
