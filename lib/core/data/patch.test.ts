import { describe, expect, it } from 'vitest'
import { type JsonObject, jsonBytes } from './json.ts'
import { applyPatch, emptyPatch, isEmptyPatch, maxBytesBefore, mergePatches, type Patch, sameJson } from './patch.ts'

const patch = (parts: Partial<Patch>): Patch => ({ ...emptyPatch, ...parts })

describe('merged patches', () => {
  const steps: readonly Patch[] = [
    patch({ set: { a: 1, b: 1 } }),
    patch({ remove: ['a'] }),
    patch({ set: { a: 2 } }),
    patch({ clear: true }),
    patch({ set: { c: 3, _reserved: 1 } }),
    patch({ remove: ['_reserved', 'c'] }),
  ]
  const data = { a: 0, z: 9, _kept: true }

  it('merging three patches gives the same data as applying them one after another, in every order', () => {
    for (const first of steps) {
      for (const second of steps) {
        for (const third of steps) {
          const oneByOne = [first, second, third].reduce(applyPatch, data)
          expect(applyPatch(data, mergePatches([first, second, third]))).toEqual(oneByOne)
        }
      }
    }
  })

  it('a patch is empty only if it does not change any data', () => {
    expect(isEmptyPatch(emptyPatch)).toBe(true)
    for (const step of steps) expect(isEmptyPatch(step)).toBe(false)
    expect(isEmptyPatch(patch({ defaults: { a: 1 } }))).toBe(false)
  })
})

describe('the size of data', () => {
  it.each<[unknown, number]>([
    ['abc', 5],
    ['ü€😀', 2 + 2 + 3 + 4],
    ['"\\', 6],
    ['\u0001', 8],
    [1234, 4],
    [1e308, 314],
    [5e-324, 330],
    [{ a: 1 }, 2 + 3 + 2 + 1],
    [[1, 2], 2 + 2 + 2],
  ])('the size of %j is at least the size of its compact text', (value, bytes) => {
    expect(jsonBytes(value as never)).toBe(bytes)
    expect(bytes).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(value)))
  })

  it('data cannot grow beyond the limit, and data above the limit can shrink', () => {
    const full = { a: 'x'.repeat(100) }
    const writing = (data: JsonObject, set: JsonObject) => () => maxBytesBefore(data, patch({ set }), 50)
    expect(writing({}, full)).toThrow(expect.objectContaining({ code: 'DATA_TOO_LARGE' }))
    expect(writing(full, { b: 1 })).toThrow(expect.objectContaining({ code: 'DATA_TOO_LARGE' }))
    expect(writing(full, { a: 'x'.repeat(90) })).not.toThrow()
  })
})

describe('sameJson', () => {
  it('equal JSON may differ in the order of keys, but not in arrays, objects or absent values', () => {
    expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true)
    for (const [a, b] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, { b: 1 }],
      [[1], { 0: 1 }],
      [
        [1, 2],
        [2, 1],
      ],
      [null, undefined],
      ['1', 1],
    ] as const) {
      expect(sameJson(a as never, b as never)).toBe(false)
    }
  })
})
