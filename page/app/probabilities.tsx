/** What a digit is read as, and how likely each of the ten is. */
import type { VNode } from 'preact';
import { percent } from '#figures/numbers';
import { isBlank, type Sheet } from './pad.tsx';
import type { ReaderState } from './reader.ts';

/** A bar for each digit. */
export function Probabilities({ sheet, state }: { sheet: Sheet; state: ReaderState }): VNode {
  const { reading, phase } = state;
  const best = reading && reading.probabilities.indexOf(Math.max(...reading.probabilities));
  return (
    <div class="said">
      <p role="status" class="answer">
        {best === undefined ? hintOf(sheet, phase) : <AnswerText said={best} sheet={sheet} />}
      </p>
      <ol class="probabilities" aria-label="How likely each digit is">
        {Array.from({ length: 10 }, (_, digit) => {
          const probability = reading?.probabilities[digit] ?? 0;
          return (
            <li key={digit} class={digit === best ? 'best' : ''}>
              <span>{digit}</span>
              <span class="bar" aria-hidden="true">
                <span style={{ inlineSize: `${100 * probability}%` }} />
              </span>
              <span class="points">{reading === undefined ? '–' : percent(probability, 1)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function AnswerText({ said, sheet: { digit } }: { said: number; sheet: Sheet }): VNode {
  return (
    <>
      Read as <strong>{said}</strong>
      {digit !== undefined && (digit.label === said ? ', rightly' : `; it is a ${digit.label}`)}
    </>
  );
}

function hintOf(sheet: Sheet, phase: ReaderState['phase']): string {
  if (phase === 'failed') return 'Nothing can be read.';
  return isBlank(sheet) ? 'Draw in the square.' : 'The weights are being fetched (1.7 MB) …';
}
