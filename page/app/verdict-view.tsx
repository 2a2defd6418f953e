/** What grading found: the first failure in full, as `npm test` shows it, and a line for each exercise. */
import type { ComponentChildren, VNode } from 'preact';
import type { ExerciseVerdict, FailureText, Verdict } from '../messages.ts';
import { hasRoomBeside } from './room.ts';

/** So many lines of what the learner's code printed are shown. */
const PRINTED_LINES = 10;

const SIGNS = { passed: '✔', failed: '✘', todo: '·' } as const;
const WORDS = { passed: 'solved', failed: 'wrong', todo: 'to do' } as const;

/** What is known of a lesson's grade. */
export interface Grade {
  verdict?: Verdict;
  /** Why there is none, or none any more. */
  problem?: string;
  isGrading: boolean;
}

/** The verdict above the list of exercises. */
export function VerdictView({ lesson, grade }: { lesson: string; grade: Grade }): VNode {
  const { verdict, problem, isGrading } = grade;
  const state = verdict === undefined ? 'none' : verdict.solved ? 'solved' : 'open';
  return (
    <section class="verdict" aria-labelledby="verdict" data-state={state} aria-busy={isGrading}>
      <h2 id="verdict">
        Your code
        {verdict !== undefined && (
          <span class="score">
            {verdict.points} of {verdict.max} points
          </span>
        )}
        {isGrading && <span class="grading">grading …</span>}
      </h2>
      <div role="status">
        {problem !== undefined && <p class="trouble">{problem}</p>}
        {verdict !== undefined && problem === undefined && (
          <Finding lesson={lesson} verdict={verdict} />
        )}
      </div>
      {verdict !== undefined && (
        <p class="whose">
          <code>{verdict.file}</code> <span class="hash">sha256 {verdict.hash}</span>
        </p>
      )}
    </section>
  );
}

function Finding({ lesson, verdict }: { lesson: string; verdict: Verdict }): VNode {
  const { problems, broken, failure, solved, exercises } = verdict;
  const open = exercises.find(({ points, max }) => points < max);
  return (
    <>
      {problems.map(({ place, message }) => (
        <p key={place} class="trouble">
          <code>{place}</code> {message}
        </p>
      ))}
      {broken !== undefined && <p class="trouble">Nothing could be graded: {broken}</p>}
      {failure !== undefined && <Failure lesson={lesson} failure={failure} />}
      {solved && <p class="good">Everything is solved.</p>}
      {failure === undefined && broken === undefined && open !== undefined && (
        <p>
          Next: <ExerciseLink lesson={lesson}>{open.exercise}</ExerciseLink>
        </p>
      )}
    </>
  );
}

function Failure({ lesson, failure }: { lesson: string; failure: FailureText }): VNode {
  const { title, values, problem, place, nan, diagnosis, anchor, printed } = failure;
  return (
    <article class="failure">
      <h3>✘ {title}</h3>
      <dl>
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <pre tabIndex={0}>
        {problem}
        {place !== undefined && `\nat ${place}`}
        {nan !== undefined && `\n${nan}`}
      </pre>
      {diagnosis !== undefined && <p class="diagnosis">{diagnosis}</p>}
      {printed !== undefined && printed !== '' && (
        <>
          <p>Your code printed:</p>
          <pre tabIndex={0}>{printed.split('\n').slice(0, PRINTED_LINES).join('\n')}</pre>
        </>
      )}
      <p>
        <a href={`#/${lesson}/${anchor.slice(1)}`}>Read what explains it</a>
      </p>
    </article>
  );
}

/** The exercises of a lesson, with their points where they are known. */
export function Exercises({
  lesson,
  exercises,
  verdict,
}: {
  lesson: string;
  exercises: readonly string[];
  verdict: Verdict | undefined;
}): VNode {
  return (
    <details class="exercises" open={hasRoomBeside}>
      <summary>
        <h2>Exercises ({exercises.length})</h2>
      </summary>
      <ol>
        {exercises.map((exercise) => (
          <Exercise
            key={exercise}
            lesson={lesson}
            exercise={exercise}
            verdict={verdict?.exercises.find((one) => one.exercise === exercise)}
          />
        ))}
      </ol>
    </details>
  );
}

function Exercise({
  lesson,
  exercise,
  verdict,
}: {
  lesson: string;
  exercise: string;
  verdict: ExerciseVerdict | undefined;
}): VNode {
  const link = <ExerciseLink lesson={lesson}>{exercise}</ExerciseLink>;
  if (verdict === undefined) return <li>{link}</li>;
  const { state, points, max, note } = verdict;
  return (
    <li class={state}>
      <span class="sign" role="img" aria-label={WORDS[state]}>
        {SIGNS[state]}
      </span>
      {link}
      <span class="points">
        {points}/{max}
      </span>
      {state === 'failed' && <span class="note">{note}</span>}
    </li>
  );
}

/** A link to the section of an exercise. */
export function ExerciseLink({
  lesson,
  children,
}: {
  lesson: string;
  children: ComponentChildren;
}): VNode {
  return <a href={`#/${lesson}/${anchorOf(String(children))}`}>{children}</a>;
}

/** `025-sigmoid` for `02.5 sigmoid`, as GitHub names the heading of an exercise. */
export function anchorOf(exercise: string): string {
  return exercise.toLowerCase().replaceAll('.', '').replaceAll(' ', '-');
}
