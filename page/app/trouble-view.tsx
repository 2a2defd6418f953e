/** What went wrong in the learner's code, and in which line. */
import type { VNode } from 'preact';
import type { Trouble } from './runs.ts';

/** @param rest what is said after it */
export function TroubleView({ trouble, rest }: { trouble: Trouble; rest?: string }): VNode {
  const { sentence, place } = trouble;
  // What was thrown may end in any way.
  const isEnded = /[.?!]$/.test(sentence);
  return (
    <p class="trouble">
      {isEnded ? sentence : `${sentence}.`}
      {place !== undefined && (
        <>
          {' '}
          At <code>{place}</code>.
        </>
      )}
      {rest !== undefined && ` ${rest}`}
    </p>
  );
}
