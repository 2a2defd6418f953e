/** A figure, as wide as there is room, with what the reference drew dashed. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { draw } from '#figures/draw';
import type { Figure } from '#figures/figure';
import { seriesOf } from '#figures/made-by';
import type { Use } from '../messages.ts';
import { marked, type Marked } from './whose.ts';

/** As wide as a picture gets, and as narrow. */
const [WIDEST, NARROWEST] = [640, 280];

/** What is shown. */
interface Given {
  figure: Figure;
  /** Whose functions it was made by; none where there is only the reference. */
  use: Use | undefined;
  /** Whether another one follows soon, so that this one need not be drawn where nobody sees it. */
  isPassing?: boolean;
}

/** A figure with its title and caption. */
export function FigureView({ figure, use, isPassing = false }: Given): VNode {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  const [isInView, setInView] = useState(true);
  const shown = use === undefined ? undefined : marked(figure, use);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const room = Math.floor(entry!.contentRect.width);
      if (room > 0) setWidth(Math.max(NARROWEST, Math.min(WIDEST, room)));
    });
    const viewer = new IntersectionObserver(([entry]) => setInView(entry!.isIntersecting));
    for (const one of [observer, viewer]) one.observe(place.current!);
    return () => {
      for (const one of [observer, viewer]) one.disconnect();
    };
  }, []);
  const isDrawn = isInView || !isPassing;
  useLayoutEffect(() => {
    if (width === undefined || !isDrawn) return;
    const drawing = place.current!;
    drawing.innerHTML = draw(shown?.figure ?? figure, document, width).markup;
    // What an image is made of is not read out, and a group must not bear a label of its own.
    for (const group of drawing.querySelectorAll('g[aria-label]')) {
      group.removeAttribute('aria-label');
    }
  }, [figure, use, width, isDrawn]);
  const isTable = figure.kind === 'table';
  return (
    <figure class={isReferences(shown) ? 'reference' : ''}>
      <h3>{figure.title}</h3>
      <div
        ref={place}
        class="drawing"
        {...(isTable && { role: 'region', tabIndex: 0, 'aria-label': figure.title })}
      />
      {!isTable && figure.caption !== undefined && <figcaption>{figure.caption}</figcaption>}
      {shown !== undefined && <Whose {...shown} />}
    </figure>
  );
}

/** A picture without lines has nothing that could be dashed but its frame. */
function isReferences(shown: Marked | undefined): boolean {
  return shown !== undefined && shown.references.length > 0 && seriesOf(shown.figure).length === 0;
}

function Whose({ references, yours }: Marked): VNode {
  if (references.length === 0) return <p class="whose yours">Drawn by your own functions.</p>;
  const dashed = 'dashed, from the reference, is what needs';
  return (
    <p class="whose">
      {yours.length === 0 ? 'Drawn by the reference: ' : `Yours: ${yours.join(', ')}; ${dashed} `}
      {references.join(', ')}
      {yours.length === 0 ? '. Yours take their places as you write them.' : '.'}
    </p>
  );
}
