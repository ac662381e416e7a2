import type { MantineThemeOverride } from '@mantine/core'

/**
 * The Mantine theme: warm neutrals and one accent colour. All text has a contrast of at least 4.5 : 1 (WCAG AA).
 * Plain data, because it is sent to the client.
 */
export const theme: MantineThemeOverride = {
  primaryColor: 'wine',
  primaryShade: { light: 7, dark: 3 },
  black: '#1c1b1a',
  fontFamily: 'system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  colors: {
    wine: ['#fbf1f2', '#f3dfe1', '#ecc5ca', '#e5a3ac', '#d8828e', '#bd5664', '#a63f4e', '#8a2f3b', '#6f242f', '#551a23'],
    gray: ['#faf8f5', '#f3f0eb', '#e8e4de', '#ddd8d1', '#cdc7bf', '#75706a', '#6b6660', '#5f5b57', '#45413e', '#2b2826'],
    dark: ['#eceae6', '#d2cec9', '#b0aaa4', '#a09a94', '#45413e', '#3b3835', '#211f1e', '#171615', '#121110', '#0c0b0b'],
  },
  components: {
    // Sets the variant explicitly, so that the style sheet can select it: in dark mode its text must be dark.
    Button: { defaultProps: { variant: 'filled' } },
    TextInput: { defaultProps: { withAsterisk: false } },
    Paper: { defaultProps: { withBorder: true, p: 'lg', radius: 'lg' } },
  },
}
