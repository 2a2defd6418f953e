/** Lesson 05: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import {
  array,
  copy,
  filled,
  labels as labelsOf,
  map,
  matrixProduct,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import ndarray from 'ndarray';
import type { Misconception } from '../../checks/misconception.ts';
import { arraysIn, refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  addBackward,
  affineBackward,
  affineForward,
  backpropagate,
  evaluateGraph,
  multiplyBackward,
  reluBackward,
  reluForward,
  sigmoidForward,
  softmaxLossBackward,
  softmaxLossForward,
  topologicalOrder,
  trainTwoLayer,
  twoLayerGradients,
  type AffineGradients,
  type Forward,
  type Graph,
  type InputGradient,
  type LogitsGradient,
  type SoftmaxLoss,
  type SoftmaxLossCache,
  type TrainedTwoLayer,
  type TrainingOptions,
  type TwoLayerGradients,
  type TwoLayerParams,
} from './backprop.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '05.1 addBackward',
    id: 'add-ignores-dout',
    sentence:
      'This is 1 on both sides, the slope of a sum, whatever comes back to it. Multiply each slope with dout.',
    wrong: () => ({ da: 1, db: 1 }),
  },
  {
    exercise: '05.1 addBackward',
    id: 'add-halves',
    sentence:
      'dout is shared out, half to each side. If a grows by 1, the sum grows by 1 and not by ½: both sides get all of dout.',
    wrong: (dout: number) => ({ da: dout / 2, db: dout / 2 }),
  },
  {
    exercise: '05.2 multiplyBackward',
    id: 'multiply-swapped',
    sentence:
      'Each factor gets itself here. The slope with respect to one factor is the other: da has b in it, and db has a.',
    wrong: (dout: number, a: number, b: number) => multiplyBackward(dout, b, a),
  },
  {
    exercise: '05.2 multiplyBackward',
    id: 'multiply-ignores-dout',
    sentence:
      'This is the slope alone, the other factor. By the chain rule it is multiplied with dout, what comes back to the product.',
    wrong: (_: number, a: number, b: number) => multiplyBackward(1, a, b),
  },
  {
    exercise: '05.2 multiplyBackward',
    id: 'multiply-like-add',
    sentence:
      'Both factors get dout unchanged, as in a sum. How fast a product grows with one factor depends on the other: multiply with that.',
    wrong: (dout: number) => addBackward(dout),
  },
  {
    exercise: '05.2 multiplyBackward',
    id: 'multiply-by-product',
    sentence:
      'Both factors get dout times the product. Leave out the factor that you differentiate by: only the other one remains.',
    wrong: (dout: number, a: number, b: number) => ({ da: dout * a * b, db: dout * a * b }),
  },
  {
    exercise: '05.3 topologicalOrder',
    id: 'order-before-what-it-reads',
    sentence:
      'Each node is placed before the nodes that it reads are visited. Visit those first, and then place it.',
    wrong: refusingLike(topologicalOrder, (graph) => {
      const placed = new Set<number>();
      const visit = (k: number): void => {
        if (placed.has(k)) return;
        placed.add(k);
        graph[k]!.inputs.forEach(visit);
      };
      [...graph.keys()].forEach(visit);
      return [...placed];
    }),
  },
  {
    exercise: '05.3 topologicalOrder',
    id: 'order-as-listed',
    sentence:
      'This is the order of the list. A node may stand there before those that it reads, so look at `inputs`.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph) => [...graph.keys()],
  },
  {
    exercise: '05.3 topologicalOrder',
    id: 'order-from-the-output',
    sentence:
      'The order is back to front: each node stands before those that it reads. That is the way of the gradients; values need the reverse.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph) => topologicalOrder(graph).toReversed(),
  },
  {
    exercise: '05.3 topologicalOrder',
    id: 'order-repeats',
    sentence:
      'A node that is reached along several paths stands in the order several times. Remember which ones you have placed, and skip them.',
    wrong: refusingLike(topologicalOrder, (graph) => {
      const order: number[] = [];
      const visit = patiently((k: number): void => {
        graph[k]!.inputs.forEach((i) => visit(i));
        order.push(k);
      });
      for (const k of graph.keys()) visit(k);
      return order;
    }),
  },
  {
    exercise: '05.3 topologicalOrder',
    id: 'order-breadth-first',
    sentence:
      'Nodes are ordered by when they are first met on the way from the output. One that is met early by a short path may still be read at the end of a longer one.',
    wrong: refusingLike(topologicalOrder, (graph) => {
      const met = new Set(unread(graph));
      for (const k of met) for (const i of graph[k]!.inputs) met.add(i);
      return [...met].toReversed();
    }),
  },
  {
    exercise: '05.4 evaluateGraph',
    id: 'evaluate-as-listed',
    sentence:
      'Nodes are computed in the order of the list, some from others that are still 0. Go through them in topological order.',
    anchor: '#an-order-to-work-in',
    wrong: refusingLike(evaluateGraph, (graph, inputs) => evaluate(graph, inputs, graph.keys())),
  },
  {
    exercise: '05.4 evaluateGraph',
    id: 'evaluate-inputs-by-place',
    sentence:
      'An input node takes the entry of `inputs` at its own index in the graph. There are fewer inputs than nodes: count the input nodes.',
    wrong: refusingLike(evaluateGraph, (graph, inputs) =>
      evaluate(graph, inputs, topologicalOrder(graph), (k) => inputs.get(k)),
    ),
  },
  {
    exercise: '05.4 evaluateGraph',
    id: 'evaluate-inputs-as-met',
    sentence:
      'The inputs are handed out in the order in which the walk meets the input nodes. They belong to them in the order of the list.',
    wrong: refusingLike(evaluateGraph, (graph, inputs) => {
      let next = 0;
      return evaluate(graph, inputs, topologicalOrder(graph), () => inputs.get(next++));
    }),
  },
  ...(
    [
      ['add', 'multiplies', (a, b) => a * b],
      ['multiply', 'adds', (a, b) => a + b],
      ['sigmoid', 'passes on what it reads', (a) => a],
    ] as const satisfies [string, string, (a: number, b: number) => number][]
  ).map(([operation, does, f]) => ({
    exercise: '05.4 evaluateGraph',
    id: `evaluate-${operation}-wrong`,
    sentence: `A node that must ${operation === 'sigmoid' ? 'take the sigmoid' : operation} ${does} here.`,
    wrong: refusingLike(evaluateGraph, (graph, inputs) =>
      evaluate(graph, inputs, topologicalOrder(graph), undefined, { [operation]: f }),
    ),
  })),
  ...(['add', 'multiply', 'sigmoid'] as const).map((only) => ({
    exercise: '05.5 backpropagate',
    id: `graph-${only}-overwrites`,
    sentence: `What ${only} sends replaces the gradient that was there; the other operations add theirs. A node may be read by several others, so every operation must add.`,
    anchor: '#what-is-read-twice-adds-up',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { isOverwriting: (operation) => operation === only }),
  })),
  {
    exercise: '05.5 backpropagate',
    id: 'graph-overwrites',
    sentence:
      'A gradient that arrives replaces the one that was there, so only the last reader counts. Add them up.',
    anchor: '#what-is-read-twice-adds-up',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { isOverwriting: () => true }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-sends-for-each-reader',
    sentence:
      'A node sends its gradient on each time that something arrives, and what was there before is sent again. Let it wait until all its readers have sent: follow the topological order backwards, and send once.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph, values: Tensor, output: number) => {
      const { gradients, sendFrom } = backwardsThrough(graph, values, output);
      const visit = patiently((k: number): void => sendFrom(k, (i) => visit(i)));
      visit(output);
      return gradients;
    },
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-no-start',
    sentence:
      'Everything is 0, because nothing was there to send. The output grows with itself at rate 1: put a 1 there first.',
    wrong: (graph: Graph) => zeros(graph.length),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-forwards',
    sentence:
      'Some nodes send before all has arrived from those that read them. Go through the topological order, from its end to its beginning.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { order: topologicalOrder(graph) }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-list-backwards',
    sentence:
      'Some nodes send before all has arrived from those that read them. Go through the topological order, from its end to its beginning.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { order: [...graph.keys()].toReversed() }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-as-listed',
    sentence:
      'Some nodes send before all has arrived from those that read them. Go through the topological order, from its end to its beginning.',
    anchor: '#an-order-to-work-in',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { order: [...graph.keys()] }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-multiply-swapped',
    sentence:
      'At a product each factor gets its own value. It should get the value of the other factor, as in multiplyBackward.',
    anchor: '#052-multiplybackward',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { multiply: (d, a, b) => multiplyBackward(d, b, a) }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-sigmoid-of-input',
    sentence:
      "At a sigmoid the slope is s(1 − s) with the sigmoid's own value s. Here it is computed from the value that the sigmoid read.",
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { sigmoidSlope: (a) => a * (1 - a) }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-sigmoid-factor',
    sentence:
      'At a sigmoid only its value is multiplied. Its slope is s(1 − s): the factor (1 − s) is missing.',
    wrong: (graph: Graph, values: Tensor, output: number) =>
      walkBack(graph, values, output, { sigmoidSlope: (_, s) => s }),
  },
  {
    exercise: '05.5 backpropagate',
    id: 'graph-ignores-output',
    sentence:
      'The 1 is put at the end of the order, whatever `output` says. Put it at the node that was asked for; what comes after that keeps 0.',
    wrong: (graph: Graph, values: Tensor) =>
      backpropagate(graph, values, topologicalOrder(graph).at(-1)!),
  },
  {
    exercise: '05.6 affineForward',
    id: 'affine-bias-forgotten',
    sentence: 'The bias is missing: this is x · W. Add b to every row.',
    wrong: (x: Tensor, W: Tensor, b: Tensor) => affineForward(x, W, zeros(...b.shape)),
  },
  {
    exercise: '05.6 affineForward',
    id: 'affine-bias-subtracted',
    sentence: 'The bias is subtracted. Add it to every row.',
    wrong: (x: Tensor, W: Tensor, b: Tensor) =>
      affineForward(
        x,
        W,
        map(b, (v) => -v),
      ),
  },
  {
    exercise: '05.6 affineForward',
    id: 'affine-bias-repeated',
    sentence:
      'The bias is added once for every input, inside the sum over d. Start the sum with it, or add it after the sum.',
    wrong: (x: Tensor, W: Tensor, b: Tensor) =>
      affineForward(
        x,
        W,
        map(b, (v) => v * x.shape[1]!),
      ),
  },
  {
    exercise: '05.6 affineForward',
    id: 'affine-bias-by-sample',
    sentence:
      'The bias is looked up by the sample: b.get(n). Each output m has one bias for all samples: b.get(m).',
    wrong: refusingLike(affineForward, (x, W, b) => ({
      out: filled([x.shape[0]!, b.size], (n, m) =>
        sumOver(x.shape[1]!, (d) => x.get(n, d) * W.get(d, m), b.get(n)),
      ),
      cache: { x, W },
    })),
  },
  {
    exercise: '05.6 affineForward',
    id: 'affine-weights-by-row',
    sentence:
      'W is read as W.get(m, d), a row for each output. Here an output is a column: W.get(d, m).',
    wrong: refusingLike(affineForward, (x, W, b) => ({
      out: filled([x.shape[0]!, b.size], (n, m) =>
        sumOver(x.shape[1]!, (d) => x.get(n, d) * W.get(m, d), b.get(m)),
      ),
      cache: { x, W },
    })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dx-untransposed',
    sentence:
      'dx goes through W the way the forward pass did: dout · W. Going back, output m reaches input d by the same weight W[d, m]: dout · Wᵀ.',
    anchor: '#why-the-transposes',
    wrong: affineWith(({ dout, W }) => ({
      dx: filled([dout.shape[0]!, W.shape[0]!], (n, d) =>
        sumOver(dout.shape[1]!, (m) => dout.get(n, m) * W.get(m, d)),
      ),
    })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dx-reshaped',
    sentence:
      'For dx, W was reshaped to (M, D) and not transposed. Both have that shape, but only the transpose moves W[d, m] to [m, d].',
    anchor: '#why-the-transposes',
    wrong: affineWith(({ dout, W }) => {
      const [D, M] = W.shape as [number, number];
      return { dx: matrixProduct(dout, ndarray(copy(W).data, [M, D])) };
    }),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dw-reshaped',
    sentence:
      'dW is doutᵀ · x with its entries poured into the shape of W. Compute xᵀ · dout instead: that has the right shape by itself.',
    anchor: '#why-the-transposes',
    wrong: affineWith(({ x, dout }) => {
      const { data, shape } = matrixProduct(dout.transpose(1, 0), x);
      return { dW: ndarray(data, shape.toReversed()) };
    }),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dw-transposed',
    sentence:
      'dW is doutᵀ · x, of shape (M, D). A gradient has the shape of what it belongs to: xᵀ · dout is (D, M), as W is.',
    anchor: '#why-the-transposes',
    wrong: affineWith(({ x, dout }) => ({ dW: matrixProduct(dout.transpose(1, 0), x) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dw-last-sample',
    sentence:
      'dW is that of the last sample alone: each sample overwrites the one before. All samples used the same W, so add up.',
    anchor: '#what-is-read-twice-adds-up',
    wrong: affineWith(({ x, dout }) => {
      const last = dout.shape[0]! - 1;
      return {
        dW: filled([x.shape[1]!, dout.shape[1]!], (d, m) => x.get(last, d) * dout.get(last, m)),
      };
    }),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-mean',
    sentence:
      'dW and db are divided by N here. The mean is the business of the loss, whose gradient carries the 1/N already: only add up.',
    wrong: affineWith(({ dout }, { dW, db }) => ({
      dW: map(dW, (v) => v / dout.shape[0]!),
      db: map(db, (v) => v / dout.shape[0]!),
    })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-dw-mean',
    sentence:
      'dW is divided by N here. The mean is the business of the loss, whose gradient carries the 1/N already: only add up.',
    wrong: affineWith(({ dout }, { dW }) => ({ dW: map(dW, (v) => v / dout.shape[0]!) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-db-mean',
    sentence: 'db is the mean of the rows of dout. b was added to every row, so it gets the sum.',
    anchor: '#what-is-read-twice-adds-up',
    wrong: affineWith(({ dout }, { db }) => ({ db: map(db, (v) => v / dout.shape[0]!) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-db-one-row',
    sentence:
      'db is the first row of dout alone. b was added to every row, so it gets the sum of all rows.',
    anchor: '#what-is-read-twice-adds-up',
    wrong: affineWith(({ dout }) => ({ db: copy(dout.pick(0, null)) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-db-last-row',
    sentence:
      'db is the last row of dout alone: each row overwrites the one before. b was added to every row, so add them up.',
    anchor: '#what-is-read-twice-adds-up',
    wrong: affineWith(({ dout }) => ({ db: copy(dout.pick(dout.shape[0]! - 1, null)) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-db-not-summed',
    sentence:
      'db is dout itself, of shape (N, M). b was added to every row, so it gets the sum of the rows: shape (M).',
    anchor: '#what-is-read-twice-adds-up',
    wrong: affineWith(({ dout }) => ({ db: copy(dout) })),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-db-over-outputs',
    sentence:
      'db is summed along the rows, over the outputs, which leaves one number a sample. Sum over the samples: one number an output.',
    wrong: affineWith(({ dout }) => {
      const [N, M] = dout.shape as [number, number];
      return { db: filled([N], (n) => sumOver(M, (m) => dout.get(n, m))) };
    }),
  },
  {
    exercise: '05.7 affineBackward',
    id: 'affine-ignores-dout',
    sentence:
      'These are the gradients for a dout of ones. Multiply with what really comes back: it says how much each output matters.',
    anchor: '#slope-times-what-comes-back',
    wrong: (dout: Tensor, cache: unknown) =>
      affineBackward(
        filled(dout.shape, () => 1),
        operands(dout, cache),
      ),
  },
  {
    exercise: '05.8 reluForward',
    id: 'relu-layer-is-mask',
    sentence:
      'This is the mask, 1 where x is above 0. The backward half needs that; the forward half returns x itself there.',
    wrong: (x: Tensor) => ({ out: map(x, (v) => (v > 0 ? 1 : 0)), cache: x }),
  },
  {
    exercise: '05.8 reluForward',
    id: 'relu-layer-is-abs',
    sentence: 'Negative numbers come out positive: this is |x|. ReLU turns them into 0.',
    wrong: (x: Tensor) => ({ out: map(x, Math.abs), cache: x }),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-no-mask',
    sentence:
      'This is dout, everything let through. Where x was not above 0 the output did not move with it: dx is 0 there.',
    wrong: (dout: Tensor) => ({ dx: copy(dout) }),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-inverted',
    sentence:
      'The mask is the wrong way round: dout gets through where x is negative. Let it through where x > 0.',
    wrong: reluWith((d, x) => (x > 0 ? 0 : d)),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-mask-of-dout',
    sentence:
      'The mask is taken from dout: what is negative there is cut off. Which inputs were above 0 is something that only the cache knows.',
    wrong: (dout: Tensor) => ({ dx: reluForward(dout).out }),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-at-zero',
    sentence:
      'At x = 0 this lets dout through. Any slope from 0 to 1 could be defended there; this course takes 0, so write x > 0.',
    wrong: reluWith((d, x) => (x >= 0 ? d : 0)),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-times-x',
    sentence:
      'dout is multiplied with the value of the ReLU. It should be multiplied with its slope, which is 1 where x > 0.',
    anchor: '#slope-times-what-comes-back',
    wrong: reluWith((d, x) => d * Math.max(0, x)),
  },
  {
    exercise: '05.9 reluBackward',
    id: 'relu-backward-ignores-dout',
    sentence: 'This is the slope alone, 1 or 0. Multiply it with dout.',
    anchor: '#slope-times-what-comes-back',
    wrong: reluWith((_, x) => (x > 0 ? 1 : 0)),
  },
  {
    exercise: '05.10 sigmoidForward',
    id: 'sigmoid-layer-sign',
    sentence:
      'The sign in the exponent is missing: this is 1 / (1 + eˣ), which falls from 1 to 0. Use e⁻ˣ.',
    wrong: (x: Tensor) => sigmoidForward(map(x, (v) => -v)),
  },
  {
    exercise: '05.10 sigmoidForward',
    id: 'sigmoid-layer-overflows',
    sentence:
      'eˣ / (1 + eˣ) is right on paper, but e¹⁰⁰⁰ is Infinity, and Infinity / Infinity is NaN. For positive x use 1 / (1 + e⁻ˣ).',
    wrong: (x: Tensor): Forward<Tensor> => {
      const out = map(x, (v) => Math.exp(v) / (1 + Math.exp(v)));
      return { out, cache: out };
    },
  },
  ...[20, 30].map((bound) => ({
    exercise: '05.10 sigmoidForward',
    id: `sigmoid-layer-clipped-at-${bound}`,
    sentence: `x is clipped at ±${bound}, so the sigmoid never gets nearer to 0 and 1. 1 / (1 + e⁻ˣ) needs no bounds: where e⁻ˣ is Infinity, it is 0.`,
    wrong: (x: Tensor) => sigmoidForward(map(x, (v) => Math.min(Math.max(v, -bound), bound))),
  })),
  {
    exercise: '05.11 sigmoidBackward',
    id: 'sigmoid-backward-factor',
    sentence: 'The factor (1 − y) is missing: this is dout · y, and the slope is y · (1 − y).',
    wrong: sigmoidWith((d, y) => d * y),
  },
  {
    exercise: '05.11 sigmoidBackward',
    id: 'sigmoid-backward-twice',
    sentence: 'The sigmoid is taken of y, which is a sigmoid already. Use y as it is: y · (1 − y).',
    wrong: sigmoidWith((d, y) => d * logistic(y) * (1 - logistic(y))),
  },
  {
    exercise: '05.11 sigmoidBackward',
    id: 'sigmoid-backward-of-input',
    sentence:
      "The formula y · (1 − y) is fed with x. It is in terms of the sigmoid's output: keep that in the cache.",
    wrong: sigmoidWith((d, y) => {
      const x = Math.log(y / (1 - y));
      return d * x * (1 - x);
    }),
  },
  {
    exercise: '05.11 sigmoidBackward',
    id: 'sigmoid-backward-like-tanh',
    sentence: "This is dout · (1 − y²), the rule of tanh. The sigmoid's slope is y · (1 − y).",
    wrong: sigmoidWith((d, y) => d * (1 - y * y)),
  },
  {
    exercise: '05.11 sigmoidBackward',
    id: 'sigmoid-backward-ignores-dout',
    sentence: 'This is the slope alone, y · (1 − y). Multiply it with dout.',
    anchor: '#slope-times-what-comes-back',
    wrong: sigmoidWith((_, y) => y * (1 - y)),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-sum',
    sentence: 'This is the sum over the batch. Divide it by the number of samples N.',
    anchor: '#softmax-and-its-loss',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(logits, labels, (loss) => loss * labels.size),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-over-entries',
    sentence:
      'The sum is divided by N · C. A row is one prediction, however many classes it has: divide by N.',
    anchor: '#softmax-and-its-loss',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(logits, labels, (loss) => loss / logits.shape[1]!),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-all-classes',
    sentence:
      'The logarithms of all classes are added. Only the probability of the right class counts: one-hot targets are 0 elsewhere.',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(logits, labels, () => {
        const lossAt = (i: number): number =>
          softmaxLossForward(logits, labelsOf(Array(labels.size).fill(i))).loss;
        return sumOver(logits.shape[1]!, lossAt);
      }),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-probability',
    sentence:
      'This is 1 minus the probability of the right class. The loss is minus its logarithm, which grows without end as the probability goes to 0.',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(
        logits,
        labels,
        meanOverRows(labels, (p) => 1 - p),
      ),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a logit of 1000 becomes Infinity and the loss NaN. Subtract the maximum of the row first.',
    wrong: refusingLike(softmaxLossForward, (logits, labels) =>
      softmaxLossShifted(logits, labels, () => 0),
    ),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-maximum-from-zero',
    sentence:
      'The maximum of a row is never below 0, since the search starts there. If all logits are far below, nothing is shifted and all exponentials are 0. Start from −Infinity, or from the first logit.',
    wrong: refusingLike(softmaxLossForward, (logits, labels) =>
      softmaxLossShifted(logits, labels, (row) => Math.max(0, ...row)),
    ),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-maximum-carried-over',
    sentence:
      'The maximum is carried over from row to row, so a row is shifted by the largest logit so far. Start the search anew for each row.',
    wrong: refusingLike(softmaxLossForward, (logits, labels) => {
      let max = -Infinity;
      return softmaxLossShifted(logits, labels, (row) => (max = Math.max(max, ...row)));
    }),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch. A row far below it underflows to ln 0. Subtract each row's own maximum.",
    wrong: refusingLike(softmaxLossForward, (logits, labels) =>
      softmaxLossShifted(logits, labels, () => Math.max(...copy(logits).data)),
    ),
  },
  {
    exercise: '05.12 softmaxLossForward',
    id: 'softmax-loss-of-probability',
    sentence:
      'This takes the logarithm of the probability, which underflows to 0 where the loss is large: −ln 0 is Infinity. Use ln Σ e^x − x of the right class, with shifted logits.',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(
        logits,
        labels,
        meanOverRows(labels, (p) => -Math.log(p)),
      ),
  },
  ...[1e-7, 1e-8, 1e-10, 1e-12, 1e-15].map((epsilon) => ({
    exercise: '05.12 softmaxLossForward',
    id: `softmax-loss-epsilon-${epsilon}`,
    sentence: `${epsilon} is added to the probability before its logarithm is taken, which changes every loss and caps it. Use ln Σ e^x − x of the right class, with shifted logits: that is never infinite.`,
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxLossWith(
        logits,
        labels,
        meanOverRows(labels, (p) => -Math.log(p + epsilon)),
      ),
  })),
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-sum',
    sentence: 'The loss is a mean and this is the gradient of the sum: the factor 1/N is missing.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t, N) => (p - t) * N),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-mean-twice',
    sentence: 'This is divided by N twice. The loss is a mean: divide once.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t, N) => (p - t) / N),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-over-entries',
    sentence:
      'This is divided by N · C. A row is one prediction, however many classes it has: divide by N.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t, _, row) => (p - t) / row.length),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-slope-twice',
    sentence:
      'softmax − one-hot is multiplied with p(1 − p), too. The derivative of softmax is in it already: that is why both are one layer.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t) => (p - t) * p * (1 - p)),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-jacobian-twice',
    sentence:
      'softmax − one-hot goes through the Jacobian of softmax once more. It is in there already: that is why both are one layer.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t, _, row, right) => {
      // Σⱼ pⱼ(pⱼ − tⱼ), which the Jacobian subtracts from every entry.
      const common = sumOver(row.length, (j) => row[j]! * row[j]!) - row[right]!;
      return p * (p - t - common);
    }),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-no-target',
    sentence:
      'These are the probabilities over N: every logit is pushed down. At the right class, subtract 1 before you divide.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p) => p),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-target-undivided',
    sentence:
      'The probabilities are divided by N, and then a whole 1 is subtracted. Subtract first: the 1 is divided by N, too.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t, N) => p - t * N),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-sign',
    sentence:
      'The sign is turned round: this is one-hot minus softmax, the way downhill. The gradient points uphill.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t) => t - p),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-right-class-only',
    sentence:
      'Only the right class gets a gradient. The other logits are in the sum below the fraction: each is pushed down by its own probability.',
    anchor: '#softmax-and-its-loss',
    wrong: softmaxWith((p, t) => (t === 1 ? p - 1 : 0)),
  },
  {
    exercise: '05.13 softmaxLossBackward',
    id: 'softmax-backward-ignores-dout',
    sentence:
      'dout is left out. At the end of a network it is 1 and makes no difference, but whatever is done with the loss comes back here.',
    anchor: '#slope-times-what-comes-back',
    wrong: (_: number, cache: unknown) => softmaxLossBackward(1, classified(cache)),
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-skips-mask',
    sentence:
      'What comes back to the hidden units goes into the first layer without passing the ReLU, so units that were off learn too. Send it through reluBackward.',
    anchor: '#a-network-backwards',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) =>
      network(x, labels, params, { back: (dhidden) => dhidden }),
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-w2-before-relu',
    sentence:
      'The gradient of W2 is made from the hidden units before their ReLU. The second layer read what came out of it: use that.',
    anchor: '#a-network-backwards',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) => {
      const right = twoLayerGradients(x, labels, params);
      const { out: before } = affineForward(x, params.W1, params.b1);
      const { out: logits } = affineForward(reluForward(before).out, params.W2, params.b2);
      const { dlogits } = softmaxLossBackward(1, softmaxLossForward(logits, labels).cache);
      const { dW: W2 } = affineBackward(dlogits, { x: before, W: params.W2 });
      return { ...right, gradients: { ...right.gradients, W2 } };
    },
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-no-relu',
    sentence:
      'There is no ReLU between the layers, so both together are one affine layer. Gradients and loss agree with each other, but not with the network that was asked for.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) =>
      network(x, labels, params, { activate: (before) => before, back: (dhidden) => dhidden }),
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-relu-on-logits',
    sentence:
      'The logits pass a ReLU, too. Logits may be negative, and softmax wants them as they are: no activation after the last layer.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) =>
      network(x, labels, params, { isLastActive: true }),
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-sum',
    sentence:
      'All gradients are N times too large: they are those of the summed loss. The loss is a mean, so what comes back to the logits carries 1/N.',
    anchor: '#softmax-and-its-loss',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) => {
      const { loss, gradients } = twoLayerGradients(x, labels, params);
      return { loss, gradients: each(gradients, (_, g) => map(g, (v) => v * labels.size)) };
    },
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-mean-twice',
    sentence:
      'All gradients are divided by N once more. The 1/N is in what comes back from the loss already.',
    anchor: '#softmax-and-its-loss',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) => {
      const { loss, gradients } = twoLayerGradients(x, labels, params);
      return { loss, gradients: each(gradients, (_, g) => map(g, (v) => v / labels.size)) };
    },
  },
  {
    exercise: '05.14 twoLayerGradients',
    id: 'network-layers-swapped',
    sentence:
      'The gradients of the two layers are under the wrong names: W1 holds those of W2, and b1 those of b2. The first affineBackward on the way back belongs to the second layer.',
    anchor: '#a-network-backwards',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams) => {
      const { loss, gradients } = twoLayerGradients(x, labels, params);
      const { W1, b1, W2, b2 } = gradients;
      return { loss, gradients: { W1: W2, b1: b2, W2: W1, b2: b1 } };
    },
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-uphill',
    sentence:
      'The steps go uphill: the gradient is added. It points to where the loss grows, so subtract it.',
    wrong: train((start, gradients, rate) => move(start, gradients, -rate)),
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-mean-twice',
    sentence:
      'The gradients are divided by N once more. They are of a mean already, so a step is learningRate times the gradient.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams, options: TrainingOptions) =>
      trainTwoLayer(x, labels, params, {
        ...options,
        learningRate: options.learningRate / labels.size,
      }),
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-without-biases',
    sentence: 'The biases stay where they were. They are learned as the weights are.',
    wrong: train((start, gradients, rate) => {
      const { W1, W2 } = move(start, gradients, rate);
      return { ...start, W1, W2 };
    }),
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-last-layer-only',
    sentence:
      'Only the second layer learns. Backpropagation is there to teach the first one, too: move W1 and b1 as well.',
    wrong: train((start, gradients, rate) => {
      const { W2, b2 } = move(start, gradients, rate);
      return { ...start, W2, b2 };
    }),
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-one-layer-after-the-other',
    sentence:
      'The second layer is moved first, and the gradients of the first layer are then computed with its new weights. Compute all gradients at one place before you move anything.',
    anchor: '#a-network-backwards',
    wrong: train((start, gradients, rate, gradientsAt) => {
      const { W2, b2 } = move(start, gradients, rate);
      const halfway = { ...start, W2, b2 };
      const { W1, b1 } = move(halfway, gradientsAt(halfway), rate);
      return { W1, b1, W2, b2 };
    }),
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-gradients-pile-up',
    sentence:
      'The gradients of earlier steps are still in the sum: they pile up from step to step. Each step uses those of the present place alone.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams, options: TrainingOptions) => {
      let sum = each(params, (_, w) => zeros(...w.shape));
      return train((start, gradients, rate) => {
        sum = move(sum, gradients, -1);
        return move(start, sum, rate);
      })(x, labels, params, options);
    },
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-one-sample-a-step',
    sentence:
      'Each step looks at one sample only, the next in the row. Here every step uses the loss of all samples at once.',
    wrong: (
      x: Tensor,
      labels: Labels,
      params: TwoLayerParams,
      { learningRate, steps }: TrainingOptions,
    ) => {
      const losses = zeros(steps);
      let now = each(params, (_, w) => copy(w));
      for (let step = 0; step < steps; step++) {
        const n = step % labels.size;
        const [sample, label] = [x.lo(n, 0).hi(1), labels.lo(n).hi(1)];
        const { loss, gradients } = twoLayerGradients(sample, label, now);
        losses.set(step, loss);
        now = move(now, gradients, learningRate);
      }
      return { params: now, losses };
    },
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-losses-after',
    sentence:
      'These are the losses after each step. `losses` holds the loss before each, which twoLayerGradients returns with the gradients.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams, options: TrainingOptions) => {
      const trained = trainTwoLayer(x, labels, params, options);
      const [, ...later] = copy(trained.losses).data;
      const last = twoLayerGradients(x, labels, trained.params).loss;
      const losses = array(options.steps > 0 ? [...later, last] : []);
      return { ...trained, losses };
    },
  },
  {
    exercise: '05.15 trainTwoLayer',
    id: 'train-first-gradients',
    sentence:
      'Every step uses the gradients of the first. They hold where they were computed: compute them anew after each step.',
    wrong: (x: Tensor, labels: Labels, params: TwoLayerParams, options: TrainingOptions) => {
      const { gradients } = twoLayerGradients(x, labels, params);
      return train((start, _, rate) => move(start, gradients, rate))(x, labels, params, options);
    },
  },
];

/** The nodes that no other reads. */
function unread(graph: Graph): number[] {
  const read = new Set(graph.flatMap(({ inputs }) => inputs));
  return [...graph.keys()].filter((k) => !read.has(k));
}

