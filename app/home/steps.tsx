import { Button, Stack, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { rememberNameAction } from '../actions'
import { Code } from '../code/code'
import { engineTexts } from '../engine'
import { AskedStatements, ReceivedCookie } from '../requests/steps'
import { sessionCookieName } from '../session-cookie'
import { getSession } from '../sessions'
import { Card } from '../ui/card'

/** One change of the session in four steps: the form, the code, the cookie and the statements. The form contains `problemField`. */
export function Steps({ problemField }: { problemField: ReactNode }) {
  return (
    <div className="steps">
      <Card title="Try it" step={1}>
        <NameForm problemField={problemField} />
      </Card>
      <Card title="The code that stores it" step={2}>
        <Code actions={['rememberNameAction']} />
      </Card>
      <Card title="What your browser received" step={3}>
        <ReceivedCookie cookieName={sessionCookieName} />
      </Card>
      <Card title="The SQL that ran" step={4}>
        <AskedStatements />
      </Card>
    </div>
  )
}

async function NameForm({ problemField }: { problemField: ReactNode }) {
  const session = await getSession()
  const name = session.get('name')
  const known = typeof name === 'string' && name !== '' // Visitors can store any JSON under any key.
  return (
    <form action={rememberNameAction}>
      {problemField}
      <Stack gap="sm">
        <Text className="greeting" data-testid="greeting">
          {known ? (
            <>
              <strong>Hello {name}.</strong> Reload the page: the server still knows you.
            </>
          ) : (
            `The server does not know you yet: ${engineTexts.nothing}.`
          )}
        </Text>
        <TextInput label="Your name" name="name" defaultValue={known ? name : 'Ada'} key={String(name)} required maxLength={100} />
        <Button type="submit">Remember my name</Button>
      </Stack>
    </form>
  )
}
