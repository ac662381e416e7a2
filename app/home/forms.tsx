import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import * as actions from '../actions'
import { CodeCard } from '../code/code'
import { getSession } from '../sessions'

const expiries = [
  { value: 'default', label: 'after 14 days (default)' },
  { value: '3600', label: 'after 1 hour' },
  { value: '60', label: 'after 1 minute' },
  { value: '0', label: 'when the browser closes' },
]

/**
 * The forms that change the session. `hasProblem` is true if the page shows a problem, which the next successful change
 * removes.
 */
export async function Forms({ hasProblem }: { hasProblem: boolean }) {
  const session = await getSession()
  const counter = session.get('counter')
  const problemField = hasProblem && <input type="hidden" name="problem" value="shown" />
  return (
    <>
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
      <CodeCard title="Delete a key" actions={['deleteKeyAction']}>
        <form action={actions.deleteKeyAction}>
          {problemField}
          <Stack gap="sm">
            <TextInput label="Key to delete" name="key" defaultValue="name" required maxLength={100} />
            <Button type="submit">Delete</Button>
          </Stack>
        </form>
      </CodeCard>
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
      <CodeCard title="The whole session" actions={['clearAction', 'cycleKeyAction', 'flushAction']}>
        <form>
          {problemField}
          <Stack gap="sm">
            <Button type="submit" variant="default" formAction={actions.clearAction}>
              clear()
            </Button>
            <Button type="submit" variant="default" formAction={actions.cycleKeyAction}>
              cycleKey()
            </Button>
            <Button type="submit" variant="default" formAction={actions.flushAction}>
              flush()
            </Button>
          </Stack>
        </form>
      </CodeCard>
    </>
  )
}
