/** The command line's defaults. */
export const DEFAULT_PACE = { limit: 10_000, rate: 50 };

function NumberField(props: { label: string; value: number; onChange: (value: number) => void }) {
  const { label, value, onChange } = props;
  return (
    <label>
      {label}
      <input
        type="number"
        min={1}
        value={value}
        onChange={({ target }) => onChange(Math.max(1, target.valueAsNumber || 1))}
      />
    </label>
  );
}

/** How many messages a run sends, and how many per second. */
export function Pace(props: {
  pace: typeof DEFAULT_PACE;
  onChange: (pace: typeof DEFAULT_PACE) => void;
}) {
  const { pace, onChange } = props;
  return (
    <>
      <NumberField
        label="Most messages"
        value={pace.limit}
        onChange={(limit) => onChange({ ...pace, limit })}
      />
      <NumberField
        label="Per second"
        value={pace.rate}
        onChange={(rate) => onChange({ ...pace, rate })}
      />
    </>
  );
}
