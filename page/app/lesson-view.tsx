/** A lesson: its text, and beside it the experiment, the verdict and the exercises. */
import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { LessonLine, LessonText, News } from '../messages.ts';
import type { Address } from './address.ts';
import { ExperimentView } from './experiment-view.tsx';
import { PadView } from './pad-view.tsx';
import { isLive, listen, load } from './server-news.ts';
import { Exercises, VerdictView, type Grade } from './verdict-view.tsx';

/** What a lesson needs. */
interface Given {
  line: LessonLine;
  address: Address;
  chosen: (choices: URLSearchParams) => void;
}

/** The lesson that the address names. */
export function LessonView({ line: { name, number }, address, chosen }: Given): VNode {
  const [lesson, setLesson] = useState<LessonText>();
  const [script, setScript] = useState<string | null | undefined>(isLive ? null : undefined);
  const [grade, setGrade] = useState<Grade>({ isGrading: isLive });
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    load<LessonText>(`lessons/${name}.json`).then(setLesson, (error: Error) =>
      setProblem(error.message),
    );
    if (!isLive) return undefined;
    return listen(name, (news) => {
      if (news.lesson !== name) return;
      if (news.kind === 'saved') setScript(news.script);
      setGrade((before) => gradeAfter(before, news));
    });
  }, []);
  useEffect(() => {
    if (lesson === undefined) return;
    document.title = `${number} · ${lesson.title}`;
    if (address.anchor === undefined) return;
    const heading = document.getElementById(address.anchor);
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
  }, [lesson, address.anchor]);
  if (lesson === undefined) return <p class="waiting">{problem ?? 'The lesson is being read …'}</p>;
  const { experiment } = lesson;
  return (
    <div class="lesson">
      <h1>
        <span class="number">{number}</span> {lesson.title}
      </h1>
      <div class="beside">
        {isLive && <VerdictView lesson={name} grade={grade} />}
        {lesson.pad !== undefined && <PadView pad={lesson.pad} script={script} />}
        {experiment !== undefined && (
          <ExperimentView
            name={name}
            experiment={experiment}
            script={script}
            first={address.choices}
            chosen={chosen}
          />
        )}
        <Exercises lesson={name} exercises={lesson.exercises} verdict={grade.verdict} />
      </div>
      {/* The text is the course's own. */}
      <article class="text" dangerouslySetInnerHTML={{ __html: lesson.text }} />
    </div>
  );
}

function gradeAfter(before: Grade, news: News): Grade {
  switch (news.kind) {
    case 'grading':
      return { ...before, isGrading: true };
    case 'verdict':
      return { verdict: news.verdict, isGrading: false };
    case 'problem':
      return { ...before, problem: news.problem, isGrading: false };
    default:
      return before;
  }
}
