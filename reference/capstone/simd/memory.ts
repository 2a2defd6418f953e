/** A memory that kernels, and all threads, see: its parts are handed out one after the other, and never come back. */

/** A part of a memory that is handed out in turn; a plain value, so that it can be given to another thread. */
export interface Room {
  memory: WebAssembly.Memory;
  /** The first byte that is free. */
  next: number;
  /** The first byte that isn't part of it. */
  end: number;
}

/** Takes a part of so many bytes. Returns where it begins. */
export type Take = (bytes: number) => number;

const PAGE = 65_536;

/** How much a memory holds at most: the kernels are compiled for that many pages. */
const MOST_PAGES = 65_536;

/** Every part begins at a multiple of this: a line of the cache. */
const LINE = 64;

/**
 * A new memory of zeros.
 *
 * @param bytes how much will be taken of it
 * @throws RangeError when there is no memory that large
 */
export function newRoom(bytes: number): Room {
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MOST_PAGES) {
    throw new RangeError(
      `newRoom: ${Math.ceil(pages / 16)} MiB are needed, and a WebAssembly memory has ${MOST_PAGES / 16} at most; take a smaller --batch`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return { memory, next: 0, end: pages * PAGE };
}

/**
 * Takes a part of a room.
 *
 * @param bytes its size; what follows it up to a multiple of 64 bytes belongs to it too
 * @returns where it begins
 * @throws RangeError when there is not so much left
 */
export function take(room: Room, bytes: number): number {
  const place = room.next;
  const next = place + wholeLines(bytes);
  if (next > room.end) {
    throw new RangeError(
      `take: ${bytes} bytes are asked for, and ${room.end - place} are left; make the room larger`,
    );
  }
  room.next = next;
  return place;
}

/** Takes a part of a room for a copy of some numbers. */
export function placed(room: Room, numbers: Float32Array): Float32Array {
  const copy = floatsAt(room, take(room, numbers.byteLength), numbers.length);
  copy.set(numbers);
  return copy;
}

/**
 * Where numbers are in a room's memory, after they were copied there if they are elsewhere.
 *
 * @param spare where there is room for a copy
 */
export function placeOf(room: Room, numbers: Float32Array, spare: number): number {
  if (numbers.buffer === room.memory.buffer) return numbers.byteOffset;
  floatsAt(room, spare, numbers.length).set(numbers);
  return spare;
}

/** The numbers at a place. */
export function floatsAt({ memory }: Room, place: number, count: number): Float32Array {
  return new Float32Array(memory.buffer, place, count);
}

/** How many bytes are taken in all. */
export function bytesTaken(by: (take: Take) => void): number {
  let sum = 0;
  by((bytes) => {
    sum += wholeLines(bytes);
    return 0;
  });
  return sum;
}

function wholeLines(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}
