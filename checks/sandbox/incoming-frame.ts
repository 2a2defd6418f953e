/** A frame that comes in pieces, and the rules that the learner's process must keep to. */
import { frameLength, HEAD_BYTES, ID_BYTES } from './frame.ts';

/** A rule was broken: whoever does that is ended. */
export class ViolationError extends Error {
  override name = 'ViolationError';
}

/** What is said of bytes that come while no frame is awaited. */
export const UNASKED = 'it sent what nobody asked for';

/** The answer to a frame. */
export class IncomingFrame {
  readonly #id: Buffer;
  readonly #most: number;
  #received: Buffer[] = [];

  /**
   * @param question the bytes of the frame that it answers, whose id it must bear
   * @param most how many bytes its payload may have
   */
  constructor(question: Uint8Array, most: number) {
    this.#id = Buffer.from(question.subarray(4, 4 + ID_BYTES));
    this.#most = most + 2 * HEAD_BYTES;
  }

  /**
   * Takes another piece, which it keeps.
   *
   * @returns the bytes of the frame when it is whole
   * @throws ViolationError when it is too long or too short, bears another id, or more comes than the frame
   */
  take(piece: Buffer): Buffer | undefined {
    this.#received.push(piece);
    const length = this.#received.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (length < HEAD_BYTES) return undefined;
    if (this.#received[0]!.length < HEAD_BYTES) this.#received = [Buffer.concat(this.#received)];
    const expected = frameLength(this.#received[0]!);
    if (expected < HEAD_BYTES || expected > this.#most) {
      throw new ViolationError('its answer is too long');
    }
    if (length < expected) return undefined;
    if (length > expected) throw new ViolationError('it sent more than was asked for');
    const frame = Buffer.concat(this.#received);
    if (!frame.subarray(4, 4 + ID_BYTES).equals(this.#id)) {
      throw new ViolationError('its answer bears a wrong id');
    }
    return frame;
  }
}
