/** The app: it shows what the address names. */
import { render, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CourseText } from '../messages.ts';
import { addressText, readAddress } from './address.ts';
import { CourseMap } from './course-map.tsx';
import { LessonView } from './lesson-view.tsx';
import { load } from './server-news.ts';

function App({ course }: { course: CourseText }): VNode {
  const [address, setAddress] = useState(() => readAddress(location.hash));
  useEffect(() => {
    addEventListener('hashchange', () => setAddress(readAddress(location.hash)));
  }, []);
  useEffect(() => {
    if (address.anchor === undefined) scrollTo(0, 0);
  }, [address.lesson]);
  const index = course.lessons.findIndex(({ name }) => name === address.lesson);
  const line = course.lessons[index];
  return (
    <>
      <header>
        <a class="skip" href="#main" onClick={skip}>
          To the content
        </a>
        <nav aria-label="Course">
          <a class="home" href="#/">
            chainrule
          </a>
          {line !== undefined && (
            <span class="neighbours">
              <Neighbour line={course.lessons[index - 1]} sign="←" word="Before" />
              <Neighbour line={course.lessons[index + 1]} sign="→" word="Next" />
            </span>
          )}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {line === undefined ? (
          <CourseMap lessons={course.lessons} />
        ) : (
          <LessonView key={line.name} line={line} address={address} chosen={chosen} />
        )}
      </main>
    </>
  );
}

/** Puts what was chosen into the address: every place of a slider would be a page to go back to. */
function chosen(choices: URLSearchParams): void {
  history.replaceState(null, '', addressText({ ...readAddress(location.hash), choices }));
}

/** The address belongs to the lesson, so the link only moves the focus. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')!.focus();
}

function Neighbour({
  line,
  sign,
  word,
}: {
  line: CourseText['lessons'][number] | undefined;
  sign: string;
  word: string;
}): VNode | null {
  if (line === undefined) return null;
  return (
    <a href={`#/${line.name}`} aria-label={`${word}: ${line.number} ${line.title}`}>
      {sign} {line.number}
    </a>
  );
}

const place = document.getElementById('app')!;
load<CourseText>('course.json').then(
  (course) => render(<App course={course} />, place),
  (error: Error) => render(<p class="waiting">{error.message}</p>, place),
);
