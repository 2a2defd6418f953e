/** Training in the page: which kernels, on what, and how it goes. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { Curves } from '#figures/figure';
import { percent } from '#figures/numbers';
import type { PadText, Use } from '../messages.ts';
import type { TrainingBackend, TrainingJob } from '../pad-messages.ts';
import { absolute } from './absolute.ts';
import type { Choices } from './address.ts';
import { Sliders } from './controls.tsx';
import { FigureView } from './figure-view.tsx';
import { findPlace } from './server-news.ts';
import { Trainer, type TrainerState } from './trainer.ts';
import { TroubleView } from './trouble-view.tsx';

/** Whose kernels train. */
type Kernels = 'yours' | 'lesson' | 'fast';

const KERNELS: Readonly<Record<Kernels, string>> = {
  yours: 'your kernels, as you saved them last',
  lesson: 'lesson 18’s reference',
  fast: 'the fast ones of SPEED.md and SIMD.md',
};

const BACKENDS: Readonly<Record<TrainingBackend | 'auto', string>> = {
  auto: 'the fastest that is there',
  webgpu: 'webgpu, for the fast kernels',
  webgl2: 'webgl2',
  simd: 'simd, for the fast kernels',
  webasm: 'webasm',
  cpu: 'cpu',
};

/** What is left out of a list: nothing, the kernels of nobody, and what only the fast kernels have a use for. */
const [NONE, YOURS] = [new Set<string>(), new Set<string>(['yours'] satisfies Kernels[])];
const FOR_FAST = new Set<string>(['webgpu', 'simd'] satisfies TrainingBackend[]);

/** What the training needs. */
interface Given {
  digits: PadText['digits'];
  /** The learner's script: see LessonView. */
  script: string | null | undefined;
  learned: (parameters: Float32Array) => void;
}

export function TrainingView({ digits, script, learned }: Given): VNode {
  const isYours = typeof script === 'string';
  const [kernels, setKernels] = useState<Kernels>();
  const [backend, setBackend] = useState<TrainingBackend | 'auto'>('auto');
  const parameters = parametersFor(digits.train);
  const [choices, setChoices] = useState<Choices>({
    seed: 1,
    values: Object.fromEntries(
      Object.entries(parameters).map(([name, { value }]) => [name, value]),
    ),
  });
  const [state, setState] = useState<TrainerState>();
  const trainer = useRef<Trainer>(undefined);
  trainer.current ??= new Trainer(setState, learned, findPlace);
  useEffect(() => () => trainer.current!.close(), []);
  const chosen = kernels ?? (isYours ? 'yours' : 'lesson');
  const start = (): void => trainer.current!.train(jobOf(digits, choices, chosen, backend, script));
  const isOpen = state?.phase === 'preparing' || state?.phase === 'running';
  return (
    <details class="training" data-training={state?.phase ?? 'idle'}>
      <summary>Train a network here</summary>
      <p class="about">
        From random weights. After each epoch the pad reads with what was learned.
      </p>
      <Choice
        name="Kernels"
        all={KERNELS}
        value={chosen}
        without={isYours ? NONE : YOURS}
        changed={setKernels}
      />
      <Choice
        name="Backend"
        all={BACKENDS}
        value={backend}
        without={chosen === 'fast' ? NONE : FOR_FAST}
        changed={setBackend}
      />
      <Sliders
        experiment={{ title: '', about: '', parameters }}
        choices={choices}
        changed={setChoices}
      />
      <div class="buttons" role="group" aria-label="The training">
        {isOpen ? (
          <button type="button" onClick={() => trainer.current!.stop()}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={start}>
            Train
          </button>
        )}
        <progress value={state?.done ?? 0} max={1} aria-label="How much of the training is done">
          {percent(state?.done ?? 0, 0)}
        </progress>
      </div>
      {state !== undefined && <Progress state={state} />}
    </details>
  );
}

