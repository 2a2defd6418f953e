/** The worker that reads digits: in plain code, so that it runs everywhere, and shows what each layer makes of one. */
import type { Images } from '#figures/figure';
import { PIXELS, SIDE } from '../../reference/capstone/network.ts';
import { mistakesOf, type FoundMistake } from '../../reference/capstone/mistakes.ts';
import { parametersIn } from '../../reference/capstone/parameters.ts';
import { layerOutputs, plainEngine } from '../../reference/capstone/plain-engine.ts';
import type { PromptEngine } from '../../reference/capstone/engine.ts';
import { simdEngine } from '../../reference/capstone/simd/engine.ts';
import { soloTeam } from '../../reference/capstone/team.ts';
import { evaluate } from '../../reference/capstone/training.ts';
import { decodeWeights } from '../../reference/weights.ts';
import type { DigitBytes } from '../digit-file.ts';
import type { FromReader, Reading, ToReader } from '../pad-messages.ts';
import { turn } from './turn.ts';

/** So many digits are looked at before messages are let in. */
const AT_ONCE = 40;

/** The newest weights. */
let parameters: Promise<Float32Array> | undefined;

addEventListener('message', ({ data }: MessageEvent<ToReader>) => {
  switch (data.kind) {
    case 'weights':
      parameters = load(data.weights);
      answer(async (own) => {
        await own;
        return { kind: 'ready' };
      });
      break;
    case 'read':
      answer(async (own) => ({
        kind: 'read',
        id: data.id,
        reading: readingOf(await own, data.pixels),
      }));
      break;
    case 'check':
      answer((own) => check(own, data.digits));
      break;
  }
});

/** Tells what comes of the weights of now, unless there are others by then. */
function answer(work: (own: Promise<Float32Array>) => Promise<FromReader | undefined>): void {
  const own = parameters!;
  work(own)
    .catch((error: unknown): FromReader => ({ kind: 'failed', message: (error as Error).message }))
    .then((message) => {
      if (message !== undefined && own === parameters) postMessage(message);
    });
}

async function load(weights: string | Float32Array): Promise<Float32Array> {
  if (typeof weights !== 'string') return weights;
  const response = await fetch(weights);
  if (!response.ok) {
    throw new Error(`the weights could not be fetched (${response.status}); reload the page`);
  }
  const name = weights.slice(weights.lastIndexOf('/') + 1);
  return parametersIn(decodeWeights(new Uint8Array(await response.arrayBuffer())), name);
}

function readingOf(own: Float32Array, pixels: Float32Array): Reading {
  const { conv1, conv2, conv3, relu4, logits } = layerOutputs(own, pixels);
  return {
    probabilities: softmax(logits),
    layers: [
      maps('The image', pixels, SIDE, 'As the network gets it: 28×28 pixels.', 1),
      maps('Layer 1: 16 filters', conv1, SIDE, 'After ReLU: where each filter finds its stroke.'),
      maps('Layer 2: 32 filters', conv2, SIDE / 2, 'Of patterns of those strokes, half as fine.'),
      maps('Layer 3: 64 filters', conv3, SIDE / 4, 'Of patterns of patterns, a quarter as fine.'),
      maps('Layer 4: 128 units', relu4, 16, 'No places any more: each unit is one pixel here.'),
    ],
  };
}

/** Pictures of a layer's channels, dark where they are large; all in the same shades. */
function maps(
  title: string,
  values: Float32Array | Float64Array,
  width: number,
  caption: string,
  largest = largestOf(values),
): Images {
  const size = Math.min(width * width, values.length);
  const count = values.length / size;
  return {
    kind: 'images',
    title,
    caption,
    colours: 'ink',
    range: [0, largest],
    images: Array.from({ length: count }, (_, i) => ({
      name: '',
      pixels: Float32Array.from(values.subarray(i * size, (i + 1) * size)),
      width,
    })),
  };
}

/** Not 0, so that a layer in which nothing stirs has a range too. */
function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, value), 1e-6);
}

function softmax(logits: Float64Array): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Looks at digits, and tells now and then how far it is. */
async function check(own: Promise<Float32Array>, digits: DigitBytes): Promise<undefined> {
  const weights = await own;
  const engine = engineFor(AT_ONCE);
  const of = digits.labels.length;
  const mistakes: FoundMistake[] = [];
  for (let start = 0; start < of; start += AT_ONCE) {
    await turn();
    if (own !== parameters) return;
    const part = {
      pixels: digits.pixels.subarray(start * PIXELS, (start + AT_ONCE) * PIXELS),
      labels: digits.labels.subarray(start, start + AT_ONCE),
    };
    const team = soloTeam(engine, { train: part, heldOut: part }, weights);
    const { given } = await evaluate(team, part, AT_ONCE);
    for (const mistake of mistakesOf(part, given)) {
      // Of its own memory: what is sent is copied with all that it is a part of.
      const pixels = mistake.pixels.slice();
      mistakes.push({ ...mistake, pixels, index: start + mistake.index });
    }
    const count = Math.min(of, start + AT_ONCE);
    postMessage({ kind: 'checked', check: { count, of, mistakes } } satisfies FromReader);
  }
}

/** The SIMD kernels where a browser has what they need, since there are many digits. */
function engineFor(size: number): PromptEngine {
  try {
    return simdEngine(size);
  } catch {
    return plainEngine();
  }
}
