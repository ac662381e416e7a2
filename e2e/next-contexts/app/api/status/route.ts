import { sessions } from '../../sessions'

export const { GET, POST } = sessions.statusHandler()