function parametersFor(most: number) {
  return {
    used: { label: 'digits', from: 100, to: most, value: most / 2, whole: true },
    epochs: { label: 'epochs', from: 1, to: 20, value: 5, whole: true },
    batch: { label: 'digits a step', from: 8, to: 256, value: 32, whole: true },
    rate: { label: 'learning rate', from: 0.0001, to: 0.1, value: 0.002, scale: 'log' },
  } as const;
}

function jobOf(
  digits: PadText['digits'],
  { seed, values }: Choices,
  kernels: Kernels,
  backend: TrainingJob['backend'],
  script: Given['script'],
): TrainingJob {
  const [used, epochs, batch, rate] = ['used', 'epochs', 'batch', 'rate'].map(
    (name) => values[name]!,
  ) as [number, number, number, number];
  return {
    digits: { folder: absolute('digits'), ...digits, used },
    ...(kernels === 'yours' && typeof script === 'string' && { learner: absolute(script) }),
    kernels: kernels === 'fast' ? 'fast' : 'lesson',
    backend: kernels !== 'fast' && FOR_FAST.has(backend) ? 'auto' : backend,
    epochs,
    batch,
    rate,
    seed,
  };
}

/** A list to choose from. */
function Choice<Name extends string>({
  name,
  all,
  value,
  without,
  changed,
}: {
  name: string;
  all: Readonly<Record<Name, string>>;
  value: Name;
  without: ReadonlySet<string>;
  changed: (value: Name) => void;
}): VNode {
  const names = (Object.keys(all) as Name[]).filter((one) => !without.has(one));
  return (
    <label class="list">
      {name}
      <select
        value={names.includes(value) ? value : names[0]!}
        onChange={({ currentTarget }) => changed(currentTarget.value as Name)}
      >
        {names.map((one) => (
          <option key={one} value={one}>
            {all[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Progress({ state }: { state: TrainerState }): VNode {
  const { phase, text, refused, losses, accuracies, imagesPerSecond, use, isYours, trouble } =
    state;
  const figure = useMemo(() => lossFigure(state), [losses]);
  const [, accuracy] = accuracies.at(-1) ?? [];
  return (
    <>
      <div role="status">
        {phase === 'preparing' && <p class="waiting">The kernels are tried …</p>}
        {text !== undefined && <p class="runs">Trained by {text}.</p>}
        {trouble !== undefined && <TroubleView trouble={trouble} />}
      </div>
      {refused.map((sentence) => (
        <p key={sentence} class="whose">
          {sentence}
        </p>
      ))}
      {losses.length > 0 && (
        <>
          <dl class="numbers">
            <dt>loss</dt>
            <dd data-name="loss">
              {losses.at(-1)![1].toPrecision(3)}, at first {losses[0]![1].toPrecision(3)}
            </dd>
            <dt>of 200 test digits right</dt>
            <dd data-name="accuracy">
              {accuracy === undefined
                ? 'after the first epoch'
                : `${percent(accuracy, 1)} after epoch ${accuracies.length}`}
            </dd>
            <dt>images a second</dt>
            <dd data-name="speed">{imagesPerSecond === 0 ? '…' : Math.round(imagesPerSecond)}</dd>
          </dl>
          <FigureView figure={figure} use={undefined} />
        </>
      )}
      {use !== undefined && isYours && <WhoseKernels use={use} />}
    </>
  );
}

/** Which of the learner's functions took part: those that are still to do are the reference's. */
function WhoseKernels({ use: { yours, references } }: { use: Use }): VNode {
  return (
    <>
      {yours.length > 0 && <p class="whose yours">Yours: {yours.join(', ')}.</p>}
      {references.length > 0 && (
        <p class="whose">Still to do, and the reference’s meanwhile: {references.join(', ')}.</p>
      )}
    </>
  );
}

function lossFigure({ losses }: TrainerState): Curves {
  return {
    kind: 'curves',
    title: 'The loss while it trains',
    x: { label: 'step', whole: true },
    y: { label: 'loss of the batch' },
    curves: [{ name: 'loss', points: losses }],
  };
}
