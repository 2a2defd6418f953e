/** The rungs of the ladder (../ladder.ts) that are SIMD kernels: the same convolution, ever more of it at once. */
import { SIZE, type LadderInputs, type Rung } from '../ladder.ts';
import { instantiate, kernelsOn, type Kernel } from './kernels.ts';
import { GROUP, groupsOf, planes } from './layout.ts';
import { floatsAt, newRoom, placed, take } from './memory.ts';
import { BYTES } from './rung-bytes.ts';

/** The formulations, slowest first. What can be done once, such as laying out images and weights, is done here. */
export function simdLadder({ x, W, b }: LadderInputs): Rung[] {
  const { N, C, F, H, W: width } = SIZE;
  const room = newRoom(2 ** 24);
  const taking = (bytes: number): number => take(room, bytes);
  const kernels = kernelsOn(room.memory);
  const { loops, vectors, narrowTile } = instantiate(BYTES, room.memory);

  const groups = groupsOf(N);
  const from = planes(taking, groups, { H, W: width, C });
  const out = planes(taking, groups, { H, W: width, C: F });
  const all = floatsAt(room, 0, room.end / 4);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < width; j++) {
          const group = from.inside + Math.floor(n / GROUP) * from.group;
          const pixel = (group + i * from.row + j * from.pixel) / 4;
          all[pixel + GROUP * c + (n % GROUP)] = x[((n * C + c) * H + i) * width + j]!;
        }
      }
    }
  }
  const packed = taking(W.byteLength);
  const [weights, biases] = [placed(room, W).byteOffset, placed(room, b).byteOffset];
  kernels.pack(weights, F, 36 * C, 3, 12, 3, 4, C, 36, packed);

  const rung = (name: string, kernel: Kernel): Rung => ({
    name,
    run: () => {
      for (let g = 0; g < groups; g++) {
        kernel(
          from.corner + g * from.group,
          from.row,
          from.pixel,
          packed,
          biases,
          F,
          3,
          3 * C,
          out.inside + g * out.group,
          out.row,
          out.pixel,
          H,
          width,
        );
      }
      return all;
    },
    place: (n, f, i, j) => {
      const group = out.inside + Math.floor(n / GROUP) * out.group;
      return (group + i * out.row + j * out.pixel) / 4 + GROUP * f + (n % GROUP);
    },
  });
  return [
    rung('loops in WebAssembly', loops!),
    rung('a vector of 4 images', vectors!),
    rung('a tile of 4 filters × 4', narrowTile!),
    rung('a tile of 4 filters × 8', kernels.windowProduct),
  ];
}
