import { Button, Group, NativeSelect, Stack, TextInput, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import * as actions from '../actions'
import { Code, CodeCard } from '../code/code'
import { getSession } from '../sessions'
import { Card } from '../ui/card'

const expiries = [
  { value: 'default', label: 'after 14 days (default)' },
  { value: '3600', label: 'after 1 hour' },
  { value: '60', label: 'after 1 minute' },
  { value: '0', label: 'when the browser closes' },
]

/** Shows a form for each other change to a session. Each form contains `problemField`. */
export function Forms({ problemField }: { problemField: ReactNode }) {
  return (
    <>
      <Title order={2} className="section-title">
        What else a session can do
      </Title>
      <div className="home-forms">
        <SetKey problemField={problemField} />
        <DeleteKey problemField={problemField} />
        <Counter problemField={problemField} />
        <Expiry problemField={problemField} />
      </div>
      <WholeSession problemField={problemField} />
    </>
  )
}

function SetKey({ problemField }: { problemField: ReactNode }) {
  return (
    <CodeCard title="Set a key" actions={['setValueAction']}>
      <form action={actions.setValueAction}>
        {problemField}
        <Stack gap="sm">
          <TextInput label="Key" name="key" defaultValue="name" required maxLength={100} />
          <TextInput label="Value (JSON or text)" name="value" defaultValue="John Doe" />
          <Button type="submit">Set</Button>
        </Stack>
      </form>
    </CodeCard>
  )
}

function DeleteKey({ problemField }: { problemField: ReactNode }) {
  return (
    <CodeCard title="Delete a key" actions={['deleteKeyAction']}>
      <form action={actions.deleteKeyAction}>
        {problemField}
        <Stack gap="sm">
          <TextInput label="Key to delete" name="key" defaultValue="name" required maxLength={100} />
          <Button type="submit">Delete</Button>
        </Stack>
      </form>
    </CodeCard>
  )
}

async function Counter({ problemField }: { problemField: ReactNode }) {
  const session = await getSession()
  const counter = session.get('counter')
  return (
    <CodeCard title="Atomic counter" actions={['incrementAction']}>
      <form action={actions.incrementAction}>
        {problemField}
        <Group>
          <output className="counter" data-testid="counter">
            {typeof counter === 'number' ? counter : 0}
          </output>
          <Button type="submit">Add 1</Button>
        </Group>
      </form>
    </CodeCard>
  )
}

function Expiry({ problemField }: { problemField: ReactNode }) {
  return (
    <CodeCard title="Set the expiry" actions={['setExpiryAction']}>
      <form action={actions.setExpiryAction}>
        {problemField}
        <Stack gap="sm">
          <NativeSelect
            label="Expires"
            description="Counted from the last activity"
            name="expiry"
            defaultValue="default"
            data={expiries}
          />
          <Button type="submit">Save</Button>
        </Stack>
      </form>
    </CodeCard>
  )
}

const wholeChanges = [
  { name: 'clear()', effect: 'deletes all data', action: actions.clearAction, source: 'clearAction' },
  { name: 'cycleKey()', effect: 'gives the session a new token', action: actions.cycleKeyAction, source: 'cycleKeyAction' },
  { name: 'flush()', effect: 'deletes the session and its cookie', action: actions.flushAction, source: 'flushAction' },
]

function WholeSession({ problemField }: { problemField: ReactNode }) {
  return (
    <Card title="The whole session">
      <div className="whole-changes">
        {wholeChanges.map(({ name, effect, action, source }) => (
          <div key={name}>
            <form action={action}>
              {problemField}
              <Group gap="sm">
                <Button type="submit" variant="default">
                  {name}
                </Button>
                <span className="soft">{effect}</span>
              </Group>
            </form>
            <Code actions={[source]} />
          </div>
        ))}
      </div>
    </Card>
  )
}