/** The values of a graph's nodes, computed in this order. */
function evaluate(
  graph: Graph,
  inputs: Tensor,
  order: Iterable<number>,
  inputOf = (_: number, place: number): number => inputs.get(place),
  operations: Partial<Record<string, (a: number, b: number) => number>> = {},
): Tensor {
  const right = {
    add: (a: number, b: number) => a + b,
    multiply: (a: number, b: number) => a * b,
    sigmoid: logistic,
  };
  const places = [...graph.keys()].filter((k) => graph[k]!.operation === 'input');
  const values = zeros(graph.length);
  for (const k of order) {
    const { operation, inputs: read } = graph[k]!;
    const [a = NaN, b = NaN] = read.map((i) => values.get(i));
    values.set(
      k,
      operation === 'input'
        ? inputOf(k, places.indexOf(k))
        : (operations[operation] ?? right[operation])(a, b),
    );
  }
  return values;
}

/** What may be changed in the backpropagation through a graph. */
interface Changes {
  isOverwriting?: (operation: string) => boolean;
  multiply?: typeof multiplyBackward;
  sigmoidSlope?: (read: number, own: number) => number;
}

/** The gradients at the beginning, and what sends that of a node to those that it reads, telling each in turn. */
function backwardsThrough(
  graph: Graph,
  values: Tensor,
  output: number,
  {
    isOverwriting = () => false,
    multiply = multiplyBackward,
    sigmoidSlope = (_, s) => s * (1 - s),
  }: Changes = {},
): { gradients: Tensor; sendFrom: (k: number, then?: (i: number) => void) => void } {
  const gradients = zeros(graph.length);
  gradients.set(output, 1);
  const sendFrom = (k: number, then?: (i: number) => void): void => {
    const { operation, inputs } = graph[k]!;
    const [a = NaN, b = NaN] = inputs.map((i) => values.get(i));
    const dout = gradients.get(k);
    const parts = {
      input: () => [],
      add: () => Object.values(addBackward(dout)),
      multiply: () => Object.values(multiply(dout, a, b)),
      sigmoid: () => [dout * sigmoidSlope(a, values.get(k))],
    }[operation]();
    for (const [side, part] of parts.entries()) {
      const i = inputs[side]!;
      gradients.set(i, isOverwriting(operation) ? part : gradients.get(i) + part);
      then?.(i);
    }
  };
  return { gradients, sendFrom };
}

