/** Boxes and arrows. */
import * as Plot from '@observablehq/plot';
import type { Graph } from '../figure.ts';
import type { Options } from './options.ts';

const LARGEST = 36;

type Box = Graph['boxes'][number];

/** The options of Plot for a graph of at least one box: from the left to the right where there is room, or downwards. */
export function graph({ boxes, arrows }: Graph, width: number): Options {
  const [columns, rows] = [sizeOf(boxes, 'column'), sizeOf(boxes, 'row')];
  const isDown = width / columns < 3 * LARGEST;
  const [across, down] = isDown ? [rows, columns] : [columns, rows];
  const radius = Math.min(LARGEST, (0.48 * width) / across);
  const place = ({ column, row }: Box) => (isDown ? { x: row, y: column } : { x: column, y: row });
  const byId = new Map(boxes.map((box) => [box.id, place(box)]));
  const lines = arrows.map(({ from, to }) => {
    const [start, end] = [byId.get(from)!, byId.get(to)!];
    return { x1: start.x, y1: start.y, x2: end.x, y2: end.y };
  });
  const nodes = boxes.map((box) => ({ ...place(box), text: box.lines.join('\n') }));
  return {
    x: { axis: null, domain: [-0.5, across - 0.5] },
    y: { axis: null, domain: [down - 0.5, -0.5] },
    height: 3 * radius * down,
    marginTop: 0,
    marginRight: 0,
    marginBottom: 0,
    marginLeft: 0,
    marks: [
      Plot.arrow(lines, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', inset: radius + 2 }),
      Plot.dot(nodes, { x: 'x', y: 'y', r: radius, stroke: 'currentColor' }),
      Plot.text(nodes, { x: 'x', y: 'y', text: 'text' }),
    ],
  };
}

function sizeOf(boxes: readonly Box[], side: 'column' | 'row'): number {
  return 1 + Math.max(...boxes.map((box) => box[side]));
}
