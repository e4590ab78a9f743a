import { Group, SimpleGrid, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { keptFeatures } from '@tollgate/model/features/kept'
import { listOf, recordOf, text } from '../../lib/json-values.ts'
import { ChoiceField, SwitchField, TextField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { Note } from '../../ui/note.tsx'
import { PairsField } from '../../ui/pairs-field.tsx'
import classes from './apis.module.css'
import { CertificatesField } from './certificates-field.tsx'
import { useDesign } from './design.ts'
import { apiUrlQuery } from './queries.ts'
import { versionsOf } from './versions.ts'

/** What an API is called, where callers reach it, and where it stands. */
export function CoreSettings() {
  const { apiId, at, definition, get } = useDesign()
  const url = useQuery(apiUrlQuery(apiId))
  const balances = get('proxy', 'enable_load_balancing') === true
  return (
    <>
      <FormSection title="API Settings" about={<ApiUrl url={url.data} />}>
        <SwitchField
          {...at('active')}
          label="API is active"
          about="An inactive API answers 404 to everyone"
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.aligned}>
          <TextField {...at('name')} label="API Name" isRequired />
          <TextField {...at('slug')} label="API Slug" about="A short name for scripts and lists" isMono />
        </SimpleGrid>
        <Group gap="lg">
          <NamedId name="API ID" value={apiId} />
          <NamedId name="Database ID" value={text(definition.id)} />
        </Group>
        <SwitchField
          {...at('internal')}
          label="Internal"
          about="Callers do not reach it; only other APIs of this gateway do, as a version of theirs"
        />
      </FormSection>
      <FormSection title="Listen path" about="Where the gateway offers this API.">
        <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.aligned}>
          <TextField
            {...at('proxy', 'listen_path')}
            label="Listen path"
            placeholder="/orders/"
            isMono
            isRequired
          />
          <TextField
            {...at('domain')}
            label="Domain"
            placeholder="api.example.com"
            about="Empty: reached under every name of the gateway"
            isMono
          />
        </SimpleGrid>
        <SwitchField
          {...at('proxy', 'strip_listen_path')}
          label="Strip the listen path"
          about="The target gets the path without it"
        />
        {text(get('domain')) !== '' && (
          <>
            <SwitchField {...at('domain_disabled')} label="The domain is in force" isOpposite />
            <CertificatesField
              {...at('certificates')}
              label="Certificates of the domain"
              about="What the gateway shows to callers of this domain over TLS"
              withPrivateKey
            />
          </>
        )}
      </FormSection>
      <FormSection title="Target" about="Where the gateway sends the requests.">
        <TextField
          {...at('proxy', 'target_url')}
          label="Target URL"
          placeholder="http://127.0.0.1:8081/"
          about="http://, https:// or h2c:// and a host"
          isMono
          isRequired={!balances}
        />
        <SwitchField
          {...at('proxy', 'enable_load_balancing')}
          label="Enable round-robin load balancing"
          about="The targets below are taken in turn, in place of the one above"
        />
        {balances && (
          <WordsField
            {...at('proxy', 'target_list')}
            label="Targets"
            about="One that is listed twice gets twice as much. Enter adds one"
            placeholder="http://10.0.0.1:8080/"
          />
        )}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <SwitchField
            {...at('proxy', 'preserve_host_header')}
            label="Keep the caller’s Host header"
            about="Else the target gets its own name"
          />
          <SwitchField
            {...at('proxy', 'disable_strip_slash')}
            label="Keep the slash at the end"
            about="Where nothing follows the target’s path"
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.aligned}>
          <ChoiceField
            {...at('protocol')}
            label="Protocol to the target"
            choices={[
              { value: '', label: 'HTTP/1.1' },
              { value: 'h2', label: 'HTTP/2, where the target speaks TLS' },
              { value: 'grpc', label: 'gRPC (HTTP/2)' },
            ]}
          />
          <TextField
            {...at('proxy', 'transport', 'proxy_url')}
            label="Through a proxy"
            placeholder="http://proxy.example.com:3128"
            about="An http:// proxy on the way to the target"
            isMono
          />
        </SimpleGrid>
      </FormSection>
      <TargetTls />
      <UnsupportedFieldNotice />
    </>
  )
}

