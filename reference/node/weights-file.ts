/** Tensors in a file: safetensors, written so that whoever finds the file finds all of it. */
import { readFileSync } from 'node:fs';
import { writeWhole } from '#datasets/write-whole';
import { decodeWeights, encodeWeights, type WeightsFile } from '../weights.ts';

/** Writes a file of tensors. */
export function writeTensors(file: string, content: WeightsFile): void {
  writeWhole(file, encodeWeights(content));
}

/**
 * Reads a file of tensors.
 *
 * @throws Error when the file is not there, or is no such file
 */
export function readTensors(file: string): WeightsFile {
  try {
    return decodeWeights(readFileSync(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} cannot be read: ${why}`, { cause });
  }
}
