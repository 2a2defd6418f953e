/**
 * The suites' `expect`, with the gradient check among its assertions:
 *
 *     expect({ name: 'affine', inputs: { x, W, b }, forward, backward }).to.have.rightGradients();
 */
import { use } from 'chai';
import { checkGradient, type GradientOptions } from './check.ts';
import type { Problem } from './problem.ts';
import { formatReport } from './verdict-text.ts';

export { expect } from '../expect.ts';

declare global {
  // chai's plugins declare their assertions by merging into this namespace.
  namespace Chai {
    interface Assertion {
      /**
       * A problem whose backward pass returns the gradients of its forward pass. An inconclusive check fails
       * the assertion, and fails its negation too: nothing has been shown either way.
       */
      rightGradients(options?: GradientOptions): Assertion;
    }
  }
}

use(({ Assertion, AssertionError }, utils) => {
  Assertion.addMethod('rightGradients', function (options?: GradientOptions) {
    const problem = utils.flag(this, 'object') as Problem;
    const isNegated = utils.flag(this, 'negate') === true;
    const report = checkGradient(problem, options);
    if (report.verdict !== (isNegated ? 'fail' : 'pass')) {
      throw new AssertionError(formatReport(report), { showDiff: false, report });
    }
  });
});
