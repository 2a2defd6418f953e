/** A square of the plane into which one puts points of one's own, by pointer or by keys. */
import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { Plane } from '#figures/experiment';
import type { DrawnPoints } from '../messages.ts';
import { MOST_POINTS } from './points-text.ts';

const SIZE = 240;
/** So far a key moves the cross, as a part of the side; and points of one stroke keep so far apart, in pixels. */
const [STEP, APART] = [1 / 24, 10];

/** What the pad needs. */
interface Given {
  plane: Plane;
  points: DrawnPoints | undefined;
  changed: (points: DrawnPoints | undefined) => void;
}

/** The pad: a click, a stroke, or Enter puts points of the chosen class. */
export function OwnPoints({ plane, points, changed }: Given): VNode {
  const { side, classes } = plane;
  const [low, high] = side;
  const [label, setLabel] = useState(0);
  const [cross, setCross] = useState<readonly [number, number]>([0.5, 0.5]);
  const [isFocused, setFocused] = useState(false);
  const [last, setLast] = useState<readonly [number, number]>();
  const all = points ?? { x: [], labels: [] };
  const scale = SIZE / (high - low);
  const pixel = ([x1, x2]: readonly [number, number]): [number, number] => [
    (x1 - low) * scale,
    (high - x2) * scale,
  ];
  /** Puts a point at a place given in parts of the square, from its top left corner. */
  const put = ([right, down]: readonly [number, number]): void => {
    if (all.labels.length >= MOST_POINTS) return;
    const place = [low + right * (high - low), high - down * (high - low)] as const;
    changed({ x: [...all.x, place], labels: [...all.labels, label] });
  };
  const stroke = (event: PointerEvent): void => {
    const part = partOf(event);
    const far = last && Math.hypot(part[0] - last[0], part[1] - last[1]) * SIZE;
    if (far !== undefined && far < APART) return;
    setLast(part);
    put(part);
  };
  const press = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const moved = cross.map((part, i) => within(part + move[i]!));
      setCross([moved[0]!, moved[1]!]);
    } else if (event.key === 'Enter' || event.key === ' ') put(cross);
    else return;
    event.preventDefault();
  };
  return (
    <details class="own-points" open={points !== undefined}>
      <summary>Draw your own points</summary>
      <div class="choice" role="radiogroup" aria-label="The class of the next points">
        {classes.map((name, c) => (
          <label key={name}>
            <input type="radio" name="class" checked={label === c} onChange={() => setLabel(c)} />
            <span class={`swatch class-${c}`} aria-hidden="true" />
            {name}
          </label>
        ))}
      </div>
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        tabIndex={0}
        role="application"
        aria-label={`A square with ${all.labels.length} points. Arrow keys move the cross, Enter puts a point of ${classes[label]}.`}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setLast(undefined);
          const part = partOf(event);
          setLast(part);
          put(part);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) stroke(event);
        }}
      >
        {all.x.map((point, n) => {
          const [cx, cy] = pixel(point);
          return <circle key={n} class={`class-${all.labels[n]}`} cx={cx} cy={cy} r={4} />;
        })}
        {isFocused && (
          <path
            class="cross"
            d={`M${cross[0] * SIZE - 7},${cross[1] * SIZE}h14m-7,-7v14`}
            aria-hidden="true"
          />
        )}
      </svg>
      <div class="buttons">
        <button type="button" disabled={points === undefined} onClick={() => changed(undefined)}>
          Back to the course’s points
        </button>
      </div>
    </details>
  );
}

/** Where in a square a pointer is, from its top left corner. */
function partOf({ clientX, clientY, currentTarget }: PointerEvent): [number, number] {
  const box = (currentTarget as Element).getBoundingClientRect();
  return [within((clientX - box.left) / box.width), within((clientY - box.top) / box.height)];
}

/** A part of the square: not less than none of it, and not more than all. */
function within(part: number): number {
  return Math.min(1, Math.max(0, part));
}
