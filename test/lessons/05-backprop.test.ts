import { AssertionError } from 'chai';
import { array, copy, labels, zeros, zip, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { loadMnist } from '#datasets/mnist';
import { seededRandom, shuffled } from '#datasets/random';
import { spirals } from '#datasets/spirals';
import {
  addBackward,
  affineBackward,
  affineForward,
  backpropagate,
  evaluateGraph,
  multiplyBackward,
  reluBackward,
  reluForward,
  sigmoidBackward,
  sigmoidForward,
  softmaxLossBackward,
  softmaxLossForward,
  topologicalOrder,
  trainTwoLayer,
  twoLayerGradients,
  type Graph,
  type GraphNode,
  type TwoLayerParams,
} from '#lessons/05-backprop';

// Every expected value is worked out by hand, and so that a mistake cannot hide behind a symmetry: no two sizes
// are equal where it matters, and no gradient is all ones. Only then do gradient checks vary what is tried.
const { log: ln } = Math;

const input = (): GraphNode => ({ operation: 'input', inputs: [] });
const add = (a: number, b: number): GraphNode => ({ operation: 'add', inputs: [a, b] });
const multiply = (a: number, b: number): GraphNode => ({ operation: 'multiply', inputs: [a, b] });
const sigmoid = (a: number): GraphNode => ({ operation: 'sigmoid', inputs: [a] });

// Graphs are made anew for every call: one that is changed by an answer must not be the one that judges it.

/** s · (s · y) with s = x + y: 0 is the whole, 1 is s, 2 is s · y, 3 is x and 4 is y. */
const shortcut = (): Graph => [multiply(1, 2), add(3, 4), multiply(1, 4), input(), input()];

/** (x + y) · x, listed from the output to the inputs: 0 is the product, 1 the sum, 2 is x and 3 is y. */
const sumTimesX = (): Graph => [multiply(1, 2), add(2, 3), input(), input()];

/** x · x: 0 is the product, 1 is x. */
const square = (): Graph => [multiply(1, 1), input()];

/** x · sigmoid(x): 0 is the product, 1 the sigmoid, 2 is x. */
const timesItsSigmoid = (): Graph => [multiply(2, 1), sigmoid(2), input()];

/** sigmoid(w · x + b), read from left to right: 0 is w, 1 is x, 3 is b, 4 is the sum, 5 the whole. */
const neuron = (): Graph => [input(), input(), multiply(0, 1), input(), add(2, 3), sigmoid(4)];

/** x + x, doubled again and again: 0 is x, and fifty doublings later there are 2⁵⁰ paths to it. */
const doublings = (): Graph => [input(), ...Array.from({ length: 50 }, (_, k) => add(k, k))];

/** Nodes that nobody reads, and a graph in two pieces. */
const pieces = (): Graph => [input(), add(2, 2), input()];

/** The forty nodes of tangle(). */
const tangled = (): Graph => tangle(1).graph;

/** What is wrong with an order of a graph's nodes, in a sentence; nothing if it is a right one. */
function orderFault(graph: Graph, order: readonly number[]): string | undefined {
  if (!Array.isArray(order)) return 'a list of indices was expected';
  const repeated = order.find((k, place) => order.indexOf(k) < place);
  if (repeated !== undefined) return `node ${repeated} stands in the order twice`;
  const missing = [...graph.keys()].find((k) => !order.includes(k));
  if (missing !== undefined) return `node ${missing} is missing in the order`;
  if (order.length > graph.length) return 'there are indices in the order that are no nodes';
  for (const k of order) {
    const late = graph[k]!.inputs.find((i) => order.indexOf(i) > order.indexOf(k));
    if (late !== undefined) return `node ${k} stands before node ${late}, which it reads`;
  }
  return undefined;
}

/** Forty nodes in random order, each of which reads whatever is there; the last of the inputs is in the middle. */
function tangle(seed: number): { graph: Graph; output: number; inputs: Tensor } {
  const random = seededRandom(seed);
  const nodes = Array.from({ length: 40 }, (_, k): GraphNode => {
    const [a, b] = [Math.floor(random() * k), Math.floor(random() * k)];
    const made = [add(a, b), multiply(a, b), sigmoid(a)][Math.floor(random() * 3)]!;
    return k < 4 ? input() : made;
  });
  // A sigmoid now and then keeps the numbers small.
  const calm = nodes.map((node, k) => (k > 3 && k % 3 === 0 ? sigmoid(node.inputs[0]!) : node));
  const places = shuffled([...calm.keys()], random);
  const graph: Graph = [];
  for (const [k, { operation, inputs }] of calm.entries()) {
    graph[places[k]!] = { operation, inputs: inputs.map((i) => places[i]!) };
  }
  return { graph, output: places[39]!, inputs: array([0.5, -1.25, 2, -0.75]) };
}

/** Two samples of three numbers, and four outputs. */
function affine(): { x: Tensor; W: Tensor; b: Tensor; dout: Tensor } {
  const x = array([
    [1, 2, -1],
    [0, -3, 2],
  ]);
  const W = array([
    [2, 0, -1, 1],
    [1, 3, 0, -2],
    [0, 1, 2, 1],
  ]);
  const dout = array([
    [1, 0, -2, 3],
    [2, -1, 1, 0],
  ]);
  return { x, W, b: array([1, -1, 2, 0.3]), dout };
}

/** What affine() makes: x · W has the rows (4, 5, −3, −4) and (−3, −7, 4, 8), and b is added to both. */
const AFFINE = [
  [5, 4, -1, -3.7],
  [-2, -8, 6, 8.3],
];

/** dout · Wᵀ, xᵀ · dout, and the sum of the two rows of dout. */
const AFFINE_GRADIENTS = {
  dx: array([
    [7, -5, -1],
    [3, -1, 1],
  ]),
  dW: array([
    [1, 0, -2, 3],
    [-4, 3, -7, 6],
    [3, -2, 4, -3],
  ]),
  db: array([3, -1, -1, 3]),
};

/** As many inputs as outputs as samples, so that a forgotten transpose fits. */
function squareAffine(): { x: Tensor; W: Tensor; b: Tensor; dout: Tensor } {
  const x = array([
    [1, 2],
    [3, -1],
  ]);
  const W = array([
    [1, 4],
    [-2, 3],
  ]);
  const dout = array([
    [1, 2],
    [-1, 1],
  ]);
  return { x, W, b: array([0, 1]), dout };
}

/** Inputs of a ReLU, one of them exactly at the kink, and what comes back to it. */
function bent(): { x: Tensor; dout: Tensor } {
  const x = array([
    [-2, 0, 3],
    [0.3, -1, 4],
  ]);
  const dout = array([
    [5, 7, -2],
    [6, -4, 0.1],
  ]);
  return { x, dout };
}

/** Inputs of a sigmoid, which makes ½, ¾, ¼ and ⅘, ⅛, 9⁄10 of them, and what comes back to it. */
function squashed(): { x: Tensor; dout: Tensor } {
  const x = array([
    [0, ln(3), -ln(3)],
    [ln(4), -ln(7), ln(9)],
  ]);
  const dout = array([
    [4, 16, -16],
    [25, 64, -100],
  ]);
  return { x, dout };
}

/** Two samples of three classes. Softmax makes (⅛, ⅜, ⁴⁄₈) and (⅗, ⅕, ⅕) of them; 1 and 2 are right. */
function logitsOfTwo(): { logits: Tensor; classes: Labels } {
  const logits = array([
    [0, ln(3), ln(4)],
    [ln(6), ln(2), ln(2)],
  ]);
  return { logits, classes: labels([1, 2]) };
}

/** The gradient of the loss of logitsOfTwo(). */
const GRADIENT_OF_TWO = [
  [1 / 16, -5 / 16, 4 / 16],
  [3 / 10, 1 / 10, -4 / 10],
];

/**
 * A network of two inputs, three hidden units and two classes, and two samples. Before the ReLU the hidden units
 * are (3, −1, 2) and (2, 2, −3). The logits are (ln ⅓, ln 2) and (ln ⅔, ln 2), so the probabilities are (1⁄7, 6⁄7)
 * and (¼, ¾), and what comes back to the logits is (−3⁄7, 3⁄7) and (⅛, −⅛).
 */
function network(): { x: Tensor; classes: Labels; params: TwoLayerParams } {
  const x = array([
    [1, 2],
    [3, -1],
  ]);
  const params = {
    W1: array([
      [1, 0, -1],
      [1, -1, 1],
    ]),
    b1: array([0, 1, 1]),
    W2: array([
      [ln(2), 0],
      [0, ln(2)],
      [-ln(2), ln(2)],
    ]),
    b2: array([-ln(6), -ln(2)]),
  };
  return { x, classes: labels([0, 1]), params };
}

/** The loss of network(): the right classes got 1⁄7 and ¾. */
const NETWORK_LOSS = ln(28 / 3) / 2;

/** Its gradients. What comes back to the hidden units is ln 2 · (−3⁄7, 0, 6⁄7) and ln 2 · (⅛, −⅛, 0). */
const NETWORK_GRADIENTS: TwoLayerParams = {
  W1: array([
    [(-3 / 56) * ln(2), (-3 / 8) * ln(2), (6 / 7) * ln(2)],
    [(-55 / 56) * ln(2), (1 / 8) * ln(2), (12 / 7) * ln(2)],
  ]),
  b1: array([(-17 / 56) * ln(2), (-1 / 8) * ln(2), (6 / 7) * ln(2)]),
  W2: array([
    [-29 / 28, 29 / 28],
    [1 / 4, -1 / 4],
    [-6 / 7, 6 / 7],
  ]),
  b2: array([-17 / 56, 17 / 56]),
};

/**
 * Weights to start from. The last layer begins small, so that at first all classes are about equally likely; the
 * hidden units bend at different places when their biases spread.
 */
function startingParams(
  D: number,
  H: number,
  C: number,
  { seed, spread = 1 }: { seed: number; spread?: number },
): TwoLayerParams {
  const random = seededRandom(seed);
  return {
    W1: randomNormal(random, Math.sqrt(2 / D), D, H),
    b1: randomNormal(random, spread, H),
    W2: randomNormal(random, 0.1, H, C),
    b2: zeros(C),
  };
}

/** The suite's own network, which judges what was trained: the logits of one sample. */
function logitsOf(sample: Tensor, { W1, b1, W2, b2 }: TwoLayerParams): number[] {
  const layer = (inputs: number[], W: Tensor, b: Tensor): number[] =>
    Array.from({ length: b.size }, (_, m) =>
      inputs.reduce((sum, value, d) => sum + value * W.get(d, m), b.get(m)),
    );
  const hidden = layer([...copy(sample).data], W1, b1);
  return layer(
    hidden.map((value) => Math.max(0, value)),
    W2,
    b2,
  );
}

/** The fraction of samples whose largest logit is at the label. */
function accuracyOf(x: Tensor, classes: Labels, params: TwoLayerParams): number {
  let right = 0;
  for (let n = 0; n < classes.size; n++) {
    const logits = logitsOf(x.pick(n, null), params);
    if (logits.indexOf(Math.max(...logits)) === classes.get(n)) right++;
  }
  return right / classes.size;
}

/** The mean over the samples of −ln of the probability of the right class. */
function lossOf(x: Tensor, classes: Labels, params: TwoLayerParams): number {
  let loss = 0;
  for (let n = 0; n < classes.size; n++) {
    const powers = logitsOf(x.pick(n, null), params).map((logit) => Math.exp(logit));
    const sum = powers.reduce((total, power) => total + power, 0);
    loss -= ln(powers[classes.get(n)]! / sum);
  }
  return loss / classes.size;
}

/** The gradients of lossOf, by central differences. */
function slopesOf(x: Tensor, classes: Labels, params: TwoLayerParams): TwoLayerParams {
  const h = 1e-5;
  return eachOf((name) => {
    const slopes = copy(params[name]);
    for (const i of slopes.data.keys()) {
      const lossAt = (shift: number): number => {
        const moved = copy(params[name]);
        moved.data[i]! += shift;
        return lossOf(x, classes, { ...params, [name]: moved });
      };
      slopes.data[i] = (lossAt(h) - lossAt(-h)) / (2 * h);
    }
    return slopes;
  });
}

/** Each parameter, less learningRate times its gradient. */
function stepped(
  params: TwoLayerParams,
  gradients: TwoLayerParams,
  learningRate: number,
): TwoLayerParams {
  return eachOf((name) =>
    zip(params[name], gradients[name], (value, slope) => value - learningRate * slope),
  );
}

/** f of each parameter's name, under that name. */
function eachOf(f: (name: keyof TwoLayerParams) => Tensor): TwoLayerParams {
  return { W1: f('W1'), b1: f('b1'), W2: f('W2'), b2: f('b2') };
}

/** Images of 7×7 from images of 28×28: each pixel is the mean of 16, moved and scaled to about 0 ± 1. */
function shrunk(images: Tensor): Tensor {
  const N = images.shape[0]!;
  const out = zeros(N, 49);
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < 784; p++) {
      const [row, column] = [Math.floor(p / 28), p % 28];
      out.data[49 * n + 7 * Math.floor(row / 4) + Math.floor(column / 4)]! += images.get(n, p) / 16;
    }
  }
  out.data.forEach((value, i) => (out.data[i] = (value - 0.13) / 0.25));
  return out;
}

