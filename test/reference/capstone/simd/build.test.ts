/** The bytes that are checked in are what the compiler makes of the kernels. */
import { expect } from 'chai';
import { BYTES } from '../../../../reference/capstone/simd/bytes.ts';
import {
  compileKernels,
  isCompilerInstalled,
  MODULES,
} from '../../../../reference/capstone/simd/node/build.ts';
import { BYTES as RUNG_BYTES } from '../../../../reference/capstone/simd/rung-bytes.ts';

describe('The bytes of the SIMD kernels', function () {
  this.timeout(60_000);
  const checkedIn = { 'index.ts': BYTES, 'rungs.ts': RUNG_BYTES } as const;

  if (isCompilerInstalled()) {
    for (const entry of Object.keys(MODULES) as (keyof typeof MODULES)[]) {
      it(`in ${MODULES[entry]} are what becomes of kernels/${entry}`, () => {
        const message = 'npm run build:simd makes them anew';
        expect(checkedIn[entry], message).to.equal(compileKernels(entry));
      });
    }
  } else {
    it('cannot be compared: npm ci --prefix reference/capstone/simd/kernels installs the compiler', function () {
      this.skip();
    });
  }

  it('are fewer than 5000', () => {
    expect(Buffer.from(BYTES, 'base64').length).to.be.within(1, 4999);
  });
});
