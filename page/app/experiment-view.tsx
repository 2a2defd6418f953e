/** The experiment of a lesson, live: it runs anew whenever a slider moves or the learner's file is saved. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ExperimentText } from '../messages.ts';
import { absolute } from './absolute.ts';
import { atNextFrame } from './next-frame.ts';
import { choicesText, readChoices, type Choices } from './address.ts';
import { RunButtons, Sliders } from './controls.tsx';
import { FigureView } from './figure-view.tsx';
import { OwnPoints } from './own-points.tsx';
import { Runs, type RunState } from './runs.ts';
import { hasRoomBeside } from './room.ts';
import { findPlace, isLive } from './server-news.ts';
import { TroubleView } from './trouble-view.tsx';

/** What an experiment needs. */
interface Given {
  name: string;
  experiment: ExperimentText;
  /** The learner's script: null until it is known, undefined where there is none. */
  script: string | null | undefined;
  /** What the address chose when the page was opened. */
  first: URLSearchParams;
  /** Is told of every change. */
  chosen: (choices: URLSearchParams) => void;
}

/** Sliders, buttons and figures. */
export function ExperimentView({ name, experiment, script, first, chosen }: Given): VNode {
  const [choices, setChoices] = useState(() => readChoices(experiment, first));
  const [state, setState] = useState<RunState>();
  const runs = useRef<Runs>(undefined);
  useEffect(() => {
    const own = new Runs(programsOf(name, experiment), atNextFrame(setState), findPlace);
    runs.current = own;
    return () => own.close();
  }, []);
  useEffect(() => {
    if (script === null) return;
    runs.current!.takeScript(script === undefined ? undefined : absolute(script));
    if (state === undefined) runs.current!.run(choices);
  }, [script]);
  const change = (next: Choices): void => {
    setChoices(next);
    chosen(choicesText(experiment, next));
    runs.current!.run(next);
  };
  const [main, ...others] = state?.figures ?? [];
  const use = isLive ? state?.use : undefined;
  const isRunning = state?.phase === 'running';
  return (
    <section class="experiment" aria-labelledby="experiment" data-phase={state?.phase ?? 'loading'}>
      <h2 id="experiment">{experiment.title}</h2>
      <p class="about">{experiment.about}</p>
      <div role="status">
        {state?.trouble !== undefined && (
          <TroubleView
            trouble={state.trouble}
            rest="The reference stands in until you save again."
          />
        )}
      </div>
      <div class="figures">
        {main === undefined ? (
          <Preview picture={experiment.preview} />
        ) : (
          <FigureView figure={main} use={use} isPassing={isRunning} />
        )}
      </div>
      {state !== undefined && <RunButtons runs={runs.current!} state={state} />}
      <Sliders experiment={experiment} choices={choices} changed={change} />
      {experiment.plane !== undefined && (
        <OwnPoints
          plane={experiment.plane}
          points={choices.points}
          changed={(points) => {
            const { points: _, ...rest } = choices;
            change({ ...rest, ...(points && { points }) });
          }}
        />
      )}
      {others.length > 0 && (
        <details class="figures" open={hasRoomBeside}>
          <summary>More pictures ({others.length})</summary>
          {others.map((figure, i) => (
            <FigureView key={i} figure={figure} use={use} isPassing={isRunning} />
          ))}
        </details>
      )}
    </section>
  );
}

/** What there is to see before the experiment has made something. */
function Preview({ picture }: { picture: string | undefined }): VNode {
  const waiting = 'The picture is being made …';
  if (picture === undefined) return <p class="waiting">{waiting}</p>;
  return (
    <div class="preview">
      {/* The picture is the course's own. */}
      <div class="drawing" dangerouslySetInnerHTML={{ __html: picture }} />
      <p class="waiting">
        {waiting} This one was made by the reference, with every slider where it is at first.
      </p>
    </div>
  );
}

function programsOf(name: string, { digits = { train: 0, test: 0 } }: ExperimentText) {
  return {
    experiment: absolute(`assets/${name}.js`),
    digits: { folder: absolute('digits'), ...digits },
  };
}