/** Backpropagation through a graph, in this order and with something changed. */
function walkBack(
  graph: Graph,
  values: Tensor,
  output: number,
  { order = topologicalOrder(graph).toReversed(), ...changes }: Changes & { order?: number[] },
): Tensor {
  const { gradients, sendFrom } = backwardsThrough(graph, values, output, changes);
  for (const k of order) sendFrom(k);
  return gradients;
}

/** f, which gives up where a walk along every path would take for ever. */
function patiently(f: (k: number) => void): (k: number) => void {
  let calls = 0;
  return (k) => {
    if (++calls > 10_000) throw new Error('there are too many paths to walk along each');
    f(k);
  };
}

/** 1 / (1 + e⁻ˣ). */
function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** What an affine layer's cache must hold: x, whose rows go with those of dout, and W, whose columns do. */
function operands(dout: Tensor, cache: unknown): { x: Tensor; W: Tensor } {
  const [N, M] = dout.shape;
  const arrays = arraysIn(cache).filter(({ dimension }) => dimension === 2);
  const x = arrays.find(({ shape }) => shape[0] === N)!;
  const W = arrays.find((other) => other !== x && other.shape[1] === M)!;
  return { x, W };
}

/** affineBackward with some of its gradients replaced. */
function affineWith(
  change: (
    parts: { dout: Tensor; x: Tensor; W: Tensor },
    right: AffineGradients,
  ) => Partial<AffineGradients>,
): (dout: Tensor, cache: unknown) => AffineGradients {
  return (dout, cache) => {
    const { x, W } = operands(dout, cache);
    const right = affineBackward(dout, { x, W });
    return { ...right, ...change({ dout, x, W }, right) };
  };
}

