import {
  Badge,
  Button,
  Drawer,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { listOf, recordOf, text } from '../../lib/json-values.ts'
import { counted } from '../../lib/numbers.ts'
import { NumberField, SwitchField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Note } from '../../ui/note.tsx'
import { PairsField } from '../../ui/pairs-field.tsx'
import classes from './apis.module.css'
import { useDesign } from './design.ts'
import { EndpointEditor } from './endpoint-editor.tsx'
import {
  type Endpoint,
  endpointsOf,
  plainLists,
  ruleInWords,
  rulesFromPlainLists,
  usesPlainLists,
} from './endpoint-rules.ts'
import { isVersioned, singleVersion, type VersionPath, versionsOf } from './versions.ts'

/** What holds on each path of a version. */
export function Endpoints() {
  const { definition } = useDesign()
  const versions = versionsOf(definition)
  const names = Object.keys(versions)
  const [chosen, setChosen] = useState<string>()
  const byDefault = text(recordOf(definition.version_data).default_version)
  const version = [chosen, byDefault].find((name) => name && names.includes(name)) ?? singleVersion(versions)
  const path: VersionPath = ['version_data', 'versions', version]
  return (
    <>
      {(isVersioned(definition) || names.length > 1) && (
        <Select
          label="Version"
          w={260}
          mb="md"
          data={names.filter((name) => name !== '')}
          value={version}
          allowDeselect={false}
          onChange={(next) => next !== null && setChosen(next)}
        />
      )}
      {usesPlainLists(versions[version]) ? (
        <PlainLists key={version} path={path} />
      ) : (
        <Rules key={version} path={path} />
      )}
      <EveryPath path={path} />
    </>
  )
}

function Rules({ path }: { readonly path: VersionPath }) {
  const { get, set, stored, isReadOnly } = useDesign()
  const version = recordOf(get(...path))
  const endpoints = endpointsOf(version.extended_paths)
  const [opened, setOpened] = useState<string>()
  const isInForce = version.use_extended_paths === true
  const was = recordOf(
    recordOf(recordOf(stored.api_definition.version_data).versions)[path[2]],
  ).use_extended_paths
  return (
    <FormSection
      title="Paths"
      about={
        endpoints.length === 0
          ? 'Every path is passed on to callers with a key that opens it.'
          : 'Of several rules of one kind the first whose path and method match holds.'
      }
    >
      {endpoints.length > 0 && !isInForce && (
        <Note tone="warn" title="These rules are not in force">
          <Group justify="space-between" gap="sm">
            <Text size="sm">This version does not use them (use_extended_paths).</Text>
            {!isReadOnly && (
              <Button size="xs" variant="default" onClick={() => set([...path, 'use_extended_paths'], true)}>
                Put them in force
              </Button>
            )}
          </Group>
        </Note>
      )}
      {endpoints.length > 0 && <RuleTable endpoints={endpoints} onOpen={setOpened} />}
      {!isReadOnly && (
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setOpened('')}
        >
          Add a path
        </Button>
      )}
      <Drawer
        opened={opened !== undefined}
        onClose={() => setOpened(undefined)}
        position="right"
        size="lg"
        title={opened === '' ? 'Add a path' : `Rules of ${opened ?? ''}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {opened !== undefined && (
          <EndpointEditor
            version={path}
            path={opened}
            onPath={setOpened}
            onFirstRule={() => {
              // Rules that somebody adds are to hold; ones that lay there unused are put in force by their own button.
              if (!isInForce && endpoints.length === 0)
                set([...path, 'use_extended_paths'], was === true ? was : true)
            }}
            onDone={() => setOpened(undefined)}
          />
        )}
      </Drawer>
    </FormSection>
  )
}

function RuleTable(props: {
  readonly endpoints: readonly Endpoint[]
  readonly onOpen: (path: string) => void
}) {
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table aria-label="Paths" verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Path</Table.Th>
            <Table.Th>Rules</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.endpoints.map(({ path, rules }) => (
            <Table.Tr key={path}>
              <Table.Td className={classes.path}>
                <UnstyledButton onClick={() => props.onOpen(path)} className={classes.open}>
                  <code>{path || '(no path)'}</code>
                </UnstyledButton>
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  {rules.map((rule) => (
                    <Badge
                      key={`${rule.kind} ${rule.index}`}
                      variant={rule.isSupported && rule.entry.disabled !== true ? 'light' : 'outline'}
                      color={rule.isSupported ? 'gate' : 'gray'}
                      radius="sm"
                      tt="none"
                      fw={500}
                      h="auto"
                      mih={20}
                      styles={{ label: { color: 'var(--mantine-color-text)', whiteSpace: 'normal' } }}
                    >
                      {ruleInWords(rule)}
                      {rule.entry.disabled === true && ' (off)'}
                      {!rule.isSupported && ' (kept, not done)'}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function PlainLists({ path }: { readonly path: VersionPath }) {
  const { at, get, set, isReadOnly } = useDesign()
  const version = get(...path)
  const total = plainLists.reduce((sum, { name }) => sum + listOf(get(...path, 'paths', name)).length, 0)
  return (
    <FormSection title="Paths" about="This version goes by plain lists: whole paths, for every method.">
      {plainLists.map(({ name, label, about }) => (
        <WordsField
          key={name}
          {...at(...path, 'paths', name)}
          label={label}
          about={about}
          placeholder="/path"
        />
      ))}
      {!isReadOnly && (
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed">
            With rules a path can have methods, limits, headers and more. What the lists say becomes{' '}
            {counted(total, 'rule')}.
          </Text>
          <Button
            variant="default"
            onClick={() => {
              set([...path, 'extended_paths'], rulesFromPlainLists(version))
              set([...path, 'use_extended_paths'], true)
            }}
          >
            Turn them into rules
          </Button>
        </Group>
      )}
    </FormSection>
  )
}

function EveryPath({ path }: { readonly path: VersionPath }) {
  const { at, get } = useDesign()
  const field = (name: string) => at(...path, name)
  const isOff = (name: string) => get(...path, name) === true
  return (
    <FormSection title="Every path" about="What holds on all paths of this version.">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberField
          {...field('global_size_limit')}
          label="Largest request body"
          unit="bytes"
          about={
            isOff('global_size_limit_disabled') ? 'Switched off: not limited' : 'Empty or 0: not limited here'
          }
        />
        <SwitchField {...field('ignore_endpoint_case')} label="Paths match whatever their case" />
      </SimpleGrid>
      {isOff('global_size_limit_disabled') && (
        <SwitchField
          {...field('global_size_limit_disabled')}
          label="The largest body is in force"
          isOpposite
        />
      )}
      <Stack gap="lg">
        <HeaderChanges
          title="Headers of requests"
          add={field('global_headers')}
          remove={field('global_headers_remove')}
          off={isOff('global_headers_disabled') ? field('global_headers_disabled') : undefined}
        />
        <HeaderChanges
          title="Headers of replies"
          add={field('global_response_headers')}
          remove={field('global_response_headers_remove')}
          off={
            isOff('global_response_headers_disabled') ? field('global_response_headers_disabled') : undefined
          }
        />
      </Stack>
    </FormSection>
  )
}

type Bound = ReturnType<ReturnType<typeof useDesign>['at']>

function HeaderChanges(props: {
  readonly title: string
  readonly add: Bound
  readonly remove: Bound
  readonly off: Bound | undefined
}) {
  return (
    <Stack gap="sm">
      {props.off !== undefined && (
        <SwitchField {...props.off} label={`${props.title} are changed`} isOpposite />
      )}
      <PairsField {...props.add} label={`${props.title}: added`} what="header" />
      <WordsField {...props.remove} label={`${props.title}: removed`} placeholder="x-header" />
    </Stack>
  )
}
