/** Layers one after the other. */
import type { Params } from '#lessons/06-training';
import type { Layer, Mode, Pass } from './layer.ts';

/**
 * A network of layers, each of which gets what the one before puts out.
 *
 * Its parameters are those of its layers, under the layer's place and their own name: `0.W`, `0.b`, `2.W`, …
 *
 * @param layers from the input to the output
 */
export function sequential(layers: readonly Layer[]): Layer {
  return {
    get params(): Params {
      return joined(layers.map(({ params }) => params));
    },
    set params(all: Params) {
      for (const [i, layer] of layers.entries()) layer.params = partOf(all, i, layer.params);
    },
    get measured(): Params {
      return joined(layers.map(({ measured }) => measured));
    },
    set measured(all: Params) {
      for (const [i, layer] of layers.entries()) layer.measured = partOf(all, i, layer.measured);
    },
    forward(x, mode: Mode) {
      const passes: Pass[] = [];
      let out = x;
      for (const layer of layers) {
        passes.push(layer.forward(out, mode));
        out = passes.at(-1)!.out;
      }
      return { out, backward: (dout) => wayBack(passes, dout) };
    },
  };
}

/** The layers' ways back, the last one first. */
function wayBack(passes: readonly Pass[], dout: Pass['out']): ReturnType<Pass['backward']> {
  const gradients: Params[] = [];
  let dx = dout;
  for (const pass of passes.toReversed()) {
    const back = pass.backward(dx);
    dx = back.dx;
    gradients.unshift(back.gradients);
  }
  return { dx, gradients: joined(gradients) };
}

function joined(parts: readonly Params[]): Params {
  return Object.fromEntries(
    parts.flatMap((part, i) =>
      Object.entries(part).map(([name, array]) => [`${i}.${name}`, array]),
    ),
  );
}

/** What joined() made of the part at place i, which has the names of `own`. */
function partOf(all: Params, i: number, own: Params): Params {
  return Object.fromEntries(Object.keys(own).map((name) => [name, all[`${i}.${name}`]!]));
}
