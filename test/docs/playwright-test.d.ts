// The guide names the package that users install. This repository has only `playwright`, which contains the same test runner.
declare module '@playwright/test' {
  export * from 'playwright/test'
}
