/** Finds the simplest cause that explains a wrong gradient. */
import type { Cause } from '../report.ts';
import type { Diagnosis, Evidence } from './evidence.ts';
import { isBlocksPermuted, isBlockWrong } from './blocks.ts';
import { isConstantMultiple, isZero } from './factor.ts';
import { isFactorWrong, isInputFactorWrong } from './factors.ts';
import { isFlipped, isOtherInput, isShifted, isTransposed } from './layout.ts';
import { isStale, isStuck } from './memory.ts';
import { isOperandTransposed } from './operand.ts';
import { isOperandWrong } from './outer.ts';
import {
  isDiagonalOnly,
  isMaskWrong,
  isOneSlice,
  isOutputIgnored,
  isOverwritten,
  isOwnPlaceWrong,
  isOwnStepOnly,
} from './parts.ts';
import { isPathMissing } from './paths.ts';
import { isInRegion } from './region.ts';
import { isTermWrong } from './terms.ts';

/** The simplest first: where two hypotheses explain the same numbers, the first is what people do. */
const DIAGNOSES: readonly Diagnosis[] = [
  isStuck,
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
  isInputFactorWrong,
  isOwnPlaceWrong,
  isShifted,
  isBlocksPermuted,
  isOverwritten,
  isPathMissing,
  isTermWrong,
  isOperandTransposed,
  isOperandWrong,
  isStale,
  isBlockWrong,
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
