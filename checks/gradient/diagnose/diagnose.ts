/** Finds the simplest cause that explains a wrong gradient. */
import type { Cause } from '../verdict-text.ts';
import type { Diagnosis, Evidence } from './evidence.ts';
import { isConstantMultiple, isZero } from './factor.ts';
import { isBlocksPermuted, isFlipped, isOtherInput, isShifted, isTransposed } from './layout.ts';
import { isOperandTransposed } from './operand.ts';
import {
  isDiagonalOnly,
  isMaskWrong,
  isOneSlice,
  isOutputIgnored,
  isOverwritten,
  isOwnStepOnly,
} from './parts.ts';
import { isInRegion } from './region.ts';
import { isFactorWrong, isPathMissing, isPenaltyWrong } from './terms.ts';

/** The simplest first: where two hypotheses explain the same numbers, the first is what people do. */
const DIAGNOSES: readonly Diagnosis[] = [
  isZero,
  isConstantMultiple,
  isOtherInput,
  isTransposed,
  isFlipped,
  isOneSlice,
  isOutputIgnored,
  isMaskWrong,
  isDiagonalOnly,
  isOwnStepOnly,
  isFactorWrong,
  isPenaltyWrong,
  isShifted,
  isBlocksPermuted,
  isOverwritten,
  isPathMissing,
  isOperandTransposed,
  isInRegion,
];

/**
 * Names what is wrong with a gradient.
 *
 * @returns the first cause that explains every entry; nothing if none does
 */
export function diagnose(evidence: Evidence): Cause | undefined {
  for (const diagnosis of DIAGNOSES) {
    const cause = diagnosis(evidence);
    if (cause) return cause;
  }
  return undefined;
}
