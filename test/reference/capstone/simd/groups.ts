/**
 * Images in groups of eight, written down from the documentation of reference/capstone/simd/layout.ts, in memory in
 * which everything that is not an image is a number of its own, so that whoever reads or writes there is noticed.
 */
import { expect } from 'chai';
import {
  groupsOf,
  planes,
  rows,
  type Planes,
  type Rows,
} from '../../../../reference/capstone/simd/layout.ts';
import {
  floatsAt,
  newRoom,
  placed,
  take,
  type Room,
} from '../../../../reference/capstone/simd/memory.ts';
import { kernelsOn, type Kernels } from '../../../../reference/capstone/simd/kernels.ts';
import { imagesOf, type Images } from '../fast/images.ts';

/** Kernels, and the memory that they work on. */
export interface Workshop {
  kernels: Kernels;
  room: Room;
  /** The place of a copy of some numbers. */
  put: (numbers: ArrayLike<number>) => number;
  /** The numbers at a place. */
  get: (place: number, count: number) => number[];
}

/** A new memory with kernels. */
export function workshop(): Workshop {
  const room = newRoom(2 ** 20);
  return {
    kernels: kernelsOn(room.memory),
    room,
    put: (numbers) => placed(room, Float32Array.from(numbers)).byteOffset,
    get: (place, count) => [...floatsAt(room, place, count)],
  };
}

/** The place of a pixel of an image, in bytes. */
function placeOf(to: Planes, n: number, c: number, i: number, j: number): number {
  const [group, lane] = [Math.floor(n / 8), n % 8];
  const pixel = (group * (to.H + 2) + i + 1) * (to.W + 2) + j + 1;
  return to.corner + 4 * ((pixel * to.C + c) * 8 + lane);
}

/** Room for N images, with a frame of zeros, and `fill` in every pixel. */
export function planesIn({ room }: Workshop, { N, C, H, W }: Omit<Images, 'at'>, fill = 0): Planes {
  const to = planes((bytes) => take(room, bytes), groupsOf(N), { C, H, W });
  writeImages(
    room,
    to,
    imagesOf(new Float32Array(8 * groupsOf(N) * C * H * W).fill(fill), {
      N: 8 * groupsOf(N),
      C,
      H,
      W,
    }),
  );
  return to;
}

/** Images in memory; those that fill the last group are blank. */
export function put(shop: Workshop, images: Images): Planes {
  const to = planesIn(shop, images);
  writeImages(shop.room, to, images);
  return to;
}

function writeImages(room: Room, to: Planes, { N, C, H, W, at }: Images): void {
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) floatsAt(room, placeOf(to, n, c, i, j), 1)[0] = at(n, c, i, j);
      }
    }
  }
}

/** The first N images of planes, whose frames must still be zeros. */
export function imagesIn({ room }: Workshop, from: Planes, N: number): Images {
  const { C, H, W } = from;
  for (let n = 0; n < N; n++) {
    for (let i = -1; i <= H; i++) {
      for (let j = -1; j <= W; j++) {
        if (i >= 0 && i < H && j >= 0 && j < W) continue;
        const frame = floatsAt(room, placeOf(from, n, 0, i, j), 1)[0];
        expect(frame, `the frame of image ${n} at (${i}, ${j})`).to.equal(0);
      }
    }
  }
  const at = (n: number, c: number, i: number, j: number): number =>
    floatsAt(room, placeOf(from, n, c, i, j), 1)[0]!;
  return { N, C, H, W, at };
}

/** A matrix with a row for each image, in memory. */
export function putRows({ room }: Workshop, matrix: readonly (readonly number[])[]): Rows {
  const to = rows((bytes) => take(room, bytes), groupsOf(matrix.length), matrix[0]!.length);
  matrix.forEach((row, n) => {
    row.forEach((value, d) => {
      floatsAt(room, to.place + Math.floor(n / 8) * to.group + 32 * d + 4 * (n % 8), 1)[0] = value;
    });
  });
  return to;
}

/** The rows of the first N images. */
export function rowsIn({ room }: Workshop, from: Rows, N: number): number[][] {
  return Array.from({ length: N }, (_n, n) =>
    Array.from(
      { length: from.D },
      (_d, d) =>
        floatsAt(room, from.place + Math.floor(n / 8) * from.group + 32 * d + 4 * (n % 8), 1)[0]!,
    ),
  );
}
