import { sessions } from '../../../sessions'

// A GET reports the state of the session and is not activity. A POST from this site extends the session.
export const { GET, POST } = sessions.statusHandler()
