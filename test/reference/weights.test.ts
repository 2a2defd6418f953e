import { expect } from 'chai';
import { normal, seededRandom } from '#datasets/random';
import { decodeWeights, encodeWeights, type WeightsFile } from '../../reference/weights.ts';

/** A file from its parts, written by other means than the code under test. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const bytes = [...new TextEncoder().encode(header)];
  const prefix = [bytes.length % 256, Math.floor(bytes.length / 256), 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...prefix, ...bytes, ...data]);
}

/** One tensor of the header. */
function entry(name: string, shape: readonly number[], begin: number, end: number): string {
  return `"${name}":{"dtype":"F32","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
}

/** Bytes from their numbers in a text. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/).map(Number));
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

function tensor(shape: readonly number[], ...values: number[]) {
  return { shape, data: Float32Array.from(values) };
}

function wordsOf(data: Float32Array): number[] {
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
}

describe('the weights file', () => {
  // 0 to 5 as the format's library lays them out, little-endian IEEE 754.
  const zeroToFive = '0 0 0 0  0 0 128 63  0 0 0 64  0 0 64 64  0 0 128 64  0 0 160 64';

  describe('as it is published', () => {
    // The library's own tests say these bytes:
    // https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs
    const published: [title: string, file: WeightsFile, bytes: Uint8Array][] = [
      [
        'a header of 64 bytes, which needs no spaces',
        { tensors: { 'attn.0': tensor([1, 2, 3], 0, 1, 2, 3, 4, 5) }, metadata: {} },
        bytesOf(`
          64 0 0 0 0 0 0 0 123 34 97 116 116 110 46 48 34 58 123 34 100
          116 121 112 101 34 58 34 70 51 50 34 44 34 115 104 97 112 101 34
          58 91 49 44 50 44 51 93 44 34 100 97 116 97 95 111 102 102 115
          101 116 115 34 58 91 48 44 50 52 93 125 125 ${zeroToFive}`),
      ],
      [
        'a header of 65 bytes and 7 spaces',
        { tensors: { attn0: tensor([1, 1, 2, 3], 0, 1, 2, 3, 4, 5) }, metadata: {} },
        bytesOf(`
          72 0 0 0 0 0 0 0 123 34 97 116 116 110 48 34 58 123 34 100 116
          121 112 101 34 58 34 70 51 50 34 44 34 115 104 97 112 101 34 58
          91 49 44 49 44 50 44 51 93 44 34 100 97 116 97 95 111 102 102
          115 101 116 115 34 58 91 48 44 50 52 93 125 125 32 32 32 32 32
          32 32 ${zeroToFive}`),
      ],
      [
        'no tensor',
        { tensors: {}, metadata: {} },
        Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32),
      ],
      [
        'no tensor, but metadata',
        { tensors: {}, metadata: { framework: 'pt' } },
        bytesOf(`
          40 0 0 0 0 0 0 0 123 34 95 95 109 101 116 97 100 97 116 97 95
          95 34 58 123 34 102 114 97 109 101 119 111 114 107 34 58 34 112
          116 34 125 125 32 32 32 32 32`),
      ],
    ];

    for (const [title, file, bytes] of published) {
      it(`is written so: ${title}`, () => {
        expect(encodeWeights(file)).to.deep.equal(bytes);
      });

      it(`is read so: ${title}`, () => {
        expect(decodeWeights(bytes)).to.deep.equal(file);
      });
    }
  });

  describe('worked out by hand', () => {
    // The lines have 29, 52 and 54 characters: 135 in all, so one space follows.
    const header =
      '{"__metadata__":{"seed":"7"},' +
      '"W":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
      '"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}';
    // 1 is 0 01111111 0…, −2 is 1 10000000 0…, 0.15625 = 1.25 · 2⁻³ is 0 01111100 010…
    const data = [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x20, 0x3e];
    const file = {
      tensors: { b: tensor([2], -2, 0.15625), W: tensor([], 1) },
      metadata: { seed: '7' },
    };

    it('has the tensors in the order of their names, whatever order they came in', () => {
      expect(header.length).to.equal(135);
      expect(encodeWeights(file)).to.deep.equal(fileOf(`${header} `, data));
    });

    it('is read with any number of spaces, and with none', () => {
      for (const spaces of ['', ' ', '  ', ' '.repeat(9)]) {
        expect(decodeWeights(fileOf(header + spaces, data))).to.deep.equal(file);
      }
    });

    it('is read in any order of the header', () => {
      const reversed = `{${entry('b', [2], 4, 12)},${entry('W', [], 0, 4)},"__metadata__":{"seed":"7"}}`;
      expect(decodeWeights(fileOf(reversed, data))).to.deep.equal(file);
    });

    it('is read from the middle of a buffer, wherever it begins', () => {
      const bytes = fileOf(header, data);
      for (const offset of [0, 1, 2, 3]) {
        const padded = new Uint8Array(bytes.length + 7);
        padded.set(bytes, offset);
        expect(decodeWeights(padded.subarray(offset, offset + bytes.length))).to.deep.equal(file);
      }
    });

    it('gives arrays of their own', () => {
      const bytes = fileOf(header, data);
      const { b, W } = decodeWeights(bytes).tensors;
      expect(b!.data.buffer).not.to.equal(bytes.buffer);
      expect(b!.data.buffer).not.to.equal(W!.data.buffer);
      bytes.fill(0);
      expect([...b!.data]).to.deep.equal([-2, 0.15625]);
    });
  });

  describe('there and back', () => {
    function roundTrip(file: WeightsFile): WeightsFile {
      return decodeWeights(encodeWeights(file));
    }

    it('keeps empty tensors, scalars and their neighbours', () => {
      const file = {
        tensors: {
          a: tensor([0]),
          b: tensor([3, 0, 2]),
          c: tensor([], 4),
          d: tensor([0, 5]),
          e: tensor([1, 1], 5),
          f: tensor([0]),
        },
        metadata: {},
      };
      expect(roundTrip(file)).to.deep.equal(file);
    });

    it('keeps the bits of every kind of number', () => {
      const words = [
        0x00000000,
        0x80000000,
        0x7f800000,
        0xff800000, // 0, −0, ∞, −∞
        0x7fc00000,
        0xffc00000,
        0x7fc12345,
        0x7f800001,
        0xffbfffff, // NaN, quiet and signalling
        0x00000001,
        0x007fffff,
        0x00800000,
        0x7f7fffff, // the smallest and the largest
      ];
      const data = new Float32Array(Uint32Array.from(words).buffer);
      const { w } = roundTrip({ tensors: { w: { shape: [13], data } }, metadata: {} }).tensors;
      expect(wordsOf(w!.data)).to.deep.equal(words);
    });

    it('keeps unusual names and texts', () => {
      const texts = [
        '',
        ' ',
        '"',
        '\\',
        '\\"',
        '":',
        '{"a":1}',
        'a:b',
        'line\nend\t\0',
        'é π 字 🙂',
      ];
      const names = [...texts, '10', '2', 'constructor', 'toString', 'dtype', 'ndarray/W.0'];
      const file = {
        tensors: Object.fromEntries(names.map((name, i) => [name, tensor([1], i)])),
        metadata: Object.fromEntries([...texts, '__metadata__'].map((text) => [text, text])),
      };
      expect(roundTrip(file)).to.deep.equal(file);
    });

    it('keeps long texts full of quotes', () => {
      const file = { tensors: {}, metadata: { note: '":\\'.repeat(1_000_000) } };
      expect(roundTrip(file).metadata['note'] === file.metadata.note).to.equal(true);
    });

    it('keeps a name that JavaScript gives a meaning', () => {
      const tensors = Object.fromEntries([['__proto__', tensor([1], 3)]]);
      const metadata = Object.fromEntries([['__proto__', 'text']]);
      const back = roundTrip({ tensors, metadata });
      expect(Object.entries(back.tensors)).to.deep.equal([['__proto__', tensor([1], 3)]]);
      expect(Object.entries(back.metadata)).to.deep.equal([['__proto__', 'text']]);
    });

    it('keeps many tensors, some of them views of one array', () => {
      const random = seededRandom(18);
      const flat = Float32Array.from({ length: 5000 }, () => normal(random));
      const tensors = Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [
          `layer${i}`,
          { shape: [2, 5, i % 5], data: flat.slice(50 * i, 50 * i + 10 * (i % 5)) },
        ]),
      );
      const views = Object.fromEntries(
        Object.entries(tensors).map(([name, { shape, data }], i) => [
          name,
          { shape, data: flat.subarray(50 * i, 50 * i + data.length) },
        ]),
      );
      expect(roundTrip({ tensors: views, metadata: {} })).to.deep.equal({ tensors, metadata: {} });
    });

    it('aligns the data to 8 bytes, however long the header is', () => {
      for (let length = 0; length < 20; length++) {
        const bytes = encodeWeights({
          tensors: { ['x'.repeat(length)]: tensor([1], 1) },
          metadata: {},
        });
        expect((bytes.length - 4) % 8).to.equal(0);
      }
    });
  });

  describe('that cannot be written', () => {
    const refused: [title: string, file: WeightsFile, message: RegExp][] = [
      [
        'whose shape has more numbers than its data',
        { tensors: { W: tensor([2, 2], 1, 2, 3) }, metadata: {} },
        /^encodeWeights: the tensor "W" has 3 numbers and the shape \(2, 2\);/,
      ],
      [
        'whose shape has a negative size',
        { tensors: { W: tensor([-1, -2], 1, 2) }, metadata: {} },
        /the shape \(-1, -2\); the sizes must be whole/,
      ],
      [
        'whose shape has half a size',
        { tensors: { W: tensor([0.5, 2], 1) }, metadata: {} },
        /the shape \(0\.5, 2\); the sizes must be whole/,
      ],
      [
        'that has the name of the metadata',
        { tensors: { __metadata__: tensor([], 1) }, metadata: {} },
        /"__metadata__" has the name that the format keeps for its metadata; give it another/,
      ],
      [
        'whose name is half a character',
        { tensors: { '\uD83D': tensor([], 1) }, metadata: {} },
        /^encodeWeights: the text "\\ud83d" has half a surrogate pair/,
      ],
      [
        'whose metadata has half a character',
        { tensors: {}, metadata: { note: 'a\uDE42' } },
        /the text "a\\ude42" has half a surrogate pair/,
      ],
    ];

    for (const [title, file, message] of refused) {
      it(`refuses one ${title}`, () => {
        expect(() => encodeWeights(file)).to.throw(Error, message);
      });
    }
  });

  describe('that is malformed', () => {
    const good = entry('a', [1], 0, 4);
    const refused: [title: string, bytes: Uint8Array, message: RegExp][] = [
      ['a file without a byte', new Uint8Array(), /the file has 0 bytes and must begin with 8/],
      ['7 bytes', new Uint8Array(7), /the file has 7 bytes/],
      [
        'a header longer than the file',
        Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 125),
        /the header is said to have 3 bytes and only 2 follow/,
      ],
      [
        'a header of more bytes than the format allows',
        Uint8Array.of(0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, 123, 125), // 100,000,001
        /the header has 100000001 bytes and may have 100000000/,
      ],
      [
        'a header of 2⁶⁴ − 1 bytes',
        Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123, 125),
        /the header has 18446744073709551615 bytes/,
      ],
      ['a header of no bytes', fileOf(''), /the header must begin with \{/],
      ['spaces before the header', fileOf(' {}'), /must begin with \{/],
      ['a mark of byte order', fileOf('\uFEFF{}'), /must begin with \{/],
      ['a list', fileOf('[]'), /must begin with \{/],
      ['half a header', fileOf('{"a":'), /the header must be JSON in UTF-8/],
      ['something behind the header', fileOf('{}\0'), /must be JSON in UTF-8/],
      [
        'a header that is no UTF-8',
        Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 123, 0xff, 0xfe, 125),
        /must be JSON in UTF-8/,
      ],
      ['a tensor that is null', fileOf('{"a":null}'), /"a" is null and must have a dtype/],
      ['a tensor that is a list', fileOf('{"a":[]}'), /"a" is \[\] and must have/],
      [
        'a tensor without a dtype',
        fileOf('{"a":{"shape":[1],"data_offsets":[0,4]}}', zeros(4)),
        /"a" is \{"shape".* and must have a dtype/,
      ],
      [
        'a tensor without a shape',
        fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', zeros(4)),
        /a shape of whole numbers/,
      ],
      [
        'a tensor without offsets',
        fileOf('{"a":{"dtype":"F32","shape":[1]}}', zeros(4)),
        /two data_offsets/,
      ],
      [
        'a tensor with three offsets',
        fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', zeros(4)),
        /two data_offsets/,
      ],
      [
        'a tensor with a key that the format does not know',
        fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"b":1}}', zeros(4)),
        /"b":1.* and must have/,
      ],
      [
        'a shape of fractions',
        fileOf(`{${entry('a', [0.5, 2], 0, 4)}}`, zeros(4)),
        /a shape of whole numbers/,
      ],
      [
        'a negative shape',
        fileOf(`{${entry('a', [-1, -1], 0, 4)}}`, zeros(4)),
        /a shape of whole numbers/,
      ],
      ['negative offsets', fileOf(`{${entry('a', [1], -4, 0)}}`, zeros(4)), /two data_offsets/],
      [
        'another dtype',
        fileOf('{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}', zeros(4)),
        /"a" is of dtype "F16" and must be F32; convert it to float32/,
      ],
      [
        'a shape of more numbers than bytes',
        fileOf(`{${entry('a', [2], 0, 4)}}`, zeros(4)),
        /"a" has the bytes from 0 to 4, and its shape \(2\) must have 8/,
      ],
      [
        'a shape of fewer numbers than bytes',
        fileOf(`{${entry('a', [1], 0, 8)}}`, zeros(8)),
        /its shape \(1\) must have 4/,
      ],
      [
        'a shape whose size no number can tell',
        fileOf(`{${entry('a', [...zeros(40).map(() => 2 ** 30), 0], 0, 0)}}`),
        /must have NaN/,
      ],
      [
        'offsets the wrong way round',
        fileOf(`{${entry('a', [1], 4, 0)}}`, zeros(4)),
        /the bytes from 4 to 0/,
      ],
      [
        'tensors that overlap',
        fileOf(`{${entry('a', [2], 0, 8)},${entry('b', [2], 4, 12)}}`, zeros(12)),
        /"b" begins at byte 4 of the data and must begin at 8: it overlaps the tensor before it/,
      ],
      [
        'two tensors at one place',
        fileOf(`{${good},${entry('b', [1], 0, 4)}}`, zeros(4)),
        /"b" begins at byte 0 of the data and must begin at 4: it overlaps/,
      ],
      [
        'an empty tensor inside another',
        fileOf(`{${entry('a', [2], 0, 8)},${entry('b', [0], 4, 4)}}`, zeros(8)),
        /"b" begins at byte 4 of the data and must begin at 8: it overlaps/,
      ],
      [
        'a hole between tensors',
        fileOf(`{${good},${entry('b', [1], 8, 12)}}`, zeros(12)),
        /"b" begins at byte 8 of the data and must begin at 4: it leaves a hole before it/,
      ],
      [
        'a hole before the first tensor',
        fileOf(`{${entry('a', [1], 4, 8)}}`, zeros(8)),
        /"a" begins at byte 4 of the data and must begin at 0: it leaves a hole/,
      ],
      [
        'bytes behind the last tensor',
        fileOf(`{${good}}`, zeros(5)),
        /the data has 5 bytes and must have 4, which is where the tensors end/,
      ],
      [
        'a file that was cut off',
        fileOf(`{${good}}`, zeros(3)),
        /the data has 3 bytes and must have 4/,
      ],
      ['data and no tensor', fileOf('{}', [0]), /the data has 1 bytes and must have 0/],
      [
        'a tensor of far too many bytes',
        fileOf(`{${entry('a', [2 ** 40], 0, 2 ** 42)}}`),
        /the data has 0 bytes and must have 4398046511104/,
      ],
      ['metadata that is a list', fileOf('{"__metadata__":[]}'), /must map texts to texts/],
      [
        'metadata that is null',
        fileOf('{"__metadata__":null}'),
        /__metadata__ is null and must map/,
      ],
      ['metadata with numbers', fileOf('{"__metadata__":{"seed":7}}'), /must map texts to texts/],
      [
        'a tensor twice',
        fileOf(`{${entry('a', [0], 0, 0)},${good}}`, zeros(4)),
        /the header has a key twice/,
      ],
      [
        'a tensor twice, once with an escape',
        fileOf(`{${good},${entry(String.raw`\u0061`, [1], 0, 4)}}`, zeros(4)),
        /the header has a key twice/,
      ],
      [
        'a shape twice',
        fileOf('{"a":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,4]}}', zeros(4)),
        /the header has a key twice/,
      ],
      [
        'metadata twice',
        fileOf('{"__metadata__":{"a":"1"},"__metadata__":{"a":"1"}}'),
        /the header has a key twice/,
      ],
      [
        'an entry of the metadata twice',
        fileOf('{"__metadata__":{"a":"1","a":"2"}}'),
        /the header has a key twice/,
      ],
      [
        'half a character',
        fileOf(String.raw`{"__metadata__":{"a":"\ud83d"}}`),
        /the text "\\ud83d" has half a surrogate pair/,
      ],
    ];

    for (const [title, bytes, message] of refused) {
      it(`refuses ${title}`, () => {
        expect(() => decodeWeights(bytes)).to.throw(Error, message);
        expect(() => decodeWeights(bytes)).to.throw(Error, /^decodeWeights: .+; .+/);
      });
    }

    it('refuses every beginning of a good file', () => {
      const bytes = fileOf(`{${good},${entry('b', [2], 4, 12)}}`, zeros(12));
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decodeWeights(bytes.subarray(0, length)), String(length)).to.throw(
          Error,
          /^decodeWeights: /,
        );
      }
    });
  });
});