describe('05-backprop', () => {
  describe('05.1 addBackward', () => {
    it('passes what it gets to both sides, whole', () => {
      expect(addBackward(3)).to.almostEqual({ da: 3, db: 3 });
      expect(addBackward(-0.5)).to.almostEqual({ da: -0.5, db: -0.5 });
    });

    it('passes nothing when it gets nothing', () => {
      expect(addBackward(0)).to.almostEqual({ da: 0, db: 0 });
    });
  });

  describe('05.2 multiplyBackward', () => {
    it('gives each factor the other factor, times what it gets', () => {
      expect(multiplyBackward(2, 3, 5)).to.almostEqual({ da: 10, db: 6 });
      expect(multiplyBackward(-1, 4, -0.5)).to.almostEqual({ da: 0.5, db: -4 });
    });

    it('gives a factor 0 when the other one is 0, and does not divide by it', () => {
      expect(multiplyBackward(7, 0, 3)).to.almostEqual({ da: 21, db: 0 });
      expect(multiplyBackward(7, 0, 0)).to.almostEqual({ da: 0, db: 0 });
    });
  });

  describe('05.3 topologicalOrder', () => {
    function expectOrdered(graph: () => Graph): void {
      const fault = orderFault(graph(), topologicalOrder(graph()));
      if (fault !== undefined) throw new AssertionError(fault);
    }

    for (const [title, graphs] of [
      ['puts every node after all that it reads', [shortcut, sumTimesX]],
      ['takes a node that is read twice once', [square]],
      ['takes nodes that nobody reads, and graphs in several pieces', [pieces]],
      ['puts forty tangled nodes in order', [tangled]],
    ] as const) {
      it(title, () => graphs.forEach(expectOrdered));
    }

    it('has no nodes to order in an empty graph', () => {
      expect(topologicalOrder([])).to.deep.equal([]);
    });

    it('refuses nodes that read each other in a cycle, and one that reads itself', () => {
      const circle: Graph = [input(), add(0, 3), multiply(1, 0), sigmoid(2), add(0, 0)];
      expect(() => topologicalOrder(circle)).to.throw(RangeError, /cycle/i);
      expect(() => topologicalOrder([add(1, 0), input()])).to.throw(RangeError, /cycle/i);
    });

    it('leaves the graph as it was', () => {
      const graph = shortcut();
      expect(() => topologicalOrder(graph)).to.leaveUnchanged({ graph });
    });

    // The last, here and below, since what never returns takes the checks behind it along.
    it('takes a node at the end of 2⁵⁰ paths once, without a walk along each', () => {
      expectOrdered(doublings);
    }).timeout(2000);
  });

  describe('05.4 evaluateGraph', () => {
    it('computes every node from those that it reads: (2 + 3) · 2 = 10', () => {
      expect(evaluateGraph(sumTimesX(), array([2, 3]))).to.almostEqual([10, 5, 2, 3]);
    });

    it('squashes with a sigmoid: a neuron with w = ln 3, x = 2 and b = −ln 3 fires at ¾', () => {
      const values = evaluateGraph(neuron(), array([ln(3), 2, -ln(3)]));
      expect(values).to.almostEqual([ln(3), 2, 2 * ln(3), -ln(3), ln(3), 3 / 4]);
    });

    it('hands out the inputs in the order in which the input nodes stand in the list', () => {
      // The sum reads the second input first, and nobody reads the third one before the end.
      const graph: Graph = [add(3, 1), input(), multiply(0, 0), input(), sigmoid(5), input()];
      expect(evaluateGraph(graph, array([7, -9, 0]))).to.almostEqual([-2, 7, 4, -9, 1 / 2, 0]);
    });

    it('is finite when a sigmoid reads ±1000', () => {
      const graph: Graph = [input(), input(), sigmoid(0), sigmoid(1)];
      expect(evaluateGraph(graph, array([1000, -1000]))).to.almostEqual([1000, -1000, 1, 0]);
    });

    it('reads a view through its strides, and leaves the inputs and the graph as they were', () => {
      const [graph, inputs] = [sumTimesX(), array([2, 99, 3, 99])];
      const call = () => evaluateGraph(graph, inputs.step(2));
      expect(call).to.leaveUnchanged({ graph, inputs });
      expect(call()).to.almostEqual([10, 5, 2, 3]);
    });

    it('refuses too few or too many inputs', () => {
      for (const given of [1, 5]) {
        expect(() => evaluateGraph(sumTimesX(), zeros(given))).to.throw(RangeError);
      }
    });

    it('refuses a graph with a cycle', () => {
      const circle: Graph = [input(), add(0, 2), multiply(1, 0)];
      expect(() => evaluateGraph(circle, array([2]))).to.throw(RangeError);
    });

    it('computes each node once, though 2⁵⁰ paths lead to it', () => {
      expect(evaluateGraph(doublings(), array([3])).get(50)).to.almostEqual(3 * 2 ** 50);
    }).timeout(2000);
  });

  describe('05.5 backpropagate', () => {
    it('adds up what arrives at a node, whichever operations send it: the slope of x · x at 3 is 6', () => {
      // All answers first, so that a failure can be explained by all of them.
      const [product, sum, gated, both] = [
        backpropagate(square(), array([9, 3]), 0),
        backpropagate([add(1, 1), input()], array([6, 3]), 0),
        backpropagate(timesItsSigmoid(), array([(3 / 4) * ln(3), 3 / 4, ln(3)]), 0),
        backpropagate(sumTimesX(), array([10, 5, 2, 3]), 0),
      ];
      expect(product).to.almostEqual([1, 6]);
      expect(sum).to.almostEqual([1, 2]);
      // Along the product x gets ¾, along the sigmoid ln 3 times its slope ¾ · ¼.
      expect(gated).to.almostEqual([1, ln(3), 3 / 4 + (3 / 16) * ln(3)]);
      // Along the product x gets x + y = 5, along the sum another 2.
      expect(both).to.almostEqual([1, 2, 7, 2]);
    });

    it('sends a gradient on only when all of it has arrived', () => {
      // With x = 2 and y = 3: s = 5 gets 15 from the product and 5 · 3 by way of s · y.
      const gradients = backpropagate(shortcut(), array([75, 5, 15, 2, 3]), 0);
      expect(gradients).to.almostEqual([1, 30, 5, 30, 55]);
    });

    it('goes through a sigmoid with the slope s(1 − s): a neuron that fires at ¾', () => {
      const values = array([ln(3), 2, 2 * ln(3), -ln(3), ln(3), 3 / 4]);
      const slope = 3 / 16;
      expect(backpropagate(neuron(), values, 5)).to.almostEqual([
        2 * slope,
        ln(3) * slope,
        slope,
        slope,
        slope,
        1,
      ]);
    });

    it('starts at the output that it is given, and leaves 0 where that does not depend on a node', () => {
      const values = array([10, 5, 2, 3]);
      expect(backpropagate(sumTimesX(), values, 1)).to.almostEqual([0, 1, 1, 1]);
      expect(backpropagate(sumTimesX(), values, 3)).to.almostEqual([0, 0, 0, 1]);
    });

    it('agrees with numerical slopes on forty tangled nodes', () => {
      for (const seed of [1, 2]) {
        const { graph, output, inputs } = tangle(seed);
        expect({
          name: 'a graph',
          inputs: { inputs },
          forward: (given: Tensor) => {
            const values = evaluateGraph(graph, given);
            return { out: array([values.get(output)]), cache: values };
          },
          backward: (dout: Tensor, values: Tensor) => {
            const gradients = backpropagate(graph, values, output);
            const places = [...graph.keys()].filter((k) => graph[k]!.operation === 'input');
            return { dinputs: array(places.map((k) => dout.get(0) * gradients.get(k))) };
          },
        }).to.have.rightGradients();
      }
    });

    it('leaves the graph and the values as they were', () => {
      const [graph, values] = [sumTimesX(), array([10, 5, 2, 3])];
      expect(() => backpropagate(graph, values, 0)).to.leaveUnchanged({ graph, values });
    });

    it('adds up all of 2⁵⁰ paths, without a walk along each', () => {
      const values = array(Array.from({ length: 51 }, (_, k) => 2 ** k));
      expect(backpropagate(doublings(), values, 50).get(0)).to.almostEqual(2 ** 50);
    }).timeout(2000);
  });

  describe('05.6 affineForward', () => {
    it('is x · W + b, with b added to every row', () => {
      const { x, W, b } = affine();
      expect(affineForward(x, W, b).out).to.almostEqual(AFFINE);
    });

    it('reads W by columns when it is square, too', () => {
      const { x, W, b } = squareAffine();
      expect(affineForward(x, W, b).out).to.almostEqual([
        [-3, 11],
        [5, 10],
      ]);
    });

    it('takes a batch of one, a single input and a single output', () => {
      const { W, b } = affine();
      expect(affineForward(array([[0, 0, 1]]), W, b).out).to.almostEqual([[1, 0, 4, 1.3]]);
      const out = affineForward(array([[3], [-2]]), array([[4]]), array([1])).out;
      expect(out).to.almostEqual([[13], [-7]]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { x, W, b } = affine();
      expect(() => affineForward(x, W, b)).to.leaveUnchanged({ x, W, b });
      expect(affineForward(turned(x), W, b).out).to.almostEqual(AFFINE);
      const backwards = array([0.3, 2, -1, 1]).step(-1);
      expect(affineForward(x, turned(W), backwards).out).to.almostEqual(AFFINE);
    });

    it('refuses an x and a W, or a W and a b, that do not fit together, naming both sizes', () => {
      expect(() => affineForward(zeros(2, 784), zeros(100, 10), zeros(10))).to.throw(
        RangeError,
        /(?=.*\b784\b)(?=.*\b100\b)/,
      );
      expect(() => affineForward(zeros(2, 3), zeros(3, 46), zeros(28))).to.throw(
        RangeError,
        /(?=.*\b46\b)(?=.*\b28\b)/,
      );
    });

    it('refuses one sample without a batch axis, and arrays with too many axes', () => {
      for (const [x, W, b] of [
        [zeros(3), zeros(3, 4), zeros(4)],
        [zeros(2, 3, 1), zeros(3, 4), zeros(4)],
        [zeros(2, 3), zeros(3, 4, 1), zeros(4)],
        [zeros(2, 3), zeros(3, 4), zeros(4, 1)],
      ] as const) {
        expect(() => affineForward(x, W, b)).to.throw(RangeError);
      }
    });
  });

  describe('05.7 affineBackward', () => {
    it('is dout · Wᵀ, xᵀ · dout, and the sum of the rows of dout', () => {
      const { x, W, b, dout } = affine();
      const gradients = affineBackward(dout, affineForward(x, W, b).cache);
      expect(gradients).to.almostEqual(AFFINE_GRADIENTS);
    });

    it('transposes square arrays, too', () => {
      const { x, W, b, dout } = squareAffine();
      expect(affineBackward(dout, affineForward(x, W, b).cache)).to.almostEqual({
        dx: array([
          [9, 4],
          [3, 5],
        ]),
        dW: array([
          [-2, 5],
          [3, 3],
        ]),
        db: array([0, 3]),
      });
    });

    for (const [name, N, D, M] of [
      ['five samples, three inputs, two outputs', 5, 3, 2],
      ['as many inputs as outputs', 2, 4, 4],
      ['a batch of one', 1, 4, 3],
    ] as const) {
      it(`agrees with numerical slopes for ${name}`, () => {
        const random = seededRandom(N);
        const x = randomNormal(random, 1, N, D);
        const W = randomNormal(random, 1, D, M);
        const b = randomNormal(random, 1, M);
        expect({
          name: 'affine',
          inputs: { x, W, b },
          forward: affineForward,
          backward: affineBackward,
          constants: { N },
          axes: {
            x: ['sample', 'input'],
            W: ['input', 'output'],
            b: ['output'],
            out: ['sample', 'output'],
          },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { x, W, b, dout } = affine();
      const { cache } = affineForward(turned(x), turned(W), b);
      expect(() => affineBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(affineBackward(turned(dout), cache)).to.almostEqual(AFFINE_GRADIENTS);
    });
  });

  describe('05.8 reluForward', () => {
    it('keeps what is above 0 and makes 0 of the rest', () => {
      expect(reluForward(bent().x).out).to.almostEqual([
        [0, 0, 3],
        [0.3, 0, 4],
      ]);
    });

    it('takes any shape', () => {
      expect(reluForward(array([[[-3], [2]]])).out).to.almostEqual([[[0], [2]]]);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const { x } = bent();
      expect(() => reluForward(x)).to.leaveUnchanged({ x });
      expect(reluForward(x.transpose(1, 0)).out).to.almostEqual([
        [0, 0.3],
        [0, 0],
        [3, 4],
      ]);
    });
  });

  describe('05.9 reluBackward', () => {
    it('lets through what comes back to an input above 0, whatever its sign, and nothing else', () => {
      const { x, dout } = bent();
      expect(reluBackward(dout, reluForward(x).cache)).to.almostEqual({
        dx: array([
          [0, 0, -2],
          [6, 0, 0.1],
        ]),
      });
    });

    it('agrees with numerical slopes on (2, 3, 4) inputs', () => {
      const x = randomNormal(seededRandom(1), 1, 2, 3, 4);
      expect({
        name: 'ReLU',
        inputs: { x },
        forward: reluForward,
        backward: reluBackward,
      }).to.have.rightGradients();
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { x, dout } = bent();
      const { cache } = reluForward(turned(x));
      expect(() => reluBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(reluBackward(turned(dout), cache).dx).to.almostEqual([
        [0, 0, -2],
        [6, 0, 0.1],
      ]);
    });
  });

  describe('05.10 sigmoidForward', () => {
    it('is 1⁄2 at 0, ¾ at ln 3 and ¼ at −ln 3', () => {
      expect(sigmoidForward(squashed().x).out).to.almostEqual([
        [1 / 2, 3 / 4, 1 / 4],
        [4 / 5, 1 / 8, 9 / 10],
      ]);
    });

    it('is finite at ±1000, and within 10⁻²⁰ of 1 and 0', () => {
      for (const [x, y] of [
        [-1000, 0],
        [1000, 1],
      ] as const) {
        expect(sigmoidForward(array([x])).out).to.almostEqual([y], { absolute: 1e-20 });
      }
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const { x } = squashed();
      expect(() => sigmoidForward(x)).to.leaveUnchanged({ x });
      expect(sigmoidForward(x.transpose(1, 0)).out).to.almostEqual([
        [1 / 2, 4 / 5],
        [3 / 4, 1 / 8],
        [1 / 4, 9 / 10],
      ]);
    });
  });

  describe('05.11 sigmoidBackward', () => {
    it('is dout · y · (1 − y)', () => {
      const { x, dout } = squashed();
      expect(sigmoidBackward(dout, sigmoidForward(x).cache)).to.almostEqual({
        dx: array([
          [1, 3, -3],
          [4, 7, -9],
        ]),
      });
    });

    it('lets nothing through at ±1000, and is finite', () => {
      const { cache } = sigmoidForward(array([1000, -1000]));
      expect(sigmoidBackward(array([3, -2]), cache)).to.almostEqual({ dx: array([0, 0]) });
    });

    it('agrees with numerical slopes on (2, 3, 4) inputs', () => {
      const x = randomNormal(seededRandom(2), 2, 2, 3, 4);
      expect({
        name: 'sigmoid',
        inputs: { x },
        forward: sigmoidForward,
        backward: sigmoidBackward,
      }).to.have.rightGradients();
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { x, dout } = squashed();
      const { cache } = sigmoidForward(turned(x));
      expect(() => sigmoidBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(sigmoidBackward(turned(dout), cache).dx).to.almostEqual([
        [1, 3, -3],
        [4, 7, -9],
      ]);
    });
  });

  describe('05.12 softmaxLossForward', () => {
    it('is the mean of −ln of the probability that softmax gives to the right class', () => {
      const { logits, classes } = logitsOfTwo();
      // The right classes get ⅜ and ⅕.
      expect(softmaxLossForward(logits, classes).loss).to.almostEqual(ln(40 / 3) / 2);
    });

    it('is ln C for C equal logits', () => {
      const { loss } = softmaxLossForward(array([[7, 7, 7, 7]]), labels([2]));
      expect(loss).to.almostEqual(ln(4));
    });

    it("stays right at ±1000, each row being shifted by its own maximum, and doesn't cap the loss", () => {
      const low = array([[-1000, -1000]]);
      const rising = array([
        [0, ln(3)],
        [1000, -1000],
      ]);
      const falling = rising.step(-1, 1);
      const [ofLow, ofRising, ofFalling] = [
        softmaxLossForward(low, labels([1])),
        softmaxLossForward(rising, labels([0, 1])),
        softmaxLossForward(falling, labels([1, 0])),
      ];
      expect(ofLow.loss).to.almostEqual(ln(2));
      // The right classes get ¼ and 1 / (1 + e²⁰⁰⁰), whichever row comes first.
      expect(ofRising.loss).to.almostEqual((ln(4) + 2000) / 2);
      expect(ofFalling.loss).to.almostEqual((ln(4) + 2000) / 2);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { logits } = logitsOfTwo();
      const list = labels([1, 0, 2, 0]);
      expect(() => softmaxLossForward(logits, list.step(2))).to.leaveUnchanged({ logits, list });
      expect(softmaxLossForward(turned(logits), list.step(2)).loss).to.almostEqual(ln(40 / 3) / 2);
    });

    it('refuses a row without a batch axis, and a list of labels of another length', () => {
      for (const [logits, list] of [
        [zeros(3), labels([0])],
        [zeros(3), labels([0, 0, 0])],
        [zeros(2, 4), labels([0, 1, 0])],
      ] as const) {
        expect(() => softmaxLossForward(logits, list)).to.throw(RangeError);
      }
    });
  });

  describe('05.13 softmaxLossBackward', () => {
    it('is the probabilities, less 1 at the right class, over N', () => {
      const { logits, classes } = logitsOfTwo();
      const { cache } = softmaxLossForward(logits, classes);
      expect(softmaxLossBackward(1, cache)).to.almostEqual({ dlogits: array(GRADIENT_OF_TWO) });
    });

    it('is multiplied with what comes back to the loss', () => {
      const { logits, classes } = logitsOfTwo();
      const { dlogits } = softmaxLossBackward(-2, softmaxLossForward(logits, classes).cache);
      expect(dlogits).to.almostEqual([
        [-1 / 8, 5 / 8, -1 / 2],
        [-3 / 5, -1 / 5, 4 / 5],
      ]);
    });

    it('stays finite at ±1000, and is largest where all is lost', () => {
      const logits = array([
        [1000, -1000],
        [-1000, -1000],
        [1000, -1000],
        [1000, 1000],
      ]);
      const { cache } = softmaxLossForward(logits, labels([1, 0, 0, 1]));
      expect(softmaxLossBackward(1, cache).dlogits).to.almostEqual([
        [1 / 4, -1 / 4],
        [-1 / 8, 1 / 8],
        [0, 0],
        [1 / 8, -1 / 8],
      ]);
    });

    for (const [N, C] of [
      [4, 3],
      [1, 5],
    ] as const) {
      it(`agrees with numerical slopes for N = ${N} and C = ${C}`, () => {
        const logits = randomNormal(seededRandom(C), 2, N, C);
        const classes = labels([1, 0, 2, 1].slice(0, N));
        expect({
          name: 'softmax loss',
          inputs: { logits, classes },
          forward: (x: Tensor, right: Labels) => {
            const { loss, cache } = softmaxLossForward(x, right);
            return { out: array([loss]), cache };
          },
          backward: (dout: Tensor, cache: never) => softmaxLossBackward(dout.get(0), cache),
          constants: { N, C },
          axes: { logits: ['sample', 'class'], classes: ['sample'] },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves the cache as it was', () => {
      const { logits } = logitsOfTwo();
      const { cache } = softmaxLossForward(turned(logits), labels([1, 0, 2, 0]).step(2));
      expect(() => softmaxLossBackward(1, cache)).to.leaveUnchanged({ cache });
      expect(softmaxLossBackward(1, cache).dlogits).to.almostEqual(GRADIENT_OF_TWO);
    });
  });

  describe('05.14 twoLayerGradients', () => {
    it('is the loss, and the gradient of every parameter, for two samples worked out by hand', () => {
      const { x, classes, params } = network();
      expect(twoLayerGradients(x, classes, params)).to.almostEqual({
        loss: NETWORK_LOSS,
        gradients: NETWORK_GRADIENTS,
      });
    });

    for (const [name, N, D, H, C] of [
      ['four samples, two inputs, five hidden units, three classes', 4, 2, 5, 3],
      ['as many of everything', 3, 3, 3, 3],
      ['a batch of one', 1, 2, 5, 4],
    ] as const) {
      it(`agrees with numerical slopes for ${name}`, () => {
        const x = randomNormal(seededRandom(D), 1, N, D);
        const classes = labels([2, 0, 1, 1, 2].slice(0, N));
        const { W1, b1, W2, b2 } = startingParams(D, H, C, { seed: N });
        const run = (...given: Tensor[]) => {
          const [w1, c1, w2, c2] = given as [Tensor, Tensor, Tensor, Tensor];
          return twoLayerGradients(x, classes, { W1: w1, b1: c1, W2: w2, b2: c2 });
        };
        expect({
          name: 'the network',
          inputs: { W1, b1, W2, b2 },
          loss: (...given: Tensor[]) => run(...given).loss,
          gradient: (...given: Tensor[]) => run(...given).gradients,
          gradients: { W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
          constants: { N },
          axes: {
            W1: ['input', 'hidden unit'],
            b1: ['hidden unit'],
            W2: ['hidden unit', 'class'],
            b2: ['class'],
          },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides and leaves everything unchanged', () => {
      const { x, classes, params } = network();
      const { W1, b1, W2, b2 } = params;
      const call = () => twoLayerGradients(x, classes, params);
      expect(call).to.leaveUnchanged({ x, classes, params });
      const views = { W1: turned(W1), b1, W2: turned(W2), b2 };
      expect(twoLayerGradients(turned(x), classes, views)).to.almostEqual({
        loss: NETWORK_LOSS,
        gradients: NETWORK_GRADIENTS,
      });
    });
  });

  describe('05.15 trainTwoLayer', () => {
    it('takes one step downhill: every parameter less learningRate times its gradient', () => {
      const { x, classes, params } = network();
      const trained = trainTwoLayer(x, classes, params, { learningRate: 0.25, steps: 1 });
      expect(trained).to.almostEqual({
        params: stepped(params, NETWORK_GRADIENTS, 0.25),
        losses: array([NETWORK_LOSS]),
      });
    });

    it('takes each step from where the last one ended, with new gradients of all samples', () => {
      const { x, classes, params } = network();
      // After the first step the suite measures the slopes of a loss of its own.
      const first = stepped(params, NETWORK_GRADIENTS, 0.5);
      const second = stepped(first, slopesOf(x, classes, first), 0.5);
      const third = stepped(second, slopesOf(x, classes, second), 0.5);
      const losses = [NETWORK_LOSS, lossOf(x, classes, first), lossOf(x, classes, second)];
      const trained = trainTwoLayer(x, classes, params, { learningRate: 0.5, steps: 3 });
      expect(trained).to.almostEqual({ params: third, losses: array(losses) }, { absolute: 1e-8 });
    });

    it('returns where it started, in arrays of its own, after no step', () => {
      const { x, classes, params } = network();
      const still = trainTwoLayer(x, classes, params, { learningRate: 1, steps: 0 });
      for (const { data } of [params.W1, params.b1, params.W2, params.b2]) data.fill(99);
      expect(still).to.almostEqual({ params: network().params, losses: array([]) });
    });

    it('leaves its arguments unchanged', () => {
      const { x, classes, params } = network();
      const call = () => trainTwoLayer(x, classes, params, { learningRate: 1, steps: 2 });
      expect(call).to.leaveUnchanged({ x, classes, params });
    });

    it('learns two spirals: 95% of the points after 200 steps', () => {
      const { x, labels: arms } = spirals(seededRandom(2), { samplesPerClass: 50, turns: 1 });
      const start = startingParams(2, 24, 2, { seed: 2 });
      const { params, losses } = trainTwoLayer(x, arms, start, { learningRate: 1, steps: 200 });
      expect(losses.get(199)).to.be.below(losses.get(0) / 4);
      expect(accuracyOf(x, arms, params)).to.be.at.least(0.95);
    }).timeout(30_000);

    it('learns to read from 400 digits: 65% of 300 others after 30 steps', () => {
      const { train, test } = loadMnist({ train: 400, test: 300, folder: '' });
      const start = startingParams(49, 12, 10, { seed: 1, spread: 0 });
      const options = { learningRate: 0.3, steps: 30 };
      const { params } = trainTwoLayer(shrunk(train.images), train.labels, start, options);
      expect(accuracyOf(shrunk(test.images), test.labels, params)).to.be.at.least(0.65);
    }).timeout(30_000);
  });
});
