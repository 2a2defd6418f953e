import { array, copy, map, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import {
  bestStep,
  centralDifference,
  checkGradient,
  differenceErrors,
  errorPlot,
  forwardDifference,
  gradientDescent,
  gradientDescentStep,
  learningRateTable,
  logScale,
  numericalGradient,
  relativeError,
} from '#lessons/04-numerical-gradient';

// Most numbers here, h included, are sums of a few powers of two: then nothing is rounded, and the differences
// are exactly what algebra says. For x³, (x + h)³ = x³ + 3x²h + 3xh² + h³.
const { log: ln } = Math;

const cube = (x: number): number => x ** 3;
const square = (x: number): number => x * x;

/** f of every entry, added up. */
function sumOf(x: Tensor, f: (v: number, i: number) => number): number {
  return copy(x).data.reduce((sum, v, i) => sum + f(v, i), 0);
}

/** Σ x³, whose gradient is 3x². */
const cubes = (x: Tensor): number => sumOf(x, cube);
const cubesGradient = (x: Tensor): Tensor => map(x, (v) => 3 * v * v);

/** Σ x², whose gradient is 2x. */
const squares = (x: Tensor): number => sumOf(x, square);
const squaresGradient = (x: Tensor): Tensor => map(x, (v) => 2 * v);

/** The product of three entries, whose gradient is that of the two others. */
const productOf = (x: Tensor): number => x.get(0) * x.get(1) * x.get(2);

/** An element of an SVG. */
interface SvgElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** The text in it and in its descendants. */
  text: string;
}

