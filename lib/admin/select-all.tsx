'use client'

import type { ChangeEvent } from 'react'
import { useAlive } from './alive.ts'

/** Checks or unchecks all boxes of this name in its form. Without a script it can do nothing, and so it is not there; its place is kept. */
export function SelectAll({ name }: { name: string }) {
  const isAlive = useAlive()
  const checkAll = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const boxes = currentTarget.form?.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${name}"]`) ?? []
    for (const box of boxes) box.checked = currentTarget.checked
  }
  return (
    <input type="checkbox" aria-label="Select all" onChange={checkAll} style={{ visibility: isAlive ? 'visible' : 'hidden' }} />
  )
}
