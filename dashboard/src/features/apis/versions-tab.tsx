import { ActionIcon, Button, Group, Menu, Paper, SimpleGrid, Text, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { recordOf, text } from '../../lib/json-values.ts'
import { ChoiceField, SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { useDesign } from './design.ts'
import { ExpiryField } from './expiry-field.tsx'
import { freeName, isVersioned, renamed, versionsOf, without, withVersion } from './versions.ts'

/** Whether the API has versions, where a request names the one it wants, and what they are. */
export function Versions() {
  const { definition, set, at, stored } = useDesign()
  const versions = versionsOf(definition)
  const isOn = isVersioned(definition)
  const names = Object.keys(versions)
  const was = recordOf(stored.api_definition.version_data).not_versioned
  return (
    <>
      <FormSection
        title="Versions"
        about="Several versions of one API at one listen path: a request names the one it wants."
      >
        <SwitchField {...at('version_data', 'not_versioned')} label="This API has versions" isOpposite />
        {was === undefined && !isOn && (
          <Text size="xs" c="dimmed">
            Switched on, requests have to name one of the versions below.
          </Text>
        )}
        {isOn && <Location />}
        {isOn && (
          <ChoiceField
            {...at('version_data', 'default_version')}
            label="Default version"
            about="Taken where a request names none"
            choices={[
              { value: '', label: 'None: such a request is refused' },
              ...names.filter((name) => name !== '').map((name) => ({ value: name, label: name })),
            ]}
          />
        )}
      </FormSection>
      <FormSection
        title={isOn ? 'The versions' : 'The one version'}
        about={
          isOn
            ? 'Their paths and rules are on the tab Endpoints.'
            : 'Its paths and rules are on the tab Endpoints.'
        }
      >
        {names.map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is edited, the place does not
          <Version key={index} name={name} isOnly={names.length === 1} />
        ))}
        <AddVersion
          onAdd={(like) => set(['version_data', 'versions'], withVersion(versions, freeName(versions), like))}
        />
      </FormSection>
      <SubApis />
    </>
  )
}

function Location() {
  const { at, get } = useDesign()
  const location = text(get('definition', 'location')) || 'header'
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ChoiceField
          {...at('definition', 'location')}
          label="Where the version is named"
          choices={[
            { value: 'header', label: 'In a header' },
            { value: 'url-param', label: 'In a query parameter' },
            { value: 'url', label: 'As the first part of the path' },
          ]}
        />
        {location === 'url' ? (
          <TextField
            {...at('definition', 'url_versioning_pattern')}
            label="What a version looks like"
            placeholder="^v[0-9]+$"
            about="A regular expression; empty: any first part"
            isMono
          />
        ) : (
          <TextField
            {...at('definition', 'key')}
            label={location === 'header' ? 'Name of the header' : 'Name of the parameter'}
            placeholder={location === 'header' ? 'x-api-version' : 'version'}
            about="What names the version"
            isMono
          />
        )}
      </SimpleGrid>
      <SwitchField
        {...at(
          'definition',
          get('definition', 'strip_versioning_data') === true ? 'strip_versioning_data' : 'strip_path',
        )}
        label="Strip the version"
        about="The target does not get to see it"
      />
      <SwitchField
        {...at('definition', 'fallback_to_default')}
        label="Fall back to the default version"
        about="Where a request names one that does not exist"
      />
    </>
  )
}

function Version({ name, isOnly }: { readonly name: string; readonly isOnly: boolean }) {
  const { definition, at, set, get, isReadOnly } = useDesign()
  const versions = versionsOf(definition)
  const [typed, setTyped] = useState(name)
  const isTaken = typed !== name && Object.hasOwn(versions, typed)
  const here = ['version_data', 'versions', name] as const
  const isDefault = get('version_data', 'default_version') === name && name !== ''
  const rename = () => {
    if (typed === name || isTaken || typed.trim() === '') return
    set(['version_data', 'versions'], renamed(versions, name, typed))
    if (isDefault) set(['version_data', 'default_version'], typed)
  }
  return (
    <Paper withBorder p="md" component="section" aria-label={`Version ${name}`}>
      <Group justify="space-between" mb="sm">
        <Group gap="xs">
          <Text fw={600}>{name || 'Without a name'}</Text>
          {isDefault && <StatusBadge tone="info" word="Default" why="Taken where a request names none" />}
        </Group>
        {!isReadOnly && (
          <Tooltip label={isOnly ? 'An API has at least one version' : `Delete version ${name}`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete version ${name}`}
              aria-disabled={isOnly}
              onClick={() => !isOnly && set(['version_data', 'versions'], without(versions, name))}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 3 }} style={{ alignItems: 'start' }}>
        <TextInput
          label="Version name"
          value={typed}
          disabled={isReadOnly}
          {...(isTaken && { error: 'There is one of this name' })}
          description="As requests and keys name it"
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={rename}
        />
        <TextField
          {...at(...here, 'override_target')}
          label="Target of its own"
          placeholder="As the API"
          about="In place of the API’s target URL"
          isMono
        />
        <ExpiryField {...at(...here, 'expires')} label="Expires" about="UTC; refused from then on" />
      </SimpleGrid>
    </Paper>
  )
}

function AddVersion({ onAdd }: { readonly onAdd: (like?: string) => void }) {
  const { definition, isReadOnly } = useDesign()
  if (isReadOnly) return null
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlus size={15} />} style={{ alignSelf: 'flex-start' }}>
          Add a version
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAdd()}>Without rules</Menu.Item>
        {Object.keys(versionsOf(definition)).map((name) => (
          <Menu.Item key={name} onClick={() => onAdd(name)}>
            With the rules of {name || 'the one without a name'}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Versions that are APIs of their own: shown where a definition has them, edited in the definition. */
function SubApis() {
  const { get, at } = useDesign()
  const apis = Object.entries(recordOf(get('definition', 'versions')))
  if (apis.length === 0) return null
  return (
    <FormSection
      title="Versions that are APIs of their own"
      about="Which API answers which version is edited on the tab Definition."
    >
      <SwitchField {...at('definition', 'enabled')} label="These versions are in force" />
      {apis.map(([version, apiId]) => (
        <Group key={version} gap="sm">
          <Text size="sm" fw={600}>
            {version}
          </Text>
          <code>{String(apiId)}</code>
        </Group>
      ))}
    </FormSection>
  )
}
