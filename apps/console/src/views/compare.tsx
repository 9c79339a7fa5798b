import { useState } from 'react';
import { objectUrl, type Manifest, type Output } from '../api/client.ts';
import { placeholderUrl } from '../parts/picture.tsx';
import { isShown } from '../words/format.ts';
import type { SetQuery } from './filter.ts';

interface Side {
  readonly name: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** The pictures of an upload that browsers show. */
function sidesOf({ source, outputs }: Manifest): Side[] {
  const original: Side = {
    name: 'source',
    url: objectUrl('source', source.key, { version: source.versionId ?? source.eTag }),
    width: source.width ?? 1,
    height: source.height ?? 1,
  };
  return [
    ...(isShown(source.format) ? [original] : []),
    ...outputs
      .filter(({ format }) => isShown(format))
      .map(({ variant, key, eTag, width, height }: Output) => ({
        ...{ name: variant, width, height },
        url: objectUrl('processed', key, { version: eTag }),
      })),
  ];
}

/** Sizes of the stage: as wide as the page, the pixels of the right side, or the width of a page's column. */
const SIZES = ['fit', '100', '320', '640', '1280'] as const;
const SIZE_NAMES: Readonly<Record<(typeof SIZES)[number], string>> = {
  fit: 'Fit',
  '100': '100 %',
  '320': '320 px',
  '640': '640 px',
  '1280': '1280 px',
};

function Picker(props: {
  label: string;
  name: string;
  value: string;
  sides: readonly Side[];
  set: SetQuery;
}) {
  const { label, name, value, sides, set } = props;
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => set(name, target.value)}>
        {sides.map((side) => (
          <option key={side.name} value={side.name}>
            {side.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Layer({ side, className }: { side: Side; className: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken)
    return <span className={`${className} unshown`}>This browser does not show {side.name}.</span>;
  return (
    <img className={className} src={side.url} alt={side.name} onError={() => setBroken(true)} />
  );
}

/**
 * A slider between two pictures of an upload, or its only picture. The address has the two names and the size. Without
 * a picture of the source, it begins with one variant alone.
 */
export function Compare(props: { manifest: Manifest; query: URLSearchParams; set: SetQuery }) {
  const { manifest, query, set } = props;
  const [split, setSplit] = useState(50);
  const sides = sidesOf(manifest);
  const find = (name: string | null) => sides.find((side) => side.name === name);
  const variants = sides.filter(({ name }) => name !== 'source');
  const largest = variants.toSorted((a, b) => b.width - a.width)[0];
  const right = find(query.get('right')) ?? largest ?? sides[0];
  if (!right) return null;
  const left = find(query.get('left')) ?? find('source') ?? right;
  const size = SIZES.find((name) => name === query.get('size')) ?? 'fit';
  const width = size === 'fit' ? undefined : size === '100' ? right.width : Number(size);
  const { thumbhash = undefined } = (manifest.status === 'done' && manifest.placeholder) || {};
  const placeholder = placeholderUrl(thumbhash);
  return (
    <section className="compare" aria-label="Comparison">
      <div className="controls">
        <Picker label="Left" name="left" value={left.name} {...{ sides, set }} />
        <Picker label="Right" name="right" value={right.name} {...{ sides, set }} />
        <div className="chips" role="group" aria-label="Size">
          {SIZES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={size === name}
              onClick={() => set('size', name === 'fit' ? undefined : name)}
            >
              {SIZE_NAMES[name]}
            </button>
          ))}
        </div>
      </div>
      <div className="stage" data-size={size} tabIndex={0} role="group" aria-label="Pictures">
        <div
          className="layers"
          style={{
            aspectRatio: `${right.width} / ${right.height}`,
            ...(width === undefined
              ? { maxWidth: `min(100%, calc(70vh * ${right.width / right.height}))` }
              : { width }),
            ...(placeholder !== undefined && { backgroundImage: `url("${placeholder}")` }),
          }}
        >
          <Layer side={right} className="right" key={`right ${right.url}`} />
          {left !== right && (
            <>
              <div className="clip" style={{ clipPath: `inset(0 ${100 - split}% 0 0)` }}>
                <Layer side={left} className="left" key={`left ${left.url}`} />
              </div>
              <span className="handle" style={{ left: `${split}%` }} aria-hidden="true" />
              <input
                type="range"
                min={0}
                max={100}
                value={split}
                aria-label={`Between ${left.name} and ${right.name}`}
                aria-valuetext={`${split} % ${left.name}`}
                onChange={({ target }) => setSplit(Number(target.value))}
              />
            </>
          )}
        </div>
      </div>
    </section>
  );
}
