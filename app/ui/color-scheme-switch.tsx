'use client'

import { ActionIcon, useMantineColorScheme } from '@mantine/core'
import { useColorScheme } from '@mantine/hooks'

/** Switches between light and dark. A choice that equals the system setting is not stored, so that the page follows the system. */
export function ColorSchemeSwitch() {
  const system = useColorScheme()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const change = () => {
    const current = colorScheme === 'auto' ? system : colorScheme
    const wanted = current === 'dark' ? 'light' : 'dark'
    setColorScheme(wanted === system ? 'auto' : wanted)
  }
  // The server does not know the scheme, so it renders both icons. The style sheet shows one.
  return (
    <ActionIcon className="needs-script" variant="default" size="lg" onClick={change} aria-label="Switch between light and dark">
      <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        <path className="in-light" d="M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z" strokeLinejoin="round" />
        <g className="in-dark" strokeLinecap="round">
          <circle cx="12" cy="12" r="4" />
          <path d="M12 3v1M12 20v1M3 12h1M20 12h1M5.6 5.6l.7.7M17.7 17.7l.7.7M5.6 18.4l.7-.7M17.7 6.3l.7-.7" />
        </g>
      </svg>
    </ActionIcon>
  )
}
