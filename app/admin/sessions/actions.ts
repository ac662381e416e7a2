'use server'

import { createAdminAction } from 'coatcheck/admin'
import { sessions } from '../../sessions'
import { authorize } from '../authorize'

export const adminAction = createAdminAction(sessions, { authorize })
