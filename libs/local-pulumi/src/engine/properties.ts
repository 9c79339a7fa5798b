import structs from 'google-protobuf/google/protobuf/struct_pb.js';

/** A property's value, in messages and in the state. */
export type Value =
  null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** A resource's inputs or outputs. */
export type Properties = Readonly<Record<string, Value>>;

/**
 * Pulumi marks special values with this key and one of the signatures below
 * (`specialSigKey` and its neighbours in `@pulumi/pulumi/runtime/rpc`).
 */
export const SIGNATURE = '4dabf18193072939515e22adb298388d';
export const ASSET = 'c44067f5952c0a294b673a41bacd8c17';
export const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e';

export function isObject(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Values from the wire: secrets unwrapped, resources that were passed as a value replaced by their id. */
export function decode(struct: structs.Struct | undefined): {
  values: Properties;
  /** Top-level properties that hold a secret. */
  secrets: string[];
} {
  const wire = (struct?.toJavaScript() ?? {}) as Properties;
  return {
    values: mapValues(wire, unwrap),
    secrets: Object.keys(wire).filter((key) => holdsSecret(wire[key])),
  };
}

/** Values for the wire; `secrets` names the top-level properties that are to be marked as secret. */
export function encode(values: Properties, secrets: readonly string[]): structs.Struct {
  const wire = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      secrets.includes(key) ? { [SIGNATURE]: SECRET, value } : value,
    ]),
  );
  // `fromJavaScript` knows no readonly arrays in its types; it does not change what it is given.
  return structs.Struct.fromJavaScript(wire);
}

function unwrap(value: Value): Value {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) return unwrap(value['value'] ?? null);
  // A component has no id: its URN replaces it, as in Pulumi.
  if (value[SIGNATURE] === RESOURCE) return unwrap(value['id'] ?? value['urn'] ?? null);
  return mapValues(value, unwrap);
}

function holdsSecret(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isObject(value)) return false;
  return value[SIGNATURE] === SECRET || Object.values(value).some(holdsSecret);
}

export function mapValues(
  values: { readonly [key: string]: Value },
  change: (value: Value) => Value,
): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
