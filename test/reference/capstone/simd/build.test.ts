/** The bytes that are checked in are what the compiler makes of the kernels. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  compileKernels,
  fileOf,
  isCompilerInstalled,
  MODULES,
} from '../../../../reference/capstone/simd/node/build.ts';

const entries = Object.keys(MODULES) as (keyof typeof MODULES)[];

describe('The bytes of the SIMD kernels', function () {
  this.timeout(60_000);

  if (isCompilerInstalled()) {
    for (const entry of entries) {
      it(`in ${MODULES[entry]} are what becomes of kernels/${entry}`, () => {
        const url = new URL(
          `../../../../reference/capstone/simd/${MODULES[entry]}`,
          import.meta.url,
        );
        expect(readFileSync(url, 'utf8'), 'npm run build:simd makes them anew').to.equal(
          fileOf(entry),
        );
      });
    }

    it('are fewer than 5000', () => {
      expect(compileKernels('index.ts').length).to.be.below(5000);
    });
  } else {
    it('cannot be compared: npm ci --prefix reference/capstone/simd/kernels installs the compiler', function () {
      this.skip();
    });
  }
});
