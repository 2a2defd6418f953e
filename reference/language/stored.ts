/** A language model as a file of weights, and back. */
import { languageModel, type LanguageModel, type LanguageModelSizes } from './model.ts';
import { restoreParams, storedParams } from '../network/stored.ts';
import type { WeightsFile } from '../weights.ts';

/** What the metadata of such a file begin with, and of which kind. */
const KIND = 'language 1';

/**
 * The file of a model, with its parameters in float32.
 *
 * @param settings what else is worth knowing
 */
export function storedModel(model: LanguageModel, settings: object): WeightsFile {
  const { sizes, characters, start } = model;
  return {
    tensors: storedParams(model),
    metadata: {
      chainrule: KIND,
      sizes: JSON.stringify(sizes),
      characters: characters.join(''),
      start: characters[start]!,
      settings: JSON.stringify(settings),
    },
  };
}

/**
 * The model of a file.
 *
 * @throws Error when it is the file of something else; RangeError when its parameters don't fit its sizes
 */
export function restoredModel({ tensors, metadata }: WeightsFile): LanguageModel {
  const { chainrule, characters, start, sizes } = metadata as Record<string, string>;
  if (chainrule !== KIND) {
    throw new Error(
      `restoredModel: the file is of the kind ${JSON.stringify(chainrule ?? 'unknown')} and must be ` +
        `${JSON.stringify(KIND)}; take one that npm run language has written`,
    );
  }
  // The text ends with the letter that is read before it.
  const model = languageModel(
    `${characters}${start}`,
    JSON.parse(sizes!) as LanguageModelSizes,
    () => 0.5,
  );
  restoreParams(model, tensors);
  return model;
}