/** A backward half of ReLU. The cache may be x, or the output or a mask: those are above 0 where x is. */
function reluWith(f: (dout: number, x: number) => number) {
  return (dout: Tensor, cache: unknown): InputGradient => ({
    dx: zip(dout, arraysIn(cache)[0]!, f),
  });
}

/** A backward half of the sigmoid. The cache may be the output y, or x: then not all of it is between 0 and 1. */
function sigmoidWith(f: (dout: number, y: number) => number) {
  return (dout: Tensor, cache: unknown): InputGradient => {
    const kept = arraysIn(cache)[0]!;
    const isOutput = copy(kept).data.every((v) => v >= 0 && v <= 1);
    return { dx: zip(dout, isOutput ? kept : map(kept, logistic), f) };
  };
}

/** The right forward half of the softmax loss, but for the loss. */
function softmaxLossWith(
  logits: Tensor,
  labels: Labels,
  f: (loss: number, probabilities: Tensor) => number,
): SoftmaxLoss {
  const { loss, cache } = softmaxLossForward(logits, labels);
  return { loss: f(loss, cache.probabilities), cache };
}

/** The mean over the rows of a function of the probability of the right class. */
function meanOverRows(labels: Labels, f: (p: number) => number) {
  return (_: number, probabilities: Tensor): number =>
    sumOver(labels.size, (n) => f(probabilities.get(n, labels.get(n))) / labels.size);
}

