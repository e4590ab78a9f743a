import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** The green of a gate that is open; shade 7 on white and shade 3 on the dark ground have a contrast above 4.5. */
const gate: MantineColorsTuple = [
  '#e8f6f3',
  '#cfeae5',
  '#a3d8cf',
  '#6fc3b6',
  '#43aa9c',
  '#238f82',
  '#127a6e',
  '#0b655c',
  '#0a524b',
  '#063f3a',
]

/** Warm at the light end and cool at the dark end, so that neither theme looks like a sheet of paper or a hole. */
const dark: MantineColorsTuple = [
  '#e3e7e8',
  '#c3cacc',
  '#a3adb0',
  '#768286',
  '#465156',
  '#333c41',
  '#262d31',
  '#1b2125',
  '#14191c',
  '#0f1315',
]

const sans =
  "'Inter', 'Segoe UI Variable Text', 'Segoe UI', -apple-system, BlinkMacSystemFont, Roboto, 'Noto Sans', 'Helvetica Neue', 'DejaVu Sans', sans-serif"
const mono =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"

/** How everything looks; what is not set here is Mantine's own. */
export const theme = createTheme({
  colors: { gate, dark },
  primaryColor: 'gate',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: { fontFamily: sans, fontWeight: '650' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '20px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 }, radius: 'lg' } },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } },
    },
    Menu: { defaultProps: { withinPortal: true, shadow: 'md' } },
    Paper: { defaultProps: { radius: 'lg' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
  },
})

/** Names of ours for what the shell and the pieces of ui/ draw with, in both themes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--page-width': '78rem' },
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#5b6467',
    '--mantine-color-placeholder': '#727b7e',
    '--mantine-color-error': '#b3261e',
    '--ground': '#f6f6f2',
    '--line': '#e2e3dd',
    '--tint': '#eef1ec',
    '--link': '#0b655c',
  },
  dark: {
    '--mantine-color-body': '#1b2125',
    '--mantine-color-text': '#dbe1e2',
    '--mantine-color-dimmed': '#a0abae',
    '--mantine-color-placeholder': '#8b979b',
    '--mantine-color-error': '#ff9d94',
    '--ground': '#13181b',
    '--line': '#2e373c',
    '--tint': '#232b2f',
    '--link': '#6fc3b6',
  },
})
