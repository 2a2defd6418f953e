/** What a network is made of: layers that know their way back. */
import type { Tensor } from '#arrays';
import type { Params } from '#lessons/06-training';

/** Whether a network learns at the moment: some layers then behave in another way. */
export type Mode = 'training' | 'evaluation';

/** A layer, or a whole network of them. */
export interface Layer {
  /** What it learns, by name; nothing for some layers. Optimizers put new arrays in place of the old ones. */
  params: Params;
  /** What it has measured and will need in an evaluation, by name: the running statistics of batch norm. */
  measured: Params;
  /**
   * @param x N samples, (N, …)
   * @returns what comes out, and the way back from there
   */
  forward(x: Tensor, mode: Mode): Pass;
}

/** One forward pass. */
export interface Pass {
  /** What came out, (N, …). */
  out: Tensor;
  /**
   * @param dout how fast the loss grows with `out`, in its shape
   * @returns how fast it grows with x, and with each parameter under its name
   */
  backward(dout: Tensor): { dx: Tensor; gradients: Params };
}
