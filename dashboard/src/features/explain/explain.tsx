import { Button, Group, Paper, Skeleton, Text, TextInput, Title } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/problem.ts'
import { paths } from '../../lib/paths.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import classes from './explain.module.css'
import { ExplanationView } from './explanation.tsx'
import { explanationQuery } from './queries.ts'
import { requestIdIn } from './request-id.ts'

/** Explain a request: its id is in the address, so that a link to the explanation can be passed on. */
export function ExplainPage() {
  const { id = '' } = useParams({ strict: false })
  return (
    <>
      <PageHeader
        title="Explain a request"
        about="Why the gate refused it, or why it failed; which rule decided, and where that is changed"
      />
      <AskForm key={id} id={id} />
      {id === '' ? <WhereToFind /> : <Explained id={id} />}
    </>
  )
}

function AskForm({ id }: { readonly id: string }) {
  const [text, setText] = useState(id)
  const [error, setError] = useState<string>()
  const navigate = useNavigate()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = requestIdIn(text)
    if (found === undefined) {
      setError(
        text.trim() === ''
          ? 'Paste a request id first'
          : 'This is no id of a request: it looks like 0f3a9c2b1d4e-1-7k',
      )
      return
    }
    setError(undefined)
    setText(found)
    void navigate({ to: paths.explained(found) })
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-start" gap="xs" mb="lg">
        <TextInput
          type="search"
          aria-label="Request id"
          placeholder="Request id, or the line that holds it"
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', xs: 380 }}
          autoFocus={id === ''}
          spellCheck={false}
          autoComplete="off"
          error={error}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setError(undefined)
          }}
        />
        <Button type="submit">Explain</Button>
      </Group>
    </form>
  )
}

function Explained({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(explanationQuery(id))
  if (data !== undefined) return <ExplanationView explanation={data} />
  if (error === null) return <Skeleton h={280} aria-label="Loading" />
  return problemOf(error).status === 404 ? <NotKept id={id} /> : <ErrorBox error={error} onRetry={refetch} />
}

/** No such request: what the reason can be, the likely ones first. */
function NotKept({ id }: { readonly id: string }) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} role="status">
      <Title order={2} size="h4">
        Nothing is kept of this request
      </Title>
      <Text size="sm" c="dimmed" mt={4}>
        There is nothing to tell about <code>{id}</code>. That can be because
      </Text>
      <ul className={classes.reasons}>
        <li>it passed: only refusals and failures are kept;</li>
        <li>it is too old: the latest ones are kept, in memory, until the program stops or starts anew;</li>
        <li>the id was copied without its end, or another proxy on the way gave it;</li>
        <li>
          it was for another organisation, or reached no API at all: then only the operator may read it;
        </li>
        <li>
          the gate refused so many requests in that second that some were left out, or it is set to note none.
        </li>
      </ul>
    </Paper>
  )
}

/** Where somebody who has not found an id yet finds one. */
function WhereToFind() {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }}>
      <Title order={2} size="h4">
        Where the id is
      </Title>
      <Text size="sm" mt={4} maw={620}>
        Every answer of the gateway bears it in the header <code>X-Request-Id</code>, refusals too. Ask
        whoever called for that header, or send a call yourself; the log of the gateway has it with each line.
      </Text>
      <Text size="sm" mt="sm" maw={620} c="dimmed">
        An id is no secret: a link to an explanation can be passed on to whoever may sign in here.
      </Text>
    </Paper>
  )
}
