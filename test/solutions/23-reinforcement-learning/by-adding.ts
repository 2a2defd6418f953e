/** The right answers of lesson 23 in other words. */
import { copy, type Tensor } from '#arrays';

export function twice(x: Tensor): Tensor {
  const out = copy(x);
  for (const [i, v] of out.data.entries()) out.data[i] = v + v;
  return out;
}