/** The elements of an SVG in the order in which they begin. It fails unless it is one, and tags and quotes match up. */
function elementsOf(svg: string): SvgElement[] {
  expect(svg).to.be.a('string');
  const token =
    /<\?[^]*?\?>|<!--[^]*?-->|<(?<end>\/?)(?<name>[\w:.-]+)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
  const found: SvgElement[] = [];
  const open: SvgElement[] = [];
  while (token.lastIndex < svg.length) {
    const from = token.lastIndex;
    const groups = token.exec(svg)?.groups;
    if (!groups) {
      const read = JSON.stringify(svg.slice(from, from + 40));
      expect.fail(
        `the SVG cannot be read from ${read} on. Is a < in a text, which is written &lt;, or a quote missing?`,
      );
    }
    const { end, name, attributes = '', empty, text } = groups;
    if (text !== undefined) for (const element of open) element.text += text;
    if (name === undefined) continue;
    if (end) {
      const last = open.pop()?.name ?? 'nothing';
      if (last !== name) expect.fail(`</${name}> comes where ${last} is open: close it first`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
    const element = {
      name,
      attributes: Object.fromEntries(pairs.map(([, key, a, b]) => [key, a ?? b ?? ''])),
      text: '',
    };
    found.push(element);
    if (!empty) open.push(element);
  }
  if (open.length > 0)
    expect.fail(`<${open.at(-1)?.name}> does not end: </${open.at(-1)?.name}> is missing`);
  expect(found[0]?.name, 'the first element').to.equal('svg');
  return found;
}

/** The points of the two lines in an SVG. */
function linesOf(svg: string): { forward: [number, number][]; central: [number, number][] } {
  const lines = elementsOf(svg).filter(({ name }) => name === 'polyline');
  if (lines.length !== 2) {
    expect.fail(
      `there are ${lines.length} <polyline> elements and must be 2, forward and central: draw axes and grid with <path> or <line>`,
    );
  }
  const [forward = [], central = []] = lines.map(({ attributes }) =>
    (attributes['points'] ?? '')
      .split(/\s+/)
      .filter((point) => point !== '')
      .map((point): [number, number] => {
        const [x = NaN, y = NaN, ...more] = point.split(',').map(Number);
        if (![x, y].every(Number.isFinite) || more.length > 0) expect.fail(`no point: "${point}"`);
        return [x, y];
      }),
  );
  return { forward, central };
}

/** The exponents at which places lie when the first stands at the first of these and the last, below it, at the last. */
function exponentsAt(places: number[], exponents: number[]): number[] {
  const [first = NaN, last = NaN] = [places[0], places.at(-1)];
  const [from = NaN, to = NaN] = [exponents[0], exponents.at(-1)];
  return places.map((place) => from + ((place - first) / (last - first)) * (to - from));
}

/** Whether places are those of powers of ten at equal distances, the larger ones at larger numbers. */
function arePowers(places: number[], exponents: number[]): boolean {
  const isNear = (found: number, k: number): boolean => Math.abs(found - exponents[k]!) <= 0.2;
  return places[0]! > places.at(-1)! && exponentsAt(places, exponents).every(isNear);
}

/**
 * Asks for that, and says what else there is.
 *
 * @param what whose places they are, `h along the x axis`
 * @param grows where they should grow to, `to the right`
 */
function expectPowers(places: number[], exponents: number[], what: string, grows: string): void {
  if (arePowers(places, exponents)) return;
  const backwards = places.map((place) => -place);
  if (arePowers(backwards, exponents)) expect.fail(`${what} must grow ${grows}: turn it round`);
  const list = (powers: number[]): string =>
    powers.map((p) => `10^${Number(p.toFixed(1))}`).join(', ');
  expect.fail(
    `${what} must grow ${grows} by equal distances for equal factors: where ${list(exponents)} belong there are points for ${list(exponentsAt(places, exponents))}`,
  );
}

describe('04-numerical-gradient', () => {
  describe('04.1 forwardDifference', () => {
    it('is 3x² + 3xh + h² for x³', () => {
      // 12 + 3/2 + 1/16 at x = 2 with h = ¼; 3 − 3/2 + ¼ at x = −1 with h = ½
      expect(forwardDifference(cube, 2, 0.25)).to.almostEqual(13.5625);
      expect(forwardDifference(cube, -1, 0.5)).to.almostEqual(1.75);
    });

    it('is the slope of a straight line, however large h is', () => {
      expect(forwardDifference((x) => 5 - 2 * x, 7, 64)).to.almostEqual(-2);
    });

    it('looks to the right only: √x at 0 has the difference 1/√h', () => {
      expect(forwardDifference(Math.sqrt, 0, 0.25)).to.almostEqual(2);
    });

    it('is (e^h − 1) / h for eˣ at 0', () => {
      expect(forwardDifference(Math.exp, 0, ln(3))).to.almostEqual(2 / ln(3));
    });

    it('is 0 when h is too small to change x', () => {
      expect(forwardDifference(square, 1, 2 ** -60)).to.almostEqual(0);
    });
  });

  describe('04.2 centralDifference', () => {
    it('is 3x² + h² for x³', () => {
      // 3 + ¼ at x = −1 with h = ½; 12 + 1/16 at x = 2 with h = ¼, where the second derivative is 12 as well
      expect(centralDifference(cube, -1, 0.5)).to.almostEqual(3.25);
      expect(centralDifference(cube, 2, 0.25)).to.almostEqual(12.0625);
    });

    it('is the slope of a parabola, however large h is', () => {
      // The slope of 3x² − 5x is 6x − 5.
      const parabola = (x: number): number => 3 * x * x - 5 * x;
      expect(centralDifference(parabola, 7, 2)).to.almostEqual(37);
      expect(centralDifference(parabola, -1, 32)).to.almostEqual(-11);
    });

    it('is eˣ · sinh(h) / h for eˣ', () => {
      // e^(ln 5) = 5, and sinh(ln 2) = (2 − ½) / 2 = ¾
      expect(centralDifference(Math.exp, ln(5), ln(2))).to.almostEqual((5 * 0.75) / ln(2));
    });

    it('is the mean of both sides at a kink: 0 for |x| at 0, and ½ where h reaches across', () => {
      expect(centralDifference(Math.abs, 0, 0.25)).to.almostEqual(0);
      expect(centralDifference(Math.abs, 1, 2)).to.almostEqual(0.5);
    });

    it('is 0 when h is too small to change x', () => {
      expect(centralDifference(square, 1, 2 ** -60)).to.almostEqual(0);
    });
  });

  describe('04.3 differenceErrors', () => {
    it('is 3xh + h² and h² for x³, in the order of h', () => {
      expect(differenceErrors(cube, 2, 12, array([0.5, 0.25, 1]))).to.almostEqual({
        forward: array([3.25, 1.5625, 7]),
        central: array([0.25, 0.0625, 1]),
      });
    });

    it('is never negative, whichever side the differences err to', () => {
      // −x³ at 2 has the slope −12, and both differences are below it.
      expect(differenceErrors((x) => -cube(x), 2, -12, array([0.5]))).to.almostEqual({
        forward: array([3.25]),
        central: array([0.25]),
      });
    });

    it('measures from the slope that it is given', () => {
      // 5 − 2x has the slope −2, which both differences find.
      expect(differenceErrors((x) => 5 - 2 * x, 1, -1.5, array([4]))).to.almostEqual({
        forward: array([0.5]),
        central: array([0.5]),
      });
    });

    it('is the whole slope when h is too small to change x', () => {
      expect(differenceErrors(square, 1, 2, array([2 ** -60]))).to.almostEqual({
        forward: array([2]),
        central: array([2]),
      });
    });

    it('is a V for eˣ: ten or a hundred times less for an h ten times less, until rounding takes over', () => {
      const h = array([1e-2, 1e-3, 1e-5, 1e-8, 1e-14]);
      const { forward, central } = differenceErrors(Math.exp, 1, Math.E, h);
      expect(forward.get(0) / forward.get(1)).to.be.within(9.5, 10.5);
      expect(central.get(0) / central.get(1)).to.be.within(95, 105);
      expect(forward.get(4)).to.be.above(1000 * forward.get(3));
      expect(central.get(4)).to.be.above(1000 * central.get(2));
    });

    it('reads a view through its strides and leaves it unchanged; no h, no errors', () => {
      const h = array([0.5, 99, 1, 99]);
      expect(() => differenceErrors(cube, 2, 12, h)).to.leaveUnchanged({ h });
      expect(differenceErrors(cube, 2, 12, h.step(2))).to.almostEqual({
        forward: array([3.25, 7]),
        central: array([0.25, 1]),
      });
      expect(differenceErrors(cube, 2, 12, zeros(0)).central).to.have.arrayShape([0]);
    });
  });

  describe('04.4 bestStep', () => {
    it('is where p · truncation · hᵖ⁺¹ is rounding', () => {
      // 2 · 4 · 2³ = 64 and 1 · 4 · 1.5² = 9
      expect(bestStep(2, 4, 64)).to.almostEqual(2);
      expect(bestStep(1, 4, 9)).to.almostEqual(1.5);
    });

    it('is √ε for the first order and ∛ε for the second, when the factors cancel', () => {
      expect(bestStep(1, 1, 2 ** -52)).to.almostEqual(2 ** -26, { relative: 1e-9 });
      expect(bestStep(2, 0.5, 2 ** -51)).to.almostEqual(2 ** -17, { relative: 1e-9 });
    });

    it('takes the root of order p + 1, whatever the order', () => {
      // 3 · 2 · ½⁴ = ⅜ and ½ · 4 · 9^1.5 = 54
      expect(bestStep(3, 2, 3 / 8)).to.almostEqual(1 / 2);
      expect(bestStep(0.5, 4, 54)).to.almostEqual(9);
    });

    it('has a larger error on either side of it', () => {
      for (const order of [1, 2, 4]) {
        const error = (h: number): number => 0.7 * h ** order + 0.03 / h;
        const h = bestStep(order, 0.7, 0.03);
        expect(error(h)).to.be.below(error(1.01 * h));
        expect(error(h)).to.be.below(error(h / 1.01));
      }
    });
  });

  describe('04.5 logScale', () => {
    it('puts equal factors at equal distances, and rounds nothing', () => {
      const places = [100, 1000, 10_000].map((value) => logScale(value, [10, 1e5], [50, 450]));
      expect(array(places)).to.almostEqual([150, 250, 350]);
      // 2 is a tenth of the way to 1024, and 128 is seven tenths.
      const tenths = [2, 128].map((value) => logScale(value, [1, 1024], [3, 4]));
      expect(array(tenths)).to.almostEqual([3.1, 3.7]);
    });

    it('puts the ends of the domain at the ends of the range', () => {
      expect(logScale(10, [10, 1e5], [50, 450])).to.almostEqual(50);
      expect(logScale(1e5, [10, 1e5], [50, 450])).to.almostEqual(450);
    });

    it('goes down where the range does', () => {
      expect(logScale(1e-4, [1e-16, 1], [420, 20])).to.almostEqual(120);
      expect(logScale(1e-12, [1e-16, 1], [420, 20])).to.almostEqual(320);
    });

    it('puts what lies outside at the nearer end, and 0 too', () => {
      const place = (value: number): number => logScale(value, [1e-16, 1], [420, 20]);
      expect(array([0, -3, 1e-20].map(place))).to.almostEqual([420, 420, 420]);
      expect(array([1.5, 1e9].map(place))).to.almostEqual([20, 20]);
    });
  });

  describe('04.6 errorPlot', () => {
    const h = array([1e-1, 1e-3, 1e-5, 1e-15]);
    const errors = {
      forward: array([1e-8, 1e-4, 1e-6, 1e-16]),
      central: array([1e-2, 1e-9, 1e-6, 1e-12]),
    };

    it('is one SVG, with everything closed that is opened', () => {
      const elements = elementsOf(errorPlot(h, errors));
      expect(
        elements.filter(({ name }) => name === 'svg'),
        'svg elements',
      ).to.have.length(1);
    });

    it('names the namespace, without which a file is no picture', () => {
      const [svg] = elementsOf(errorPlot(h, errors));
      expect(svg?.attributes['xmlns'], 'xmlns of the svg element').to.equal(
        'http://www.w3.org/2000/svg',
      );
    });

    it('refers to nothing outside itself', () => {
      const outside =
        /<script|<image|<foreignObject|@import|\b(?:href|src)\s*=\s*["'](?!#)|url\((?!#)/i;
      const svg = errorPlot(h, errors);
      expect(elementsOf(svg)).to.have.length.above(1);
      const [found] = outside.exec(svg) ?? [];
      if (found !== undefined) expect.fail(`it refers to something outside of itself: ${found}`);
    });

    it('has a title, and texts that name both axes and both lines', () => {
      const elements = elementsOf(errorPlot(h, errors));
      if (!elements.some(({ name }) => name === 'title'))
        expect.fail('there is no <title> element');
      const texts = elements.filter(({ name }) => name === 'text');
      for (const word of ['h', 'error', 'forward', 'central']) {
        if (!texts.some(({ text }) => text.trim() === word))
          expect.fail(`no <text> element reads ${word} and nothing else`);
      }
    });

    it('draws a point for each h on both lines, within the picture', () => {
      const svg = errorPlot(h, errors);
      const [, , width, height] = (elementsOf(svg)[0]?.attributes['viewBox'] ?? '')
        .split(' ')
        .map(Number);
      const { forward, central } = linesOf(svg);
      expect([forward.length, central.length], 'points of the two lines').to.deep.equal([4, 4]);
      for (const [x, y] of [...forward, ...central]) {
        expect(x, 'x of a point').to.be.within(0, width!);
        expect(y, 'y of a point').to.be.within(0, height!);
      }
    });

    it('puts equal factors of h at equal distances, a larger h further right', () => {
      const { forward, central } = linesOf(errorPlot(h, errors));
      const across = [...central, ...forward].map(([x]) => x);
      if (arePowers(across, [-2, -9, -6, -12, -8, -4, -6, -16])) {
        expect.fail('x goes with the error and y with h: a point is "x,y", h before the error');
      }
      for (const line of [forward, central]) {
        const places = line.map(([x]) => x);
        expectPowers(places, [-1, -3, -5, -15], 'h', 'to the right');
      }
    });

    it('puts equal factors of the error at equal distances, a larger error further up', () => {
      const { forward, central } = linesOf(errorPlot(h, errors));
      const exponents = [-2, -9, -6, -12, -8, -4, -6, -16];
      const heights = (...lines: [number, number][][]): number[] => lines.flat().map(([, y]) => -y);
      if (arePowers(heights(forward, central), exponents)) {
        expect.fail('the first <polyline> must be forward and the second central: exchange them');
      }
      const up = 'upwards (in an SVG y is small there)';
      expectPowers(heights(central, forward), exponents, 'the error', up);
    });

    it('draws an error of 0 at the foot, and one above 1 at the top', () => {
      const { forward, central } = linesOf(
        errorPlot(array([1e-3, 1e-5]), { forward: array([0, 1e-16]), central: array([5, 1]) }),
      );
      expect(forward[0]?.[1]).to.almostEqual(forward[1]?.[1]);
      expect(central[0]?.[1]).to.almostEqual(central[1]?.[1]);
    });

    it('has both axes from 1e-16 to 1, whatever is in the lists', () => {
      const [ends, middle] = [array([1, 1e-16]), array([1e-8, 1e-4])];
      const whole = linesOf(errorPlot(ends, { forward: ends, central: ends })).forward;
      const part = linesOf(errorPlot(middle, { forward: middle, central: middle })).forward;
      for (const axis of [0, 1]) {
        const places = [whole[0]!, ...part.toReversed(), whole[1]!].map((point) =>
          axis === 0 ? point[0] : -point[1],
        );
        const what = `${axis === 0 ? 'h' : 'the error'}, on an axis from 1e-16 to 1 in every plot,`;
        expectPowers(places, [0, -4, -8, -16], what, axis === 0 ? 'to the right' : 'upwards');
      }
    });

    it('draws the same from views, and leaves them unchanged', () => {
      const steps = array([1e-2, 9, 1e-6, 9]);
      const [forward, central] = [array([9, 1e-4, 1e-8]), array([1e-12, 1e-9])];
      const call = (): string =>
        errorPlot(steps.step(2), { forward: forward.lo(1), central: central.step(-1) });
      expect(call).to.leaveUnchanged({ steps, forward, central });
      const plain = { forward: array([1e-4, 1e-8]), central: array([1e-9, 1e-12]) };
      expect(linesOf(call())).to.deep.equal(linesOf(errorPlot(array([1e-2, 1e-6]), plain)));
    });
  });

  describe('04.7 numericalGradient', () => {
    it('is the slope along each entry, exact where f is a parabola along it', () => {
      // Σ (k + 1) · x² counted in row-major order, and the product of the first entry with the last
      const f = (x: Tensor): number =>
        sumOf(x, (v, k) => (k + 1) * v * v) + x.get(0, 0) * x.get(1, 2);
      const x = array([
        [3, -1, 2],
        [0, 5, -2],
      ]);
      // 2(k + 1) · x is 6 −4 12 and 0 50 −24.
      expect(numericalGradient(f, x, 0.5)).to.almostEqual([
        [6 - 2, -4, 12],
        [0, 50, -24 + 3],
      ]);
    });

    it('is 3x² + h² for Σ x³', () => {
      expect(numericalGradient(cubes, array([2, -1, 0, 4]), 0.25)).to.almostEqual([
        12.0625, 3.0625, 0.0625, 48.0625,
      ]);
    });

    it('is eˣ · sinh(h) / h for Σ eˣ', () => {
      // sinh(ln 2) = ¾
      const f = (x: Tensor): number => sumOf(x, Math.exp);
      expect(numericalGradient(f, array([ln(5), ln(0.1)]), ln(2))).to.almostEqual([
        (5 * 0.75) / ln(2),
        (0.1 * 0.75) / ln(2),
      ]);
    });

    it('moves one entry at a time: for a product, the product of the others', () => {
      expect(numericalGradient(productOf, array([2, 3, 5]), 1)).to.almostEqual([15, 10, 6]);
    });

    it('leaves the others exactly as they are, where x + h − 2h + h is no longer x', () => {
      expect(numericalGradient(productOf, array([2, 3, 5]), 2 ** 60)).to.almostEqual([15, 10, 6]);
    });

    it('keeps the shape, with three axes, one entry or none', () => {
      const blocks = array([[[1, -2, 3]], [[4, 5, -6]]]);
      expect(numericalGradient(squares, blocks, 0.5)).to.almostEqual([
        [[2, -4, 6]],
        [[8, 10, -12]],
      ]);
      expect(numericalGradient(squares, array([[-4]]), 0.5)).to.almostEqual([[-8]]);
      expect(numericalGradient(squares, zeros(0, 3), 0.5)).to.have.arrayShape([0, 3]);
    });

    it('reads a view through its strides, calls f with the shape of the view, and changes nothing', () => {
      // Row 0 counts once and the other rows twice.
      const f = (x: Tensor): number => squares(x.pick(0, null)) + 2 * squares(x.lo(1, 0));
      const x = array([
        [1, -2, 3],
        [4, 5, -6],
      ]);
      expect(() => numericalGradient(f, x, 0.5)).to.leaveUnchanged({ x });
      expect(numericalGradient(f, x.transpose(1, 0), 0.5)).to.almostEqual([
        [2, 8],
        [-8, 20],
        [12, -24],
      ]);
    });
  });

  describe('04.8 relativeError', () => {
    it('is the largest difference over the largest entry, whichever array comes first', () => {
      const a = array([3, -10, 2]);
      const b = array([3, -8, 1]);
      expect(relativeError(a, b)).to.almostEqual(2 / 10);
      expect(relativeError(b, a)).to.almostEqual(2 / 10);
    });

    it('is 0 for equal arrays, also if they hold zeros alone or nothing', () => {
      expect(relativeError(array([[1, -2]]), array([[1, -2]]))).to.almostEqual(0);
      expect(relativeError(zeros(2, 3), zeros(2, 3))).to.almostEqual(0);
      expect(relativeError(zeros(0, 3), zeros(0, 3))).to.almostEqual(0);
    });

    it('is 1 where one array is 0 and the other is not, and 2 where they are opposite', () => {
      expect(relativeError(zeros(2), array([1, 5]))).to.almostEqual(1);
      expect(relativeError(array([1, -5]), zeros(2))).to.almostEqual(1);
      expect(relativeError(array([1, -5]), array([-1, 5]))).to.almostEqual(2);
    });

    it('does not depend on the unit: tiny arrays differ as much as large ones', () => {
      const [tiny, large] = [1e-30, 1e30].map((unit) =>
        relativeError(array([unit, 4 * unit]), array([unit, 3 * unit])),
      );
      expect(tiny).to.almostEqual(1 / 4);
      expect(large).to.almostEqual(1 / 4);
    });

    it('sees one wrong entry among many', () => {
      const a = map(zeros(50, 40), () => 2);
      const b = copy(a);
      b.set(31, 7, 1);
      expect(relativeError(a, b)).to.almostEqual(1 / 2);
    });

    it('does not take fright at an entry that is 0 but for rounding', () => {
      const error = relativeError(array([1, 1e-11]), array([1, 0]));
      expect(error).to.almostEqual(1e-11, { relative: 1e-9 });
    });

    it('is NaN where an entry is NaN or infinite', () => {
      expect(relativeError(array([1, NaN, 1]), array([1, 1, 1]))).to.almostEqual(NaN);
      expect(relativeError(array([1, 1]), array([NaN, 1]))).to.almostEqual(NaN);
      expect(relativeError(array([Infinity, 1]), array([1, 1]))).to.almostEqual(NaN);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const a = array([
        [1, 4],
        [2, 5],
        [3, 6],
      ]);
      const b = array([
        [1, 2, 3],
        [4, 10, 6],
      ]);
      const call = (): number => relativeError(a.transpose(1, 0), b);
      expect(call).to.leaveUnchanged({ a, b });
      expect(call()).to.almostEqual(5 / 10);
    });

    it('refuses arrays of different shapes', () => {
      expect(() => relativeError(zeros(2, 3), zeros(3, 2))).to.throw(RangeError);
      expect(() => relativeError(zeros(6), zeros(2, 3))).to.throw(RangeError);
    });
  });

  describe('04.9 checkGradient', () => {
    const x = array([
      [1, 2, -3],
      [0, -1, 2],
    ]);

    it('passes a gradient that is right', () => {
      const { passed, error } = checkGradient(squares, squaresGradient, x, 0.5, 0.01);
      expect({ passed, error }).to.almostEqual({ passed: true, error: 0 });
    });

    it('finds the entry where the gradient is wrong', () => {
      // The gradient is 2x, so 2 4 −6 and 0 −2 4; with −2 instead of 4 at [1, 2] it is off by 6 of 6.
      const gradient = (at: Tensor): Tensor => {
        const out = squaresGradient(at);
        out.set(1, 2, -2);
        return out;
      };
      expect(checkGradient(squares, gradient, x, 0.5, 0.01)).to.almostEqual({
        passed: false,
        error: 1,
        index: [1, 2],
      });
    });

    it('names an index in an array of any shape, one number for each axis', () => {
      for (const [shape, worst] of [
        [[5], [3]],
        [
          [5, 3],
          [4, 1],
        ],
        [
          [2, 3, 4],
          [1, 0, 2],
        ],
      ] as const) {
        const gradient = (at: Tensor): Tensor => {
          const out = squaresGradient(at);
          out.set(...worst, 9);
          return out;
        };
        const { index } = checkGradient(squares, gradient, zeros(...shape), 0.5, 0.01);
        expect(index).to.deep.equal([...worst]);
      }
    });

    it('compares the relative error with the threshold, and names the first of equally bad entries', () => {
      // The numerical gradient of Σ x³ is ¼ too large everywhere, and at most 27¼.
      const [lenient, strict] = [0.01, 0.009].map((threshold) =>
        checkGradient(cubes, cubesGradient, x, 0.5, threshold),
      );
      const report = { error: 1 / 109, index: [0, 0] };
      expect(lenient).to.almostEqual({ passed: true, ...report });
      expect(strict).to.almostEqual({ passed: false, ...report });
    });

    it('passes an error of exactly the threshold', () => {
      // 1 was given and 2 is right, so the error is ½.
      const { passed } = checkGradient(squares, (at) => map(at, () => 1), array([1]), 0.5, 0.5);
      expect(passed).to.equal(true);
    });

    it('sees a wrong sign in a gradient of 10⁻²⁰', () => {
      const tiny = 2 ** -66;
      const f = (at: Tensor): number => tiny * squares(at);
      const gradient = (at: Tensor): Tensor => map(at, (v) => -2 * tiny * v);
      expect(checkGradient(f, gradient, x, 0.5, 0.01)).to.almostEqual({
        passed: false,
        error: 2,
        index: [0, 2],
      });
    });

    it('never passes NaN, and names the first', () => {
      const gradient = (at: Tensor): Tensor => map(at, (v) => (v < 0 ? NaN : 5 * v));
      expect(checkGradient(squares, gradient, x, 0.5, 0.01)).to.almostEqual({
        passed: false,
        error: NaN,
        index: [0, 2],
      });
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const gradient = (at: Tensor): Tensor => {
        const out = squaresGradient(at);
        out.set(2, 0, 0);
        return out;
      };
      const call = (): unknown => checkGradient(squares, gradient, x.transpose(1, 0), 0.5, 0.01);
      expect(call).to.leaveUnchanged({ x });
      expect(call()).to.almostEqual({ passed: false, error: 1, index: [2, 0] });
    });

    it('refuses a gradient in another shape', () => {
      const transposed = (at: Tensor): Tensor => squaresGradient(at.transpose(1, 0));
      expect(() => checkGradient(squares, transposed, x, 0.5, 0.01)).to.throw(RangeError);
    });

    it('refuses an x without entries, which would pass unchecked', () => {
      const empty = zeros(0, 3);
      expect(() => checkGradient(squares, squaresGradient, empty, 0.5, 0.01)).to.throw(RangeError);
    });
  });

  describe('04.10 gradientDescentStep', () => {
    it('goes against the gradient, as far as gradient times learning rate', () => {
      const next = gradientDescentStep(array([[3, -1, 0]]), array([[2, 4, -8]]), 0.3);
      expect(next).to.almostEqual([[2.4, -2.2, 2.4]]);
    });

    it('stays where the gradient is 0, in a new array', () => {
      const x = array([1, 2]);
      const next = gradientDescentStep(x, zeros(2), 0.5);
      expect(next).to.almostEqual([1, 2]);
      next.set(0, 99);
      expect(x).to.almostEqual([1, 2]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const x = array([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const gradient = array([2, 99, 4, 99, 6, 99]);
      const call = (): Tensor => gradientDescentStep(x.pick(null, 1), gradient.step(2), 0.5);
      expect(call).to.leaveUnchanged({ x, gradient });
      expect(call()).to.almostEqual([1, 2, 3]);
    });

    it('refuses a gradient in another shape', () => {
      expect(() => gradientDescentStep(zeros(2, 3), zeros(6), 0.5)).to.throw(RangeError);
    });
  });

  describe('04.11 gradientDescent', () => {
    // On x² a step with learning rate ¼ halves x: from 3 the gradients are 6, 3, 1½, ¾, …
    const halving = { learningRate: 0.25, maxSteps: 100, tolerance: 1, limit: 1e6 };

    it('goes on until the gradient is small', () => {
      expect(gradientDescent(squaresGradient, array([3]), halving)).to.almostEqual({
        x: array([0.375]),
        steps: 3,
        reason: 'converged',
      });
    });

    it('goes on while any entry is steep', () => {
      // x² + 2y² from (32, 3): y is 0 after one step, when the gradient is still (32, 0).
      const gradient = (x: Tensor): Tensor => array([2 * x.get(0), 4 * x.get(1)]);
      const rules = { ...halving, tolerance: 3 };
      expect(gradientDescent(gradient, array([32, 3]), rules)).to.almostEqual({
        x: array([1, 0]),
        steps: 5,
        reason: 'converged',
      });
      // From (0, 3) it is the second entry alone that is steep.
      expect(gradientDescent(gradient, array([0, 3]), rules)).to.almostEqual({
        x: array([0, 0]),
        steps: 1,
        reason: 'converged',
      });
    });

    it('goes downhill from the left as well, where the gradient is negative', () => {
      expect(gradientDescent(squaresGradient, array([-3]), halving)).to.almostEqual({
        x: array([-0.375]),
        steps: 3,
        reason: 'converged',
      });
    });

    it('measures the gradient by its largest entry alone: (3, −4) is 4 steep, not 5 or 7', () => {
      const gradient = (): Tensor => array([3, -4]);
      const rules = { ...halving, maxSteps: 2 };
      const [flat, steep, beyond] = [
        gradientDescent(gradient, zeros(2), { ...rules, tolerance: 4, limit: 6 }),
        gradientDescent(gradient, zeros(2), { ...rules, tolerance: 3.75, limit: 4.25 }),
        gradientDescent(gradient, zeros(2), { ...rules, limit: 3.75 }),
      ];
      expect(flat).to.almostEqual({ x: zeros(2), steps: 0, reason: 'converged' });
      expect(steep).to.almostEqual({ x: array([-1.5, 2]), steps: 2, reason: 'steps' });
      expect(beyond).to.almostEqual({ x: zeros(2), steps: 0, reason: 'diverged' });
    });

    it('takes no more steps than it may', () => {
      const start = array([3]);
      expect(gradientDescent(squaresGradient, start, { ...halving, maxSteps: 2 })).to.almostEqual({
        x: array([0.75]),
        steps: 2,
        reason: 'steps',
      });
      expect(gradientDescent(squaresGradient, start, { ...halving, maxSteps: 0 })).to.almostEqual({
        x: array([3]),
        steps: 0,
        reason: 'steps',
      });
    });

    it('has converged if the last step that it may take gets there', () => {
      const { reason } = gradientDescent(squaresGradient, array([3]), { ...halving, maxSteps: 3 });
      expect(reason).to.equal('converged');
    });

    it('has converged where the gradient is exactly the tolerance, also before the first step', () => {
      const rules = { ...halving, tolerance: 6 };
      const start = array([3]);
      const end = gradientDescent(squaresGradient, start, rules);
      expect(end).to.almostEqual({ x: array([3]), steps: 0, reason: 'converged' });
      end.x.set(0, 99);
      expect(start).to.almostEqual([3]);
    });

    it('has diverged when the gradient is beyond the limit', () => {
      // With learning rate 1½ a step turns x into −2x: the gradients are 6, −12, 24, −48, 96, −192.
      const rules = { ...halving, learningRate: 1.5, limit: 100 };
      expect(gradientDescent(squaresGradient, array([3]), rules)).to.almostEqual({
        x: array([-96]),
        steps: 5,
        reason: 'diverged',
      });
    });

    it('has not diverged when the gradient is exactly at the limit', () => {
      const rules = { ...halving, learningRate: 1.5, limit: 96 };
      expect(gradientDescent(squaresGradient, array([3]), rules)).to.almostEqual({
        x: array([-96]),
        steps: 5,
        reason: 'diverged',
      });
    });

    it('has diverged when the gradient is NaN, which is not small', () => {
      // √x has the slope 1 at ¼, and none at ¼ − 1.
      const gradient = (x: Tensor): Tensor => map(x, (v) => 0.5 / Math.sqrt(v));
      const rules = { ...halving, learningRate: 1, tolerance: 0.01 };
      expect(gradientDescent(gradient, array([0.25]), rules)).to.almostEqual({
        x: array([-0.75]),
        steps: 1,
        reason: 'diverged',
      });
    });

    it('does not take small steps for a small gradient', () => {
      // A learning rate of 2⁻³⁰ hardly moves x, but the gradient is 6 all the time.
      const rules = { ...halving, learningRate: 2 ** -30, maxSteps: 5 };
      const { steps, reason } = gradientDescent(squaresGradient, array([3]), rules);
      expect({ steps, reason }).to.almostEqual({ steps: 5, reason: 'steps' });
    });

    it('finds the bottom of a valley of the cosine, at π', () => {
      const gradient = (x: Tensor): Tensor => map(x, (v) => -Math.sin(v));
      const rules = { learningRate: 0.5, maxSteps: 200, tolerance: 1e-12, limit: 10 };
      const { x, reason } = gradientDescent(gradient, array([[1], [5]]), rules);
      expect(x).to.almostEqual([[Math.PI], [Math.PI]]);
      expect(reason).to.equal('converged');
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const start = array([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const rules = { ...halving, maxSteps: 1 };
      const call = (): Tensor => gradientDescent(squaresGradient, start.transpose(1, 0), rules).x;
      expect(call).to.leaveUnchanged({ start });
      expect(call()).to.almostEqual([
        [0.5, 2],
        [1, 2.5],
        [1.5, 3],
      ]);
    });
  });

  describe('04.12 learningRateTable', () => {
    it('ends at 3 · (1 − 2 · learning rate)ⁿ', () => {
      expect(learningRateTable(array([0.25, 0.125]), array([1, 2, 4]))).to.almostEqual([
        [1.5, 0.75, 0.1875],
        [2.25, 1.6875, 0.94921875],
      ]);
    });

    it('is near 0.05 after 100 steps of 0.02, and near 0.40 after 100 of 0.01', () => {
      const table = learningRateTable(array([0.02, 0.01]), array([100]));
      expect(table).to.almostEqual([[0.0506], [0.3979]], { absolute: 5e-5 });
    });

    it('is nearly the same when the learning rate is halved and the steps are doubled', () => {
      for (const [rate, n] of [
        [0.02, 100],
        [0.01, 200],
        [0.005, 400],
        [0.0025, 800],
      ] as const) {
        const x = learningRateTable(array([rate]), array([n])).get(0, 0);
        expect(x).to.almostEqual(3 * (1 - 2 * rate) ** n);
        // The product of the two is 2, and x comes near 3e⁻⁴ from below.
        expect(x).to.be.within(0.05, 3 * Math.exp(-4));
      }
    });

    it('takes all its steps, however far up they lead: 3 · (−1.2)ⁿ at a learning rate of 1.1', () => {
      const table = learningRateTable(array([1.1]), array([1, 2, 1001]));
      expect(table).to.almostEqual([[-3.6, 4.32, -3 * 1.2 ** 1001]]);
    });

    it('takes all its steps, however little is left: 3 · 2⁻ⁿ at a learning rate of ¼', () => {
      const table = learningRateTable(array([0.25]), array([10, 50, 200]));
      const left = [10, 50, 200].map((n) => 3 * 2 ** -n);
      expect(table).to.almostEqual([left], { relative: 1e-9 });
    });

    it('jumps to and fro at a learning rate of 1, and is there in one step at ½', () => {
      expect(learningRateTable(array([1, 0.5]), array([0, 1, 2]))).to.almostEqual([
        [3, -3, 3],
        [3, 0, 0],
      ]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const learningRates = array([0.125, 9, 0.25, 9]);
      const steps = array([2, 1]);
      const call = (): Tensor => learningRateTable(learningRates.step(2), steps.step(-1));
      expect(call).to.leaveUnchanged({ learningRates, steps });
      expect(call()).to.almostEqual([
        [2.25, 1.6875],
        [1.5, 0.75],
      ]);
    });
  });
});
