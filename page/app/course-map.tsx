/** The map: all lessons, how far the learner is, the next thing to do, and what can be done by now. */
import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { Standing } from '../../checks/course/standing.ts';
import type { CourseText, LessonLine } from '../messages.ts';
import { PAD_ANCHOR } from './pad-anchor.ts';
import { isReached, MILESTONES } from './milestones.ts';
import { isLive, listen } from './server-news.ts';
import { anchorOf } from './verdict-view.tsx';

type Standings = Readonly<Record<string, Standing>>;

/** The first page. */
export function CourseMap({ lessons }: CourseText): VNode {
  const [standings, setStandings] = useState<Standings>({});
  useEffect(() => {
    document.title = 'chainrule';
    if (!isLive) return undefined;
    return listen(undefined, (news) => {
      if (news.kind !== 'standing') return;
      setStandings((before) => ({ ...before, [news.lesson]: news.standing }));
    });
  }, []);
  // The course ends with the capstone; what comes behind it is for whoever wants more.
  const capstone = lessons.findIndex(({ name }) => name.endsWith('-capstone'));
  const electives = capstone < 0 ? lessons.length : capstone + 1;
  return (
    <div class="map">
      <h1>Deep learning from scratch, one failing test at a time</h1>
      <p class="lead">
        You write every piece of a network yourself, from a single neuron to one that reads digits
        on the graphics card. The pictures on these pages are drawn by{' '}
        {isLive ? 'the functions that you write, as soon as you save them' : 'the references'}.
      </p>
      {isLive && <Next lessons={lessons} standings={standings} />}
      {capstone >= 0 && (
        <p>
          <a href={`#/${lessons[capstone]!.name}/${PAD_ANCHOR}`}>Draw a digit</a>, and see how the
          network of the last lesson reads it.
        </p>
      )}
      <h2>Lessons</h2>
      <Lines lessons={lessons.slice(0, electives)} standings={standings} />
      {electives < lessons.length && (
        <>
          <h2>Electives, in any order</h2>
          <Lines lessons={lessons.slice(electives)} standings={standings} />
        </>
      )}
      <Milestones lessons={lessons} standings={standings} />
    </div>
  );
}

function Lines({ lessons, standings }: CourseText & { standings: Standings }): VNode {
  return (
    <ol class="lessons">
      {lessons.map((lesson) => (
        <MapLine key={lesson.name} lesson={lesson} standing={standings[lesson.name]} />
      ))}
    </ol>
  );
}

function MapLine({
  lesson,
  standing,
}: {
  lesson: LessonLine;
  standing: Standing | undefined;
}): VNode {
  const { name, number, title, exercises } = lesson;
  return (
    <li class={standing === undefined ? '' : stateOf(standing).replace(' ', '-')}>
      <a href={`#/${name}`}>
        <span class="number">{number}</span>
        <span>{title}</span>
      </a>
      {standing === undefined ? (
        <span class="state">{exercises.length} exercises</span>
      ) : (
        <>
          <progress value={standing.points} max={standing.max} aria-label={`Points of ${title}`} />
          <span class="points">
            {standing.points}/{standing.max}
          </span>
          <span class="state">{standing.broken ?? stateOf(standing)}</span>
        </>
      )}
    </li>
  );
}

function stateOf({ points, max }: Standing): 'solved' | 'not started' | 'under way' {
  if (points === max) return 'solved';
  return points === 0 ? 'not started' : 'under way';
}

/** The first exercise of the course that is open. */
function Next({ lessons, standings }: CourseText & { standings: Standings }): VNode | null {
  // Before all lessons up to one are known, none can be called the first open one.
  const known = lessons.findIndex(({ name }) => standings[name] === undefined);
  const graded = known < 0 ? lessons : lessons.slice(0, known);
  const lesson = graded.find(({ name }) => standings[name]?.open !== undefined);
  if (lesson === undefined) {
    return (
      <p class="next">{known < 0 ? 'Every lesson is solved.' : 'Looking at how far you are …'}</p>
    );
  }
  const { open = '', broken } = standings[lesson.name]!;
  return (
    <p class="next">
      Next:{' '}
      <a href={`#/${lesson.name}/${anchorOf(open)}`}>
        {broken === undefined ? open : `mend lesson ${lesson.number} (${broken})`}
      </a>
    </p>
  );
}

function Milestones({ lessons, standings }: CourseText & { standings: Standings }): VNode {
  const names = Object.values(standings).flatMap(({ solved }) => solved);
  const whole = lessons.filter(({ name }) => {
    const standing = standings[name];
    return standing !== undefined && standing.points === standing.max;
  });
  const solved = new Set([...names, ...whole.map(({ name }) => name)]);
  return (
    <section class="milestones" aria-labelledby="milestones">
      <h2 id="milestones">
        {isLive ? 'What your own code can do' : 'What your own code will be able to do'}
      </h2>
      <ol>
        {MILESTONES.map((milestone) => {
          const reached = isReached(milestone, solved);
          return (
            <li key={milestone.year} class={reached ? 'reached' : ''}>
              <span class="year">{milestone.year}</span>
              <span>
                {milestone.what}
                <span class="by"> {milestone.by.map(shortName).join(', ')}</span>
                {reached && <span class="reached-word"> done by your code</span>}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** `05` for a lesson, `01.6` for an exercise. */
function shortName(name: string): string {
  return name.split(/[- ]/)[0]!;
}
