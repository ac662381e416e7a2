import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import * as actions from '../actions'
import { WithCode } from '../code/with-code'
import { getSession } from '../sessions'

const expiries = [
  { value: 'default', label: 'after 14 days (default)' },
  { value: '3600', label: 'after 1 hour' },
  { value: '60', label: 'after 1 minute' },
  { value: '0', label: 'when the browser closes' },
]

/** All that can be done to a session; `said`: a refusal stands on the page, which the next success takes away. */
export async function Forms({ said }: { said: boolean }) {
  const session = await getSession()
  const counter = session.get('counter')
  const shown = said && <input type="hidden" name="problem" value="shown" />
  return (
    <>
      <WithCode title="Set a key" of={['setValueAction']}>
        <form action={actions.setValueAction}>
          {shown}
          <Stack gap="sm">
            <TextInput label="Key" name="key" defaultValue="name" required maxLength={100} />
            <TextInput label="Value (JSON or text)" name="value" defaultValue="John Doe" />
            <Button type="submit">Set</Button>
          </Stack>
        </form>
      </WithCode>
      <WithCode title="Delete a key" of={['deleteKeyAction']}>
        <form action={actions.deleteKeyAction}>
          {shown}
          <Stack gap="sm">
            <TextInput label="Key to delete" name="key" defaultValue="name" required maxLength={100} />
            <Button type="submit">Delete</Button>
          </Stack>
        </form>
      </WithCode>
      <WithCode title="Count, atomically" of={['incrementAction']}>
        <form action={actions.incrementAction}>
          {shown}
          <Group>
            <output className="counter" data-testid="counter">
              {typeof counter === 'number' ? counter : 0}
            </output>
            <Button type="submit">Add 1</Button>
          </Group>
        </form>
      </WithCode>
      <WithCode title="Choose the expiry" of={['setExpiryAction']}>
        <form action={actions.setExpiryAction}>
          {shown}
          <Stack gap="sm">
            <NativeSelect
              label="Ends"
              description="counted from the last activity"
              name="expiry"
              defaultValue="default"
              data={expiries}
            />
            <Button type="submit">Choose</Button>
          </Stack>
        </form>
      </WithCode>
      <WithCode title="The whole session" of={['clearAction', 'cycleKeyAction', 'flushAction']}>
        <form>
          {shown}
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
      </WithCode>
    </>
  )
}
