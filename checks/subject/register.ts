/**
 * Loaded before the suites by .mocharc.json, so that plain mocha and an editor's test explorer can put any
 * subject behind the lesson that is graded:
 *
 *     CHAINRULE_SUBJECT=learner npx mocha test/lessons/02-activations.test.ts
 *
 * Without the variable nothing is hooked, and every lesson means its reference.
 */
import { subjectChoice, VARIABLE } from './choice.ts';
import { installHooks } from './install.ts';

const choice = subjectChoice();
if (choice !== undefined) {
  // Module hooks may run in a thread of their own, which does not see the command line.
  const value = process.env[VARIABLE]!;
  process.env[VARIABLE] = /^\d/.test(value) ? value : `${choice.lesson}:${value}`;
  installHooks();
}
