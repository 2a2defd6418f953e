/** Has digits read in a worker. */
import type { DigitBytes } from '../digit-file.ts';
import type { Check, FromReader, Reading, ToReader } from '../pad-messages.ts';
import { absolute } from './absolute.ts';

/** What is known of the digit on the pad, and of those of the test. */
export interface ReaderState {
  /** Nothing is fetched before it is wanted. */
  phase: 'idle' | 'loading' | 'ready' | 'failed';
  /** Of the newest image that was read. */
  reading?: Reading;
  check?: Check;
  trouble?: string;
}

/** A reader with weights, which are fetched when it is first asked. */
export class Reader {
  state: ReaderState = { phase: 'idle' };
  readonly #changed: (state: ReaderState) => void;
  #weights: string | Float32Array;
  #worker: Worker | undefined;
  /** The image that is read now, and the one that is read after it: what was drawn in between is past. */
  #now: number | undefined;
  #next: Float32Array | undefined;
  #image: Float32Array | undefined;
  #digits: DigitBytes | undefined;
  #count = 0;

  constructor(weights: string | Float32Array, changed: (state: ReaderState) => void) {
    this.#weights = weights;
    this.#changed = changed;
  }

  /** Fetches the weights, for whoever will need them soon. */
  prepare(): void {
    if (this.#worker !== undefined) return;
    const worker = new Worker(absolute('assets/reader.js'), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromReader>) => this.#hear(data));
    worker.addEventListener('error', ({ message }) => this.#fail(message));
    this.#worker = worker;
    this.#load();
  }

  /** Takes other weights, and does anew what was done with the old ones. */
  take(weights: string | Float32Array): void {
    if (weights === this.#weights) return;
    this.#weights = weights;
    if (this.#worker === undefined) return;
    this.#load();
    if (this.#image !== undefined) this.read(this.#image);
    if (this.#digits !== undefined) this.check(this.#digits);
  }

  /** Reads an image of 784 pixels from 0 to 1; none is forgotten. */
  read(image: Float32Array | undefined): void {
    this.#image = image;
    this.#next = image;
    if (image === undefined) {
      this.#now = undefined;
      const { reading: _, ...others } = this.state;
      this.state = others;
      this.#change({});
      return;
    }
    this.prepare();
    if (this.#now === undefined) this.#readNext();
  }

  /** Looks for the digits that are read wrongly. */
  check(digits: DigitBytes): void {
    this.#digits = digits;
    this.prepare();
    this.#tell({ kind: 'check', digits });
  }

  close(): void {
    this.#worker?.terminate();
  }

  #load(): void {
    this.#now = undefined;
    const { check: _, trouble: __, ...others } = this.state;
    this.state = others;
    this.#change({ phase: 'loading' });
    this.#tell({ kind: 'weights', weights: this.#weights });
  }

  #readNext(): void {
    const pixels = this.#next;
    this.#next = undefined;
    if (pixels === undefined) return;
    this.#now = ++this.#count;
    this.#tell({ kind: 'read', id: this.#now, pixels });
  }

  #hear(message: FromReader): void {
    switch (message.kind) {
      case 'ready':
        this.#change({ phase: 'ready' });
        break;
      case 'read':
        if (message.id !== this.#now) return;
        this.#now = undefined;
        this.#change({ reading: message.reading });
        this.#readNext();
        break;
      case 'checked':
        this.#change({ check: message.check });
        break;
      case 'failed':
        this.#fail(message.message);
        break;
    }
  }

  #fail(message: string): void {
    this.#now = undefined;
    this.#change({ phase: 'failed', trouble: message });
  }

  #tell(message: ToReader): void {
    this.#worker?.postMessage(message);
  }

  #change(change: Partial<ReaderState>): void {
    this.state = { ...this.state, ...change };
    this.#changed(this.state);
  }
}
