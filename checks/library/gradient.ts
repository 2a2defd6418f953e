/** The gradient checker, for layers and losses of anybody's: what `chainrule/gradient` offers. */
export { checkGradient, type GradientOptions } from '../gradient/check.ts';
export type { Differentiable, LayerProblem, LossProblem, Problem } from '../gradient/problem.ts';
export type { Cause, Code, Finding, GradientReport, Verdict } from '../gradient/report.ts';
export { formatReport } from '../gradient/verdict-text.ts';
