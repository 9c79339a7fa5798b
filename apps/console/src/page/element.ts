type Child = Node | string | undefined;

/** An element with properties and children; strings become text, never markup. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  properties: Partial<HTMLElementTagNameMap[T]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children.filter((child) => child !== undefined));
  return created;
}

/** An element of `index.html`. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`index.html has no #${id}`);
  return found;
}

/** A link that leaves the page open. */
export function outwards(text: string, href: string): HTMLAnchorElement {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}
