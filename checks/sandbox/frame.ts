/**
 * Frames: how messages are told apart on the pipes between the grader and the learner's process.
 *
 *     4 bytes   length of what follows
 *     16 bytes  a random id; an answer bears the id of the frame that was received last
 *     1 byte    what it is
 *     …         its payload
 */

// The learner's process has no globals but the language's.
import { Buffer } from 'node:buffer';

/** What the grader sends. */
export const REQUEST = { load: 1, call: 2, returned: 3, threw: 4 } as const;

/** What the learner's process answers. */
export const ANSWER = { value: 1, thrown: 2, refused: 3, callback: 4 } as const;

/** How many positions in the script may be told of an error that was thrown. */
export const MOST_POSITIONS = 10;

/** A message. */
export interface Frame {
  id: Buffer;
  kind: number;
  payload: Buffer;
}

/** The length of an id. */
export const ID_BYTES = 16;

/** The length of what comes before the payload. */
export const HEAD_BYTES = 4 + ID_BYTES + 1;

/** The bytes of a frame. */
export function frameBytes({ id, kind, payload }: Frame): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(HEAD_BYTES - 4 + payload.length);
  id.copy(head, 4);
  head.writeUInt8(kind, HEAD_BYTES - 1);
  return Buffer.concat([head, payload]);
}

/** How many bytes the frame has that begins with these four. */
export function frameLength(head: Buffer): number {
  return 4 + head.readUInt32LE();
}

/** The frame that exactly these bytes are; they are at least a head. */
export function parseFrame(bytes: Buffer): Frame {
  return {
    id: bytes.subarray(4, 4 + ID_BYTES),
    kind: bytes.readUInt8(HEAD_BYTES - 1),
    payload: bytes.subarray(HEAD_BYTES),
  };
}
