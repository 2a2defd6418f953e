import { expect } from '#checks/gradient/assertion';
import { map } from '#arrays';
import { seededRandom } from '#datasets/random';
import { generateTokens } from '#lessons/15-rnn';
import { languageLearner, type LanguageTraining } from '../../../reference/language/learner.ts';
import {
  languageModel,
  nothingRead,
  read,
  type LanguageModel,
} from '../../../reference/language/model.ts';
import { restoredModel, storedModel } from '../../../reference/language/stored.ts';
import { writeOn } from '../../../reference/language/write.ts';
import { newRun, runEpochs, type EpochRecord } from '../../../reference/training-loop.ts';
import { decodeWeights, encodeWeights } from '../../../reference/weights.ts';
import { expectSnapshot } from '../../snapshot.ts';

/** Every letter follows at least two others: a model that remembers nothing cannot know this text. */
const TEXT = 'ab ba caab.\n';

const SIZES = { units: 12, embedding: 5 };

function newModel(text = TEXT, seed = 1): LanguageModel {
  return languageModel(text, SIZES, seededRandom(seed));
}

async function train(
  model: LanguageModel,
  text: string,
  training: LanguageTraining,
): Promise<EpochRecord[]> {
  const { learner, samples, steps } = languageLearner(model, text, training);
  const run = newRun();
  const surroundings = { signal: new AbortController().signal, clock: () => 0 };
  await runEpochs(run, { epochs: training.epochs, samples, steps }, learner, surroundings);
  return run.history;
}

async function trained(): Promise<LanguageModel> {
  const model = newModel();
  await train(model, TEXT, { epochs: 60, places: 2, piece: 5, learningRate: 0.02 });
  return model;
}

/** A model whose weights are 0: it holds all letters for equally likely, and the first one for the likeliest. */
function blank(text: string): LanguageModel {
  const model = newModel(text);
  for (const [name, w] of Object.entries(model.params)) model.params[name] = map(w, () => 0);
  return model;
}

/** Steps so small that no weight changes. */
const STANDING = { learningRate: 1e-300 };

describe('A language model', () => {
  it('knows the letters of its text, and begins behind the last one', () => {
    const { characters, start } = newModel('ça 🙂va');
    expect(characters).to.deep.equal([' ', 'a', 'v', 'ç', '🙂']);
    expect(start).to.equal(1);
  });

  it('needs a letter at least', () => {
    expect(() => newModel('')).to.throw(
      RangeError,
      /^languageModel: the text is empty and must have at least one character; give a text/,
    );
  });

  it('reads a text in two parts as in one', () => {
    const model = newModel();
    const tokens = [3, 1, 4, 1, 5];
    const whole = read(model, tokens, nothingRead(model));
    const part = read(model, tokens.slice(0, 2), nothingRead(model));
    const rest = read(model, tokens.slice(2), part.state);
    expect(whole.logits.shape).to.deep.equal([5, 6]);
    expect(part.logits).to.almostEqual(whole.logits.hi(2, 6));
    expect(rest.logits).to.almostEqual(whole.logits.lo(2, 0));
    expect(rest.state).to.almostEqual(whole.state);
  });
});

