'use client'

import { createSessions } from 'coatcheck'
import type { SessionStore } from 'coatcheck/store'
import { useEffect, useState } from 'react'

/** Shows the error of a client component that uses server code. */
export function Mistake() {
  const [message, setMessage] = useState('')
  useEffect(() => {
    try {
      createSessions({ secret: '', store: {} as SessionStore })
    } catch (error) {
      setMessage(String(error))
    }
  }, [])
  return <output>{message}</output>
}