/** The forward half of the softmax loss with another shift of each row. */
function softmaxLossShifted(
  logits: Tensor,
  labels: Labels,
  shiftOf: (row: number[]) => number,
): SoftmaxLoss {
  let loss = 0;
  const rows = rowsOf(logits).map((row, n) => {
    const shift = shiftOf(row);
    const powers = row.map((logit) => Math.exp(logit - shift));
    const total = sumOver(row.length, (i) => powers[i]!);
    loss += (Math.log(total) - (row[labels.get(n)]! - shift)) / labels.size;
    return powers.map((power) => power / total);
  });
  const probabilities = filled(logits.shape, (n, i) => rows[n]![i]!);
  return { loss, cache: { probabilities, labels } };
}

/** What the cache of a softmax loss must hold: the probabilities (N, C), and the labels (N). */
function classified(cache: unknown): SoftmaxLossCache {
  const arrays: (Tensor | Labels)[] = arraysIn(cache);
  return {
    probabilities: arrays.find(({ dimension }) => dimension === 2) as Tensor,
    labels: arrays.find(({ dimension }) => dimension === 1) as Labels,
  };
}

/** A backward half of the softmax loss: dout · f(probability, target, N, the row's probabilities, its label) / N. */
function softmaxWith(
  f: (p: number, target: number, N: number, row: number[], right: number) => number,
) {
  return (dout: number, cache: unknown): LogitsGradient => {
    const { probabilities, labels } = classified(cache);
    const rows = rowsOf(probabilities);
    return {
      dlogits: filled(probabilities.shape, (n, i) => {
        const [row, right] = [rows[n]!, labels.get(n)];
        return (dout * f(row[i]!, i === right ? 1 : 0, rows.length, row, right)) / rows.length;
      }),
    };
  };
}

