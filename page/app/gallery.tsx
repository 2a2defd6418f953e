/** The digits of the test that the network reads wrongly, to be put on the pad. */
import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { bitmap } from '#figures/bitmap';
import { SIDE } from '#datasets/digits';
import { count as countText, percent } from '#figures/numbers';
import { ink } from '#figures/palettes';
import type { FoundMistake } from '../../reference/capstone/mistakes.ts';
import type { Check } from '../pad-messages.ts';
import type { TestDigit } from './pad.tsx';

/** More are not shown: a network that has yet to learn reads most of them wrongly. */
const MOST = 60;

/** What the gallery needs. */
interface Given {
  check: Check | undefined;
  /** It is wanted: look for them. */
  open: () => void;
  chosen: (digit: TestDigit) => void;
}

/** Fetches and reads the test digits when it is first unfolded. */
export function Gallery({ check, open, chosen }: Given): VNode {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details
      class="gallery"
      onToggle={({ currentTarget }) => {
        if (!currentTarget.open || wasOpened) return;
        setOpened(true);
        open();
      }}
    >
      <summary>The test digits that it reads wrongly</summary>
      {check === undefined ? (
        <p class="waiting">The digits are being read …</p>
      ) : (
        <Pictures check={check} chosen={chosen} />
      )}
    </details>
  );
}

function Pictures({ check, chosen }: { check: Check; chosen: Given['chosen'] }): VNode {
  const { count, of, mistakes } = check;
  const surest = mistakes.toSorted((a, b) => b.probability - a.probability).slice(0, MOST);
  return (
    <>
      <p class="about" aria-live={count === of ? 'polite' : 'off'}>
        {mistakes.length} of {countText(count)}
        {count < of && ` (${countText(of)} in all)`}, the surest first
        {mistakes.length > MOST && `; here are ${MOST}`}. Each is put on the pad by a click.
      </p>
      <ul>
        {surest.map((mistake) => (
          <li key={mistake.index}>
            <button type="button" onClick={() => chosen(mistake)}>
              <img
                src={bitmap(mistake.pixels, SIDE, ink, [0, 255])}
                alt={`Test digit ${mistake.index + 1}`}
                width={56}
                height={56}
              />
              <Words {...mistake} />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Words({ label, given, probability }: FoundMistake): VNode {
  return (
    <span>
      a {label}, read as {given}
      <br />
      {percent(probability, 0)} sure
    </span>
  );
}
