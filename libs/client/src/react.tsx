import { useState, type ComponentPropsWithoutRef } from 'react';
import type { DoneOutcome } from './outcome.ts';
import { picture, type PictureOptions } from './picture.ts';

export interface PictureProps
  extends
    PictureOptions,
    Omit<ComponentPropsWithoutRef<'img'>, 'alt' | 'sizes' | 'src' | 'srcSet'> {
  outcome: DoneOutcome;
  /** Milliseconds in which the picture fades in over its placeholder. Default: 300. */
  fade?: number | undefined;
}

/**
 * A responsive picture that fades in over its placeholder. Other properties go to the `<img>`. HTML that a server
 * renders shows the picture without scripts too.
 */
export function Picture({
  outcome,
  base,
  alt,
  sizes,
  variants,
  fade = 300,
  style,
  onLoad,
  onError,
  ...rest
}: PictureProps) {
  const [isHidden, setHidden] = useState(false);
  const { sources, img, placeholder, dominantColour } = picture(outcome, {
    ...{ base, alt, sizes, variants },
  });
  // Hidden only in a browser, and only until it is there: a cached picture may be complete before React listens.
  const ref = (element: HTMLImageElement | null) => {
    if (element && !element.complete) setHidden(true);
  };
  return (
    <picture
      style={{
        display: 'inline-block',
        maxWidth: '100%',
        backgroundColor: dominantColour,
        backgroundImage: placeholder && `url(${placeholder})`,
        backgroundSize: '100% 100%',
      }}
    >
      {sources.map((source) => (
        <source key={source.type} {...source} />
      ))}
      <img
        ref={ref}
        {...rest}
        {...img}
        onLoad={(event) => {
          setHidden(false);
          onLoad?.(event);
        }}
        onError={(event) => {
          // Shows the alternative text.
          setHidden(false);
          onError?.(event);
        }}
        style={{
          display: 'block',
          maxWidth: '100%',
          height: 'auto',
          opacity: isHidden ? 0 : 1,
          transition: `opacity ${fade}ms`,
          ...style,
        }}
      />
    </picture>
  );
}