/** A two-layer network, with something changed. */
function network(
  x: Tensor,
  labels: Labels,
  { W1, b1, W2, b2 }: TwoLayerParams,
  {
    activate = (before: Tensor): Tensor => reluForward(before).out,
    back = (dhidden: Tensor, before: Tensor): Tensor => reluBackward(dhidden, before).dx,
    isLastActive = false,
  },
): TwoLayerGradients {
  const { out: before } = affineForward(x, W1, b1);
  const hidden = activate(before);
  const { out } = affineForward(hidden, W2, b2);
  const { loss, cache } = softmaxLossForward(isLastActive ? reluForward(out).out : out, labels);
  const { dlogits } = softmaxLossBackward(1, cache);
  const dout = isLastActive ? reluBackward(dlogits, out).dx : dlogits;
  const second = affineBackward(dout, { x: hidden, W: W2 });
  const first = affineBackward(back(second.dx, before), { x, W: W1 });
  return { loss, gradients: { W1: first.dW, b1: first.db, W2: second.dW, b2: second.db } };
}

/** f of each of the four parameters. */
function each(
  params: TwoLayerParams,
  f: (name: keyof TwoLayerParams, value: Tensor) => Tensor,
): TwoLayerParams {
  const { W1, b1, W2, b2 } = params;
  return { W1: f('W1', W1), b1: f('b1', b1), W2: f('W2', W2), b2: f('b2', b2) };
}

/** Each parameter, less rate times its gradient. */
function move(params: TwoLayerParams, gradients: TwoLayerParams, rate: number): TwoLayerParams {
  return each(params, (name, w) => zip(w, gradients[name], (v, g) => v - rate * g));
}

/** Training with another step: where it leads from a start, with the gradients there and a rate. */
function train(
  next: (
    start: TwoLayerParams,
    gradients: TwoLayerParams,
    rate: number,
    gradientsAt: (params: TwoLayerParams) => TwoLayerParams,
  ) => TwoLayerParams,
) {
  return (
    x: Tensor,
    labels: Labels,
    params: TwoLayerParams,
    { learningRate, steps }: TrainingOptions,
  ): TrainedTwoLayer => {
    const gradientsAt = (where: TwoLayerParams): TwoLayerParams =>
      twoLayerGradients(x, labels, where).gradients;
    const losses = zeros(steps);
    let now = each(params, (_, w) => copy(w));
    for (let step = 0; step < steps; step++) {
      const { loss, gradients } = twoLayerGradients(x, labels, now);
      losses.set(step, loss);
      now = next(now, gradients, learningRate, gradientsAt);
    }
    return { params: now, losses };
  };
}
