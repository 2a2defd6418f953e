/** A slider for each parameter, and the buttons of a run. */
import type { VNode } from 'preact';
import type { Parameter } from '#figures/experiment';
import type { ExperimentText } from '../messages.ts';
import type { Choices } from './address.ts';
import type { Runs, RunState } from './runs.ts';

/** A slider has so many places, unless its numbers are whole. */
const PLACES = 200;
const LARGEST_SEED = 2 ** 32 - 1;

/** What the sliders need. */
interface Given {
  experiment: ExperimentText;
  choices: Choices;
  changed: (choices: Choices) => void;
}

/** A slider for each parameter, and the seed. */
export function Sliders({ experiment, choices, changed }: Given): VNode {
  return (
    <div class="sliders">
      {Object.entries(experiment.parameters).map(([name, parameter]) => (
        <Slider
          key={name}
          name={name}
          parameter={parameter}
          value={choices.values[name]!}
          changed={(value) => changed({ ...choices, values: { ...choices.values, [name]: value } })}
        />
      ))}
      <label class="seed">
        <span>seed</span>
        <input
          type="number"
          min={0}
          max={LARGEST_SEED}
          value={choices.seed}
          onChange={({ currentTarget: { valueAsNumber: seed } }) => {
            if (seed === seed >>> 0) changed({ ...choices, seed });
          }}
        />
        <button
          type="button"
          aria-label="Another seed"
          onClick={() => changed({ ...choices, seed: (choices.seed + 1) % (LARGEST_SEED + 1) })}
        >
          Another
        </button>
      </label>
    </div>
  );
}

interface SliderGiven {
  name: string;
  parameter: Parameter;
  value: number;
  changed: (value: number) => void;
}

function Slider({ name, parameter, value, changed }: SliderGiven): VNode {
  const { label, from, to, whole } = parameter;
  const range =
    whole === true
      ? { min: from, max: to, step: 1, value }
      : { min: 0, max: PLACES, step: 1, value: placeOf(value, parameter) };
  return (
    <div class="slider">
      <label for={`slider-${name}`}>{label}</label>
      <output for={`slider-${name}`}>{numberText(value)}</output>
      <input
        id={`slider-${name}`}
        type="range"
        name={name}
        {...range}
        aria-valuetext={numberText(value)}
        onInput={({ currentTarget: { valueAsNumber: place } }) =>
          changed(whole === true ? place : valueAt(place, parameter))
        }
      />
    </div>
  );
}

function placeOf(value: number, { from, to, scale }: Parameter): number {
  const part =
    scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return PLACES * part;
}

/** Three digits are enough, and stay short in the address. */
function valueAt(place: number, { from, to, scale }: Parameter): number {
  const part = place / PLACES;
  const value = scale === 'log' ? from * (to / from) ** part : from + part * (to - from);
  return Math.min(to, Math.max(from, Number(value.toPrecision(3))));
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The buttons of a run, and how far it is. */
export function RunButtons({ runs, state }: { runs: Runs; state: RunState }): VNode {
  const { phase, done, hasFrames } = state;
  const isOpen = phase === 'running' || phase === 'paused' || phase === 'loading';
  return (
    <div class="buttons" role="group" aria-label="The run">
      {phase === 'running' || phase === 'loading' ? (
        <button type="button" onClick={() => runs.pause()}>
          Pause
        </button>
      ) : (
        <button type="button" onClick={() => (phase === 'paused' ? runs.goOn() : runs.again())}>
          {phase === 'paused' ? 'Go on' : 'Run again'}
        </button>
      )}
      {hasFrames && (
        <button type="button" onClick={() => runs.step()}>
          Step
        </button>
      )}
      {isOpen && (
        <button type="button" onClick={() => runs.stop()}>
          Stop
        </button>
      )}
      <progress value={done} max={1} aria-label="How much of the run is done">
        {Math.round(100 * done)}%
      </progress>
    </div>
  );
}
