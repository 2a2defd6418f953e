/** The drawing pad of the capstone: what one draws is read at once, and what each layer makes of it is shown. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { PIXELS } from '#datasets/digits';
import { percent } from '#figures/numbers';
import { fetchDigits, type DigitBytes } from '../digit-file.ts';
import type { PadText, WeightsText } from '../messages.ts';
import { absolute } from './absolute.ts';
import { imageOf } from './drawing.ts';
import { Gallery } from './gallery.tsx';
import { PAD_ANCHOR } from './pad-anchor.ts';
import { Layers } from './layers.tsx';
import { BLANK, isBlank, Pad, type Sheet, type TestDigit } from './pad.tsx';
import { TrainingView } from './training-view.tsx';
import { Probabilities } from './probabilities.tsx';
import { Reader, type ReaderState } from './reader.ts';

/** Weights that the pad can read with: from a file, or learned in the page. */
type Source = WeightsText | { whose: 'page'; parameters: Float32Array };

const NAMES: Readonly<Record<Source['whose'], string>> = {
  yours: 'your last run’s weights',
  course: 'the course’s',
  page: 'those learned here',
};

/** What the pad needs. */
interface Given {
  pad: PadText;
  /** The learner's script: see LessonView. */
  script: string | null | undefined;
}

/** The pad, the ten probabilities, the layers, the gallery and the training. */
export function PadView({ pad, script }: Given): VNode {
  const [sheets, setSheets] = useState<readonly Sheet[]>([BLANK]);
  const [state, setState] = useState<ReaderState>({ phase: 'idle' });
  const [trained, setTrained] = useState<Source>();
  const [weights, setWeights] = useState<Source>(pad.weights[0]!);
  const [problem, setProblem] = useState(pad.problem);
  const reader = useRef<Reader>(undefined);
  const digits = useRef<Promise<DigitBytes>>(undefined);
  const sheet = sheets.at(-1)!;
  useEffect(() => {
    const own = new Reader(contentOf(weights), setState);
    reader.current = own;
    return () => own.close();
  }, []);
  useEffect(() => reader.current!.take(contentOf(weights)), [weights]);
  useEffect(() => reader.current!.read(pixelsOf(sheet)), [sheet]);
  const sources = [...pad.weights, ...(trained === undefined ? [] : [trained])];
  const put = (next: Sheet): void => setSheets((before) => [...before, next]);
  /** The digits of the test, which are fetched once. */
  const withDigits = (use: (all: DigitBytes) => void): void => {
    digits.current ??= fetchDigits(absolute('digits'), 'test', pad.digits.test);
    digits.current.then(use, (error: Error) => {
      digits.current = undefined;
      setProblem(error.message);
    });
  };
  const takeDigit = (): void =>
    withDigits((all) => put({ strokes: [], digit: digitAfter(all, sheets) }));
  return (
    <section class="draw" aria-labelledby={PAD_ANCHOR} data-phase={state.phase}>
      <h2 id={PAD_ANCHOR}>Draw a digit</h2>
      <p class="about">
        The network reads it while you draw: in plain TypeScript, in this page.{' '}
        {accuracyText(weights)}
      </p>
      <div class="desk">
        <Pad
          sheet={sheet}
          begun={put}
          goesOn={(next) => setSheets((before) => [...before.slice(0, -1), next])}
          near={() => reader.current!.prepare()}
        />
        <Probabilities sheet={sheet} state={state} />
      </div>
      <div class="buttons" role="group" aria-label="The drawing">
        <button
          type="button"
          disabled={sheets.length === 1}
          onClick={() => setSheets((before) => before.slice(0, -1))}
        >
          Undo
        </button>
        <button type="button" disabled={isBlank(sheet)} onClick={() => put(BLANK)}>
          Clear
        </button>
        <button type="button" onClick={takeDigit}>
          Take a test digit
        </button>
      </div>
      <div role="status">
        {[problem, state.trouble].map(
          (text) =>
            text !== undefined && (
              <p key={text} class="trouble">
                {text}
              </p>
            ),
        )}
      </div>
      {sources.length > 1 && <Weights all={sources} chosen={weights} changed={setWeights} />}
      <TrainingView
        digits={pad.digits}
        script={script}
        learned={(parameters) => {
          const own: Source = { whose: 'page', parameters };
          setTrained(own);
          setWeights(own);
        }}
      />
      <Layers reading={state.reading} />
      <Gallery
        check={state.check}
        open={() => withDigits((all) => reader.current!.check(all))}
        chosen={(digit) => put({ strokes: [], digit })}
      />
    </section>
  );
}

/** What the network is shown of a sheet; nothing of a blank one. */
function pixelsOf({ strokes, digit }: Sheet): Float32Array | undefined {
  if (digit !== undefined) return Float32Array.from(digit.pixels, (grey) => grey / 255);
  return strokes.length === 0 ? undefined : imageOf(strokes);
}

/** The digit after the last one that was taken. */
function digitAfter(all: DigitBytes, sheets: readonly Sheet[]): TestDigit {
  const last = sheets.findLast(({ digit }) => digit !== undefined)?.digit?.index ?? -1;
  return digitAt(all, (last + 1) % all.labels.length);
}

function digitAt({ pixels, labels }: DigitBytes, index: number): TestDigit {
  const own = pixels.slice(index * PIXELS, (index + 1) * PIXELS);
  return { index, label: labels[index]!, pixels: own };
}

function contentOf(source: Source): string | Float32Array {
  return source.whose === 'page' ? source.parameters : absolute(source.path);
}

function accuracyText(source: Source): string {
  if (source.whose === 'page') return 'Its weights are those that were learned here.';
  const { whose, accuracy } = source;
  const what =
    whose === 'yours'
      ? 'Its weights are those of your last npm run capstone'
      : 'Its weights are the course’s';
  return accuracy === undefined
    ? `${what}.`
    : `${what}, with which ${percent(accuracy, 1)} of the test digits are read rightly.`;
}

function Weights({
  all,
  chosen,
  changed,
}: {
  all: readonly Source[];
  chosen: Source;
  changed: (weights: Source) => void;
}): VNode {
  return (
    <div class="choice" role="radiogroup" aria-label="Whose weights it reads with">
      {all.map((one) => (
        <label key={one.whose}>
          <input
            type="radio"
            name="weights"
            checked={one === chosen}
            onChange={() => changed(one)}
          />
          {NAMES[one.whose]}
        </label>
      ))}
    </div>
  );
}
