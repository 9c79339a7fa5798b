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

/** A responsive picture that fades in over its placeholder. Other properties go to the `<img>`. */
export function Picture({
  outcome,
  base,
  alt,
  sizes,
  variants,
  fade = 300,
  style,
  onLoad,
  ...rest
}: PictureProps) {
  const [isLoaded, setLoaded] = useState(false);
  const { sources, img, placeholder, dominantColour } = picture(outcome, {
    ...{ base, alt, sizes, variants },
  });
  // A cached picture may be complete before React listens.
  const ref = (element: HTMLImageElement | null) => {
    if (element?.complete && element.naturalWidth > 0) setLoaded(true);
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
          setLoaded(true);
          onLoad?.(event);
        }}
        style={{
          display: 'block',
          maxWidth: '100%',
          height: 'auto',
          opacity: isLoaded ? 1 : 0,
          transition: `opacity ${fade}ms`,
          ...style,
        }}
      />
    </picture>
  );
}
