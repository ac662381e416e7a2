import { Mistake } from './mistake'

export default function Page() {
  return <Mistake />
}
