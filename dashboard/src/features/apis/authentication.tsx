import { Button, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core'
import { SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Note } from '../../ui/note.tsx'
import classes from './apis.module.css'
import { changesForMode, modeOf, tokenPath, unsupportedIn, unsupportedModes } from './authentication-modes.ts'
import { CertificatesField } from './certificates-field.tsx'
import { useDesign } from './design.ts'

/** How callers say who they are. */
export function Authentication() {
  const { definition, stored, set, isReadOnly, at, get } = useDesign()
  const mode = modeOf(definition)
  return (
    <>
      <Unsupported />
      <FormSection title="Authentication" about="How callers say who they are.">
        <Radio.Group
          label="Authentication mode"
          value={mode}
          onChange={(next) => {
            if (next !== 'token' && next !== 'keyless') return
            for (const [name, value] of changesForMode(stored.api_definition, next)) set([name], value)
          }}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="token"
              label="Auth Token"
              description="Each request carries a key; the key says what it may do"
              disabled={isReadOnly}
            />
            <Radio
              value="keyless"
              label="Open (Keyless)"
              description="Anybody may call; only limits for all callers hold"
              disabled={isReadOnly}
            />
          </Stack>
        </Radio.Group>
        <Text size="xs" c="dimmed">
          Not judged by Tollgate yet, and refused where a definition asks for it:{' '}
          {unsupportedModes.join(', ')}.
        </Text>
      </FormSection>
      {mode === 'token' && <Token />}
      <FormSection
        title="Client certificate"
        about="Beside the mode above: only clients that show one of these certificates are let in. The gateway has to be reached over TLS."
      >
        <SwitchField {...at('use_mutual_tls_auth')} label="Enable client certificate" />
        {get('use_mutual_tls_auth') === true && (
          <CertificatesField
            {...at('client_certificates')}
            label="Certificates that are let in"
            about="None chosen: nobody is let in"
          />
        )}
      </FormSection>
    </>
  )
}

function Token() {
  const { definition, at, get } = useDesign()
  const path = tokenPath(definition)
  const field = (name: string) => at(...path, name)
  const usesHeader = get(...path, 'disable_header') !== true
  return (
    <FormSection
      title="Where the key is"
      about="The first place that holds one counts: cookie, query parameter, header."
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.places}>
        <SwitchField {...field('disable_header')} label="In a header" isOpposite />
        {usesHeader ? (
          <TextField
            {...field('auth_header_name')}
            label="Auth Key Header Name"
            placeholder="Authorization"
            isMono
          />
        ) : (
          <span />
        )}
        <SwitchField
          {...field('use_param')}
          label="Allow query parameter as well as header"
          about="Addresses end up in logs; a header is better"
        />
        {get(...path, 'use_param') === true ? (
          <TextField
            {...field('param_name')}
            label="Name of the parameter"
            placeholder="As the header"
            isMono
          />
        ) : (
          <span />
        )}
        <SwitchField {...field('use_cookie')} label="Use cookie value" />
        {get(...path, 'use_cookie') === true ? (
          <TextField
            {...field('cookie_name')}
            label="Name of the cookie"
            placeholder="As the header"
            isMono
          />
        ) : (
          <span />
        )}
      </SimpleGrid>
      <SwitchField
        {...at('strip_auth_data')}
        label="Strip Authorization Data"
        about="The target does not get to see the key"
      />
      <SwitchField
        {...field('use_certificate')}
        label="A client certificate may stand for the key"
        about="For keys that are bound to a certificate"
      />
    </FormSection>
  )
}

/** Ways that are stored and cannot be judged: said, and taken out only by whoever wants it. */
function Unsupported() {
  const { definition, stored, set, isReadOnly } = useDesign()
  const asked = unsupportedIn(definition)
  if (asked.length === 0) return null
  const isOpen = modeOf(stored.api_definition) === 'keyless' && modeOf(definition) === 'keyless'
  return (
    <Note tone={isOpen ? 'warn' : 'bad'} title={isOpen ? 'Kept, and not done' : 'Every request is refused'}>
      <Text size="sm">
        {isOpen
          ? 'The API is open, so that these do nothing. They are kept as they are.'
          : 'This definition asks for something that Tollgate cannot judge yet. It never lets in whom it cannot judge: callers get 500 until these are switched off.'}
      </Text>
      {asked.map(({ path, name }) => (
        <Group key={name} gap="sm">
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Text size="sm" c="dimmed" component="code">
            {path.join('.')}
          </Text>
          {!isReadOnly && (
            <Button size="compact-xs" variant="default" onClick={() => set(path, false)}>
              Switch off {name}
            </Button>
          )}
        </Group>
      ))}
    </Note>
  )
}
