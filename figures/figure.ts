/**
 * Pictures as data: what an experiment, a report or a page has to show, with titles, axes and units, and nothing about
 * how it is drawn. `draw.ts` makes SVG of them, `figure-text.ts` text for a terminal.
 */

/** Anything that can be drawn. */
export type Figure = Curves | Scatter | HeatMap | Histograms | Images | Graph | Table;

/** What every figure says of itself. */
interface Titled {
  title: string;
  /** A sentence that says what to look at. */
  caption?: string;
  /** The functions of the lesson that it is made by; all that the experiment has called unless given. */
  by?: readonly string[];
}

/** An axis of numbers. */
export interface Axis {
  label: string;
  /** What the numbers count, `%` or `s`. */
  unit?: string;
  /** Whether it counts in whole numbers. */
  whole?: boolean;
  /** Linear unless given; where it is logarithmic, numbers from 0 down are left out. */
  scale?: 'linear' | 'log';
  /** The ends of the axis; those of the data unless given. */
  domain?: readonly [low: number, high: number];
}

export type Point = readonly [x: number, y: number];

/** Points under one name: a curve through them, or a group of dots. */
export interface Series {
  name: string;
  /** A coordinate that is no finite number leaves a gap. */
  points: readonly Point[];
  /** The functions of the lesson that it is made by, if not by all of its figure's. */
  by?: readonly string[];
  /** Whether its line is drawn dashed, and its dots hollow. */
  dashed?: boolean;
}

/** Values that change with something: a line for each series. */
export interface Curves extends Titled {
  kind: 'curves';
  x: Axis;
  y: Axis;
  curves: readonly Series[];
}

/** Dots in a plane, perhaps over a map of values, and paths through it. */
export interface Scatter extends Titled {
  kind: 'scatter';
  x: Axis;
  y: Axis;
  groups?: readonly Series[];
  /** Lines from point to point, in their order. */
  paths?: readonly Series[];
  /** What lies below: a value for each cell of an even grid over the axes' domains, the first row at the top. */
  background?: Grid;
}

/** Values in rows and columns, all rows of one length. */
export interface Grid {
  values: readonly (readonly number[])[];
  /** The values at the two ends of the colours; the largest magnitude and its opposite unless given. */
  range?: readonly [low: number, high: number];
}

/** A matrix as colours: blue below the middle of its range, red above. */
export interface HeatMap extends Titled, Grid {
  kind: 'heat map';
  /** What the columns and the rows are. */
  x: string;
  y: string;
}

/** How often which values come up: a panel for each series, all on one axis. */
export interface Histograms extends Titled {
  kind: 'histograms';
  x: Axis & { domain: readonly [low: number, high: number] };
  /** How many bars the domain is cut into. */
  bins: number;
  panels: readonly { name: string; values: ArrayLike<number> }[];
}

/** Small pictures side by side. */
export interface Images extends Titled {
  kind: 'images';
  /** Dark ink on white paper, or blue for less and red for more than the middle. */
  colours: 'ink' | 'diverging';
  /** The values at the two ends of the colours, in all images alike. */
  range: readonly [low: number, high: number];
  images: readonly Picture[];
  /** How many stand side by side, on a narrow screen too; as many as there is room for unless given. */
  perRow?: number;
}

/** One picture and its name. */
export interface Picture {
  name: string;
  /** Row by row from the top left, `width` to a row. */
  pixels: ArrayLike<number>;
  width: number;
}

/** Boxes and the arrows between them, such as a computation's. */
export interface Graph extends Titled {
  kind: 'graph';
  /** The place of a box: columns from the left, rows from the top. */
  boxes: readonly { id: string; lines: readonly string[]; column: number; row: number }[];
  arrows: readonly { from: string; to: string }[];
}

/** Rows of cells under headings. */
export interface Table extends Titled {
  kind: 'table';
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}
