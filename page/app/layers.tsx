/** What each layer of the network sees in a digit. */
import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { Images } from '#figures/figure';
import type { Reading } from '../pad-messages.ts';
import { FigureView } from './figure-view.tsx';
import { hasRoomBeside } from './room.ts';

/** Feature maps that stand side by side. */
const PER_ROW = hasRoomBeside ? 16 : 8;

/** The pen rests when nothing was read anew for so many milliseconds. */
const REST = 150;

/** The layers of the newest image, as soon as the pen rests: more than a hundred pictures can't keep up with it. */
export function Layers({ reading }: { reading: Reading | undefined }): VNode | null {
  const [shown, setShown] = useState<readonly Images[]>([]);
  const [isOpen, setOpen] = useState(hasRoomBeside);
  useEffect(() => {
    const timer = setTimeout(() => setShown((reading?.layers ?? []).map(inRows)), REST);
    return () => clearTimeout(timer);
  }, [reading]);
  if (shown.length === 0) return null;
  return (
    <details
      class="figures"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>What each layer sees</summary>
      {isOpen &&
        shown.map((figure) => <FigureView key={figure.title} figure={figure} use={undefined} />)}
    </details>
  );
}

function inRows(figure: Images): Images {
  return figure.images.length === 1 ? figure : { ...figure, perRow: PER_ROW };
}
