/** Boxes and arrows. */
import * as Plot from '@observablehq/plot';
import type { Graph } from '../figure.ts';
import { WIDTH, type Options } from './options.ts';

type Box = Graph['boxes'][number];

/** The options of Plot for a graph of at least one box. */
export function graph({ boxes, arrows }: Graph): Options {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const columns = 1 + Math.max(...boxes.map(({ column }) => column));
  const rows = 1 + Math.max(...boxes.map(({ row }) => row));
  const radius = Math.min(36, WIDTH / columns / 3);
  const lines = arrows.map(({ from, to }) => {
    const [start, end] = [byId.get(from)!, byId.get(to)!];
    return { x1: start.column, y1: start.row, x2: end.column, y2: end.row };
  });
  return {
    x: { axis: null, domain: [-0.5, columns - 0.5] },
    y: { axis: null, domain: [rows - 0.5, -0.5] },
    height: 3 * radius * rows,
    marks: [
      Plot.arrow(lines, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', inset: radius + 2 }),
      Plot.dot(boxes, { x: 'column', y: 'row', r: radius, stroke: 'currentColor' }),
      Plot.text(boxes, { x: 'column', y: 'row', text: (box: Box) => box.lines.join('\n') }),
    ],
  };
}
