/** A document to draw in where there is no browser. */
import type { PlotOptions } from '@observablehq/plot';
import { DOMParser } from 'linkedom';

/** A document in which Observable Plot can make elements. */
export type Paper = NonNullable<PlotOptions['document']>;

/** A new document of SVG: one of HTML would not escape what stands in its attributes, as XML demands. */
export function paper(): Paper {
  const root = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
  // linkedom declares its documents by the browser's types, which this project doesn't load.
  return new DOMParser().parseFromString(root, 'image/svg+xml') as unknown as Paper;
}
