/**
 * Weights as a file in the safetensors format, which many other programs read:
 * https://github.com/huggingface/safetensors#format
 *
 *     8 bytes    how long the header is, little-endian
 *     header     JSON: {"__metadata__":{…},"W1":{"dtype":"F32","shape":[16,1,3,3],"data_offsets":[0,576]},…},
 *                with spaces behind it up to a multiple of 8 bytes, so that the data is aligned
 *     data       the tensors one after the other, row-major, little-endian, without holes
 *
 * All numbers are written and read through a DataView, so a file has the same bytes on every platform. Tensors
 * are copied as 32-bit words and never as numbers: that keeps the bits of every NaN.
 */
import { product, shapeText } from '#arrays';

/** What a file of weights holds. */
export interface WeightsFile {
  /** By name: row-major numbers and their shape, `[]` for a single number. */
  tensors: Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;
  /** Anything worth knowing about them, as texts. */
  metadata: Readonly<Record<string, string>>;
}

/** How many bytes tell the length of the header. */
const PREFIX = 8;

/** A longer header is refused by the format's original library, and so by this one. */
const LONGEST_HEADER = 100_000_000;

/** The key of the header that is no tensor. */
const METADATA = '__metadata__';

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * Writes weights as a file.
 *
 * @param file tensors, whose data may be views of a longer array, and metadata
 * @returns the bytes. The tensors stand in the order of their names, so equal weights give equal bytes
 * @throws Error when a shape doesn't fit its data, or a name or a text cannot be written
 */
export function encodeWeights({ tensors, metadata }: WeightsFile): Uint8Array {
  const names = Object.keys(tensors).toSorted();
  let end = 0;
  const entries = names.map((name) => {
    const { shape, data } = tensors[name]!;
    requireTensor(name, shape, data);
    const begin = end;
    end += data.length * BYTES_PER_NUMBER;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  requireWhole('encodeWeights', [...names, ...Object.entries(metadata).flat()]);
  const texts = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const about = texts.length === 0 ? [] : [[METADATA, Object.fromEntries(texts)] as const];
  const header = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries([...about, ...entries])),
  );
  const start = PREFIX + Math.ceil(header.length / 8) * 8;
  requireHeaderLength('encodeWeights', BigInt(start - PREFIX));

  const bytes = new Uint8Array(start + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - PREFIX), true);
  bytes.set(header, PREFIX);
  bytes.fill(' '.charCodeAt(0), PREFIX + header.length, start);
  let to = start;
  for (const name of names) {
    for (const word of wordsOf(tensors[name]!.data)) {
      view.setUint32(to, word, true);
      to += BYTES_PER_NUMBER;
    }
  }
  return bytes;
}

/**
 * Reads a file of weights.
 *
 * @param bytes the whole file
 * @returns the tensors, each with an array of its own, and the metadata, which is empty when the file has none
 * @throws Error for everything that is not such a file in float32, down to a single byte too many
 */
export function decodeWeights(bytes: Uint8Array): WeightsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = dataStart(view);
  const { entries, metadata } = readHeader(bytes.subarray(PREFIX, start));
  requireOneAfterTheOther(entries, bytes.length - start);
  const tensors = entries.map(({ name, shape, begin }) => {
    const data = new Float32Array(product(shape));
    const words = wordsOf(data);
    for (let i = 0; i < words.length; i++) {
      words[i] = view.getUint32(start + begin + i * BYTES_PER_NUMBER, true);
    }
    return [name, { shape, data }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** A tensor as the header describes it; its bytes are counted from the beginning of the data. */
interface Entry {
  name: string;
  shape: readonly number[];
  begin: number;
  end: number;
}

/** Where the data begins in a file. */
function dataStart(view: DataView): number {
  if (view.byteLength < PREFIX) {
    throw malformed(
      `the file has ${view.byteLength} bytes and must begin with ${PREFIX} that tell the length of its header`,
    );
  }
  const length = view.getBigUint64(0, true);
  requireHeaderLength('decodeWeights', length);
  const start = PREFIX + Number(length);
  if (start > view.byteLength) {
    throw malformed(
      `the header is said to have ${length} bytes and only ${view.byteLength - PREFIX} follow`,
    );
  }
  return start;
}

/** What the header says; whether its offsets fit together is for others to see. */
function readHeader(bytes: Uint8Array): Pick<WeightsFile, 'metadata'> & { entries: Entry[] } {
  if (bytes[0] !== '{'.charCodeAt(0)) throw malformed('the header must begin with {');
  const { text, header } = parse(bytes);
  const { [METADATA]: metadata = {}, ...tensors } = header;
  if (!isRecord(metadata) || !isTexts(metadata)) {
    throw malformed(`${METADATA} is ${shown(metadata)} and must map texts to texts`);
  }
  const entries = Object.entries(tensors).map(([name, entry]) => readEntry(name, entry));
  // JSON.parse keeps the last of two equal keys and drops the first, which another program may keep.
  const keys = Object.values(header).flatMap((entry) => Object.keys(entry as object));
  if (keysIn(text) !== keys.length + Object.keys(header).length) {
    throw malformed('the header has a key twice and must have each once');
  }
  requireWhole('decodeWeights', [...Object.keys(tensors), ...Object.entries(metadata).flat()]);
  return { entries, metadata };
}

function parse(bytes: Uint8Array): { text: string; header: Record<string, unknown> } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, header: JSON.parse(text) as Record<string, unknown> };
  } catch (cause) {
    throw malformed('the header must be JSON in UTF-8 and is not', cause);
  }
}

