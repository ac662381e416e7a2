'use client'

import type { ChangeEvent } from 'react'
import { useHydrated } from './hydrated.ts'

/** Checks or unchecks all checkboxes with this name in its form. It is invisible, but takes up its space, until JavaScript runs. */
export function SelectAll({ name }: { name: string }) {
  const isHydrated = useHydrated()
  const checkAll = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const boxes = currentTarget.form?.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${name}"]`) ?? []
    for (const box of boxes) box.checked = currentTarget.checked
  }
  return (
    <input type="checkbox" aria-label="Select all" onChange={checkAll} style={{ visibility: isHydrated ? 'visible' : 'hidden' }} />
  )
}