describe('A learner of a text', () => {
  it('learns it by heart', async () => {
    const history = await train(newModel(), TEXT, {
      epochs: 60,
      places: 2,
      piece: 5,
      learningRate: 0.02,
    });
    expect(history[0]!.accuracy).to.be.below(0.9);
    expect(history.at(-1)!.accuracy).to.equal(1);
    expect(history.at(-1)!.loss).to.be.below(0.1);
  });

  it('counts the loss of each letter once, also where the last piece is shorter', async () => {
    // 12 letters, each one of 6.
    for (const [places, piece] of [
      [1, 5],
      [2, 5],
      [9, 5],
      [3, 4],
      [1, 100],
    ] as const) {
      const training = { epochs: 1, places, piece, ...STANDING };
      const [record] = await train(blank(TEXT), TEXT, training);
      expect(record!.loss, `${places}, ${piece}`).to.almostEqual(Math.log(6));
    }
  });

  it('takes a step for each piece, at no more places than there are pieces', () => {
    const training = { epochs: 1, places: 9, piece: 5, ...STANDING };
    const { samples, steps, learner } = languageLearner(newModel(), TEXT, training);
    expect([samples, steps]).to.deep.equal([36, 3]);
    // Pieces of 5, 5 and 2 letters.
    expect(learner.step(0, 0)).to.have.property('count', 12);
  });

  it('goes on with the state of the piece before, and begins the text with zeros', async () => {
    const losses = async (places: number, piece: number) => {
      const training = { epochs: 3, places, piece, ...STANDING };
      return (await train(newModel(), TEXT, training)).map(({ loss }) => loss);
    };
    const [whole] = await losses(1, 12);
    for (const loss of await losses(1, 5)) expect(loss).to.almostEqual(whole!);
    // The second place begins in the middle, without what was before.
    const [first, second, third] = await losses(2, 5);
    expect(Math.abs(first! - whole!)).to.be.above(1e-3);
    expect(second).to.almostEqual(whole!);
    expect(third).to.almostEqual(whole!);
  });

  it('measures the share of the letters that are the likeliest ones', async () => {
    // To a blank model that is the first one: 'a' for 150 of 250 letters here.
    const text = 'aabab'.repeat(50);
    const training = { epochs: 1, places: 1, piece: 250, ...STANDING };
    expect(await languageLearner(blank(text), text, training).learner.accuracy()).to.equal(0.6);
  });

  it('learns a text of a single letter', async () => {
    const training = { epochs: 1, places: 8, piece: 20, learningRate: 0.01 };
    const [record] = await train(newModel('a'), 'a', training);
    expect(record).to.include({ loss: 0, accuracy: 1 });
  });
});

describe('What a language model writes', () => {
  let model: LanguageModel;
  before(async () => {
    model = await trained();
  });

  it('is its text, at a low temperature', () => {
    const options = { length: 12, temperature: 0.1 };
    expect(writeOn(model, '', options, seededRandom(1))).to.equal(TEXT);
  });

  it('goes on where it is told to begin, with all of that in mind', () => {
    const options = { length: 5, temperature: 0.1 };
    // After 'b' alone ' ', 'a' and '.' all occur.
    expect(writeOn(model, 'ab b', options, seededRandom(1))).to.equal('a caa');
    expect(writeOn(model, 'ab ba caab', options, seededRandom(1)).slice(0, 2)).to.equal('.\n');
  });

  it('is what generateTokens of lesson 15 draws', () => {
    const options = { length: 30, temperature: 2 };
    const tokens = generateTokens(model.start, model.params, options, seededRandom(3));
    const text = tokens.map((token) => model.characters[token]).join('');
    expect(writeOn(model, '', options, seededRandom(3))).to.equal(text);
  });

  it('is the same for the same seed', () => {
    const write = (seed: number) =>
      writeOn(model, 'a', { length: 40, temperature: 3 }, seededRandom(seed));
    expect(write(1)).to.equal(write(1));
    expect(write(1)).not.to.equal(write(2));
  });

  it('cannot begin with a letter that it does not know', () => {
    const options = { length: 1, temperature: 1 };
    expect(() => writeOn(model, 'abx', options, seededRandom(1))).to.throw(
      RangeError,
      'does not know "x"',
    );
  });
});

describe('A stored language model', () => {
  it('comes back from its file, to seven digits', async () => {
    const model = await trained();
    const file = encodeWeights(storedModel(model, { epochs: 60 }));
    const restored = restoredModel(decodeWeights(file));
    const { params, ...rest } = restored;
    const { params: stored, ...expected } = model;
    expect(rest).to.deep.equal(expected);
    for (const [name, w] of Object.entries(stored)) {
      expect(params[name], name).to.almostEqual(w, { relative: 1e-7 });
    }
    expect(Object.keys(params)).to.deep.equal(Object.keys(stored));
    const again = encodeWeights(storedModel(restored, { epochs: 60 }));
    expect(again).to.deep.equal(file);
  });

  it('says what it is no file of', () => {
    const { tensors, metadata } = storedModel(newModel(), {});
    const smaller = storedModel(newModel('abc'), {});
    const messages = [
      { tensors: {}, metadata: {} },
      { tensors, metadata: { chainrule: 'perceptron 1' } },
      { tensors: smaller.tensors, metadata },
    ].map((file) => {
      try {
        restoredModel(file);
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expectSnapshot('language/stored', `${messages.join('\n')}\n`);
  });
});
