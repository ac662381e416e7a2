import fc from 'fast-check'
import { junk, type Material, marker, pages, type Sending } from './common'

/** Arguments of an action that are not a form. */
const noForm = fc.constantFrom('[]', '{}', '[null]', '[1,2,3]', `["${marker}"]`, '["$undefined"]', '["$D2026-01-01"]', '[[]]')
/** Bodies that React cannot parse as arguments. */
const unreadable = fc.constantFrom('', 'x', '["$F1"]', '[{"get":"$1"}]', '["$@1"]', '["$Q1"]')
const noFields =
  '--x\r\nContent-Disposition: form-data; name="_1_key"\r\n\r\n_x\r\n--x\r\nContent-Disposition: form-data; name="0"\r\n\r\n["$K1"]\r\n--x--\r\n'

/** Calls of server actions, with and without the router. */
export function action({ actionIds }: Material): fc.Arbitrary<Sending> {
  // Next logs an unknown id.
  const wrong = fc.constantFrom('x', '40'.padEnd(42, 'a'), '0'.repeat(42), '__proto__', 'f'.repeat(64), '')
  const text = fc.oneof(
    { weight: 3, arbitrary: noForm.map((body) => ({ body, refusedByNext: false })) },
    { weight: 1, arbitrary: unreadable.map((body) => ({ body, refusedByNext: true })) },
  )
  const called = fc
    .record({ path: fc.constantFrom(...pages), id: fc.oneof(wrong, fc.constantFrom(...actionIds)), text })
    .map(({ path, id, text }) => ({
      method: 'POST',
      path,
      headers: { 'next-action': id, 'content-type': 'text/plain;charset=UTF-8' },
      ...text,
    }))
  const field = fc.oneof(
    wrong.map((id) => `$ACTION_ID_${id}`),
    fc.constantFrom('$ACTION_REF_1', '$ACTION_1:0', '$ACTION_KEY', marker, '__proto__'),
  )
  const posted = fc
    .record({ path: fc.constantFrom(...pages), fields: fc.array(field, { minLength: 1, maxLength: 3 }), text: junk })
    .map(({ path, fields, text }) => ({
      method: 'POST',
      path,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: `${fields.map((name) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`).join('')}--x--\r\n`,
    }))
  const fromElsewhere = fc.record({ path: fc.constantFrom(...pages), id: fc.constantFrom(...actionIds) }).map(({ path, id }) => ({
    method: 'POST',
    path,
    headers: { 'next-action': id, 'content-type': 'multipart/form-data; boundary=x', origin: 'https://evil.example' },
    body: noFields,
    refusedByNext: true,
  }))
  return fc.oneof(called, posted, fromElsewhere)
}
