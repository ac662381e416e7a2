'use client'

import './globals.css'

/** What a visitor sees when the layout itself fails, as when the session store does. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Coatcheck: not available</title>
        <main className="page">
          <h1>This does not work at the moment</h1>
          <p>Your session is not lost. Please try again soon.</p>
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  )
}