function NamedId({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Group gap={6}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Identifier value={value} what={name} />
    </Group>
  )
}

function ApiUrl({ url }: { readonly url: string | undefined }) {
  if (url === undefined) return <>API URL: …</>
  return (
    <Group gap={6} wrap="wrap">
      <Text size="sm" c="dimmed">
        API URL:
      </Text>
      <Identifier value={url} what="API URL" />
    </Group>
  )
}

const tlsVersions = [
  { value: '', label: 'The gateway’s own bound' },
  { value: '771', label: 'TLS 1.2' },
  { value: '772', label: 'TLS 1.3' },
]

/** Whether TLS matters: a target of the API or of a version asks for it, or the definition holds settings for it. */
function speaksTls(definition: Readonly<Record<string, unknown>>): boolean {
  const proxy = recordOf(definition.proxy)
  const overrides = Object.values(versionsOf(definition)).map((info) => recordOf(info).override_target)
  const targets = [proxy.target_url, ...listOf(proxy.target_list), ...overrides].map(text)
  const { proxy_url: _, ...transport } = recordOf(proxy.transport)
  const settings = [transport, definition.upstream_certificates, definition.pinned_public_keys]
  return (
    targets.some((target) => /^(?:https|wss):/i.test(target)) ||
    settings.some((part) =>
      Object.values(recordOf(part)).some((value) => Boolean(value) && !isEmptyList(value)),
    )
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function TargetTls() {
  const { at, get, set, definition } = useDesign()
  const transport = (name: string) => at('proxy', 'transport', name)
  if (!speaksTls(definition)) return null
  // The wire's versions are numbers; the choice of none is 0 or nothing at all.
  const version = (name: 'ssl_min_version' | 'ssl_max_version') => {
    const { form, ...rest } = transport(name)
    const bound = get('proxy', 'transport', name)
    const shown = { ...form, get: () => (bound ? String(bound) : '') }
    const numbers = {
      ...shown,
      set: (_: unknown, value: unknown) =>
        set(['proxy', 'transport', name], value === '' ? undefined : Number(value) || value),
    }
    return { form: numbers, ...rest }
  }
  return (
    <FormSection title="TLS to the target" about="Only for targets with https://.">
      <SwitchField
        {...transport('ssl_insecure_skip_verify')}
        label="Verify the target’s certificate"
        about="Switched off, anybody in between can pretend to be the target"
        isOpposite
      />
      <SwitchField
        {...transport('ssl_force_common_name_check')}
        label="The certificate’s common name must be the host"
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ChoiceField {...version('ssl_min_version')} label="Oldest version" choices={tlsVersions} />
        <ChoiceField {...version('ssl_max_version')} label="Newest version" choices={tlsVersions} />
      </SimpleGrid>
      <WordsField {...transport('ssl_ciphers')} label="Ciphers" about="Empty: those of the gateway" />
      <PairsField
        {...at('upstream_certificates')}
        label="Certificates shown to the target"
        what="certificate"
        about="By the target’s host name, or * for all: the id of a certificate with its private key"
      />
      <PairsField
        {...at('pinned_public_keys')}
        label="Pinned public keys"
        what="pin"
        about="By the target’s host name: ids of the certificates, with commas between, whose keys it must have one of"
      />
    </FormSection>
  )
}

function UnsupportedFieldNotice() {
  const { definition } = useDesign()
  const ignored = keptFeatures.filter(({ asked }) => asked(recordOf(definition)) !== undefined)
  if (ignored.length === 0) return null
  return (
    <Note tone="warn" title="Kept, and not done">
      <Text size="sm">
        This definition also asks for {ignored.map(({ label }) => label).join(', ')}. Tollgate keeps these
        settings as they are, and does not act on them.
      </Text>
    </Note>
  )
}
