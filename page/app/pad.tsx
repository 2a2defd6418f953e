/** The square in which one draws a digit, by mouse, finger, pen or keys. */
import { useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { bitmap } from '#figures/bitmap';
import { SIDE } from '#datasets/digits';
import { ink } from '#figures/palettes';
import type { Place, Stroke } from './drawing.ts';

/** The square's side, and how wide a stroke looks on it. */
const [SIZE, WIDTH] = [280, 22];

/** So far a key moves the pen, and so far at least a pointer has to, as parts of the side. */
const [STEP, APART] = [1 / 20, 0.006];

/** What is on the pad: strokes, or a digit that somebody else once wrote. */
export interface Sheet {
  strokes: readonly Stroke[];
  digit?: TestDigit;
}

/** A digit of the test. */
export interface TestDigit {
  /** Which one it is, from 0. */
  index: number;
  label: number;
  /** 784 of them, from 0 to 255. */
  pixels: Uint8Array;
}

export const BLANK: Sheet = { strokes: [] };

/** Whether there is nothing to read. */
export function isBlank({ strokes, digit }: Sheet): boolean {
  return strokes.length === 0 && digit === undefined;
}

/** What the pad needs. */
interface Given {
  sheet: Sheet;
  /** A stroke begins on this sheet, or a key puts the pen down. */
  begun: (sheet: Sheet) => void;
  /** The last stroke goes on. */
  goesOn: (sheet: Sheet) => void;
  /** Somebody is about to draw. */
  near: () => void;
}

export function Pad({ sheet, begun, goesOn, near }: Given): VNode {
  const { strokes, digit } = sheet;
  const [pen, setPen] = useState<Place>([0.5, 0.25]);
  const [isDown, setDown] = useState(false);
  /** Whether it is drawn by keys: then it is shown where the pen is. */
  const [isKeyed, setKeyed] = useState(false);
  const isDrawing = useRef(false);
  const begin = (place: Place): void => {
    // Whoever draws on another's digit begins anew.
    begun({ strokes: [...(digit === undefined ? strokes : []), [place]] });
  };
  const goOn = (place: Place): void => {
    const last = strokes.at(-1);
    if (last !== undefined) goesOn({ strokes: [...strokes.slice(0, -1), [...last, place]] });
  };
  const press = (event: KeyboardEvent): void => {
    const moves: Record<string, Place> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const to: Place = [within(pen[0] + move[0]), within(pen[1] + move[1])];
      setPen(to);
      if (isDown) goOn(to);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (!isDown) begin(pen);
      setDown(!isDown);
    } else return;
    setKeyed(true);
    event.preventDefault();
  };
  const what =
    digit === undefined
      ? `A square with ${strokes.length} ${strokes.length === 1 ? 'stroke' : 'strokes'}`
      : `A square with digit ${digit.index + 1} of the test, a ${digit.label}`;
  return (
    <svg
      class="pad"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      tabIndex={0}
      role="application"
      aria-label={`${what}. Arrow keys move the pen, Enter ${isDown ? 'lifts it' : 'puts it down'}.`}
      onPointerEnter={near}
      onFocus={near}
      onBlur={() => {
        setKeyed(false);
        setDown(false);
      }}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isDrawing.current = true;
        setDown(false);
        setKeyed(false);
        begin(placeOf(event));
      }}
      onPointerMove={(event) => {
        if (!isDrawing.current || !event.isPrimary) return;
        const place = placeOf(event);
        const [x, y] = strokes.at(-1)?.at(-1) ?? place;
        if (Math.hypot(place[0] - x, place[1] - y) >= APART) goOn(place);
      }}
      onPointerUp={() => (isDrawing.current = false)}
      onPointerCancel={() => (isDrawing.current = false)}
    >
      {digit !== undefined && (
        <image
          width={SIZE}
          height={SIZE}
          href={bitmap(digit.pixels, SIDE, ink, [0, 255])}
          aria-hidden="true"
        />
      )}
      {strokes.map((stroke, i) => (
        <polyline
          key={i}
          stroke-width={WIDTH}
          points={[...stroke, stroke.at(-1)!]
            .map(([x, y]) => `${(x * SIZE).toFixed(1)},${(y * SIZE).toFixed(1)}`)
            .join(' ')}
        />
      ))}
      {isKeyed && (
        <path
          class={isDown ? 'pen down' : 'pen'}
          d={`M${pen[0] * SIZE - 8},${pen[1] * SIZE}h16m-8,-8v16`}
          aria-hidden="true"
        />
      )}
    </svg>
  );
}

/** Where in the square a pointer is. */
function placeOf({ clientX, clientY, currentTarget }: PointerEvent): Place {
  const box = (currentTarget as Element).getBoundingClientRect();
  return [within((clientX - box.left) / box.width), within((clientY - box.top) / box.height)];
}

function within(part: number): number {
  return Math.min(1, Math.max(0, part));
}
