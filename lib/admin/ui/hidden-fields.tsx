/** The hidden fields of a form, given as names and values. */
export function HiddenFields({ fields }: { fields: readonly (readonly [string, string])[] }) {
  return fields.map(([name, value], index) => <input type="hidden" key={`${index} ${name}`} name={name} value={value} />)
}
