import type { Page } from 'playwright/test'
import { expect, test } from './fixtures'
import { expectLoggedIn, logIn, press } from './flows'
