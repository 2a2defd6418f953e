/** A figure as SVG, drawn by Observable Plot (https://observablehq.com/plot/); a table as HTML. */
import * as Plot from '@observablehq/plot';
import { curves } from './draw/curves.ts';
import { graph } from './draw/graph.ts';
import { heatMap } from './draw/heat-map.ts';
import { histograms } from './draw/histograms.ts';
import { images } from './draw/images.ts';
import { LEFT, RIGHT, TOP, WIDE, type Options } from './draw/options.ts';
import { scatter } from './draw/scatter.ts';
import { table } from './draw/table.ts';
import type { Figure } from './figure.ts';
import type { Markup } from './markup.ts';
import type { Paper } from './paper.ts';

/**
 * Draws a figure.
 *
 * @param figure any data; numbers that are not finite are left out
 * @param paper the browser's document, or one of paper.ts
 * @param width how wide, in pixels; its letters are 12 pixels high
 * @returns an element `svg`, with its title as a label for those who can't see it, or `table`
 * @throws RangeError when a scatter with a background does not say what it covers
 */
export function draw(figure: Figure, paper: Paper, width: number = WIDE): Markup {
  if (figure.kind === 'table') return table(figure);
  const picture = Plot.plot({
    width,
    marginTop: TOP,
    marginRight: RIGHT,
    marginLeft: LEFT,
    ...optionsOf(figure, width),
    document: paper,
    ariaLabel: figure.title,
    ...(figure.caption !== undefined && { ariaDescription: figure.caption }),
    className: 'figure',
    style: { overflow: 'visible', fontSize: '12px' },
  });
  picture.setAttribute('role', 'img');
  return { markup: picture.outerHTML };
}

function optionsOf(figure: Exclude<Figure, { kind: 'table' }>, width: number): Options {
  switch (figure.kind) {
    case 'curves':
      return curves(figure, width);
    case 'scatter':
      return scatter(figure, width);
    case 'heat map':
      return heatMap(figure, width);
    case 'histograms':
      return histograms(figure);
    case 'images':
      return images(figure, width);
    case 'graph':
      return graph(figure, width);
  }
}