/** How many keys a JSON text has: a colon outside of a string is behind a key. */
function keysIn(json: string): number {
  const outside = json
    .replaceAll(/\\./g, '')
    .split('"')
    .filter((_, i) => i % 2 === 0);
  return outside.filter((text) => text.includes(':')).length;
}

function readEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets, ...more } = isRecord(entry) ? entry : {};
  const complete = dtype !== undefined && isSizes(shape) && isSizes(offsets);
  if (!complete || offsets.length !== 2 || Object.keys(more).length > 0) {
    throw malformed(
      `${shown(name)} is ${shown(entry)} and must have a dtype, a shape of whole numbers and two data_offsets`,
    );
  }
  if (dtype !== 'F32') {
    throw new Error(
      `decodeWeights: ${shown(name)} is of dtype ${shown(dtype)} and must be F32; convert it to float32`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== product(shape) * BYTES_PER_NUMBER) {
    throw malformed(
      `${shown(name)} has the bytes from ${begin} to ${end}, and its shape ${shapeText(shape)} must have ` +
        `${product(shape) * BYTES_PER_NUMBER}`,
    );
  }
  return { name, shape, begin, end };
}

/** Refuses tensors that overlap, leave bytes between them, or don't end where the file ends. */
function requireOneAfterTheOther(entries: readonly Entry[], length: number): void {
  let expected = 0;
  // A tensor without numbers ends where it begins, and so stands before its neighbour.
  for (const { name, begin, end } of entries.toSorted(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== expected) {
      const what = begin < expected ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw malformed(
        `${shown(name)} begins at byte ${begin} of the data and must begin at ${expected}: it ${what}`,
      );
    }
    expected = end;
  }
  if (expected !== length) {
    throw malformed(
      `the data has ${length} bytes and must have ${expected}, which is where the tensors end`,
    );
  }
}

function requireTensor(name: string, shape: readonly number[], data: Float32Array): void {
  const what = `encodeWeights: the tensor ${shown(name)}`;
  if (name === METADATA) {
    throw new Error(`${what} has the name that the format keeps for its metadata; give it another`);
  }
  if (!isSizes(shape) || product(shape) !== data.length) {
    throw new Error(
      `${what} has ${data.length} numbers and the shape ${shapeText(shape)}; ` +
        'the sizes must be whole and multiply to that number, so give the shape that the data has',
    );
  }
}

/** JSON can say half a character, and UTF-8 cannot: the format's original library refuses it. */
function requireWhole(operation: string, texts: readonly string[]): void {
  const half = texts.find((text) => /\p{Surrogate}/u.test(text));
  if (half !== undefined) {
    throw new Error(
      `${operation}: the text ${shown(half)} has half a surrogate pair, which UTF-8 has no bytes for; ` +
        'leave it out',
    );
  }
}

function requireHeaderLength(operation: string, length: bigint): void {
  if (length > LONGEST_HEADER) {
    throw new Error(
      `${operation}: the header has ${length} bytes and may have ${LONGEST_HEADER}; ` +
        'is it a file of weights, and with little metadata?',
    );
  }
}

function malformed(problem: string, cause?: unknown): Error {
  return new Error(
    `decodeWeights: ${problem}; write the file anew, or take another copy of it`,
    cause === undefined ? {} : { cause },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(record: Record<string, unknown>): record is Record<string, string> {
  return Object.values(record).every((text) => typeof text === 'string');
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A value as JSON, clipped. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** The same memory as whole numbers. */
function wordsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
