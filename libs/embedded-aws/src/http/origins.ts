/** Who may call: names of this machine, and what a bucket's CORS configuration allows. */
import { childElements, childText, childTexts, parseXml } from '../s3/xml.ts';

export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: string | undefined;
}

/** `localhost`, `x.localhost`, 127.0.0.0/8 and `::1`, with or without a port. */
export function isThisMachine(host: string): boolean {
  return /^(?:(?:[a-z0-9-.]+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

export function isLocalOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
  return host !== undefined && isThisMachine(host);
}

/** A kept CORS configuration; `undefined` when the bucket has none. */
export function parseCors(document: string | undefined): CorsRule[] {
  if (document === undefined) return [];
  const root = parseXml(Buffer.from(document), 'CORSConfiguration');
  return childElements(root, 'CORSRule').map((rule) => ({
    origins: childTexts(rule, 'AllowedOrigin'),
    methods: childTexts(rule, 'AllowedMethod'),
    headers: childTexts(rule, 'AllowedHeader'),
    exposed: childTexts(rule, 'ExposeHeader'),
    maxAgeSeconds: childText(rule, 'MaxAgeSeconds'),
  }));
}

/** The first rule that allows the request, as S3 looks for it (user guide, "Using CORS"). */
export function allowingRule(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  requestedHeaders: readonly string[],
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.methods.includes(method) &&
      rule.origins.some((pattern) => matches(pattern, origin)) &&
      requestedHeaders.every((name) => rule.headers.some((pattern) => matches(pattern, name))),
  );
}

/** One `*` stands for anything; letters count alike in either case. */
function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.toLowerCase().split('*');
  const lower = text.toLowerCase();
  if (end === undefined) return lower === start;
  return (
    lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end)
  );
}
