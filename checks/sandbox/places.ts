/** Where in a lesson's file an error was thrown, from the positions in the script that its process tells. */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { MOST_POSITIONS } from './frame.ts';

/** A line and a column of the script, both from 1. */
export type Position = readonly [line: number, column: number];

/** Whether a value is a list of positions such as the learner's process may tell; they may be wrong. */
export function arePositions(value: unknown): value is Position[] {
  return Array.isArray(value) && value.length <= MOST_POSITIONS && value.every(isPosition);
}

function isPosition(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 31)
  );
}

/** The places in the lessons' files from which a script comes. */
export class Places {
  readonly #json: string;
  #map: SourceMap | undefined;

  /** @param map a source map, which is not read before it is needed */
  constructor(map: string) {
    this.#json = map;
  }

  /** The first of some positions that lies in a lesson's file: `lessons/02-activations/activations.ts:31`. */
  first(positions: readonly Position[]): string | undefined {
    for (const [line, column] of positions) {
      this.#map ??= new SourceMap(JSON.parse(this.#json) as SourceMapPayload);
      // A position that the script does not have is taken for the last one before it, if there is one.
      const entry = this.#map.findEntry(line - 1, column - 1);
      if (!('originalSource' in entry)) continue;
      const [, file] = /^submission:(.+)/.exec(entry.originalSource) ?? [];
      if (file !== undefined) return `${file}:${entry.originalLine + 1}`;
    }
    return undefined;
  }
}
