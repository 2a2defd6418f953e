/**
 * Loaded before the suites by .mocharc.json, so that plain mocha and an editor's test explorer can put any
 * subject behind `#lessons/…`:
 *
 *     CHAINRULE_SUBJECT=learner npx mocha test/lessons/02-activations.test.ts
 *
 * Without the variable nothing is hooked, and the name means the reference.
 */
import { VARIABLE } from './choice.ts';
import { installHooks } from './install.ts';

if (process.env[VARIABLE]) installHooks();
