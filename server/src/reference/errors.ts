import { organisationProblems } from '@tollgate/management/admin/organisations'
import { apiProblems } from '@tollgate/management/apis/api-problems'
import { loginProblems } from '@tollgate/management/authentication/login'
import { gateProblems } from '@tollgate/management/authentication/password-gate'
import { controlProblems } from '@tollgate/management/control/control-problems'
import { type ProblemSpec, problems } from '@tollgate/management/errors'
import { keyProblems } from '@tollgate/management/keys/key-problems'
import { policyProblems } from '@tollgate/management/policies/policy-problems'
import { groupProblems } from '@tollgate/management/user-groups/user-group-problems'
import { userProblems } from '@tollgate/management/users/user-problems'
import { type RefusalCode, refusals } from '@tollgate/model/refusals'

/** When the gate refuses so, and what to do; a code without its sentence does not compile. */
const refusalMeanings: Readonly<Record<RefusalCode, string>> = {
  no_route: 'No API has this host and path.',
  api_inactive: 'The API at this path is switched off (`active`).',
  api_expired: 'The API’s own expiry date is past.',
  version_missing: 'The API is versioned, the request names no version, and there is no default.',
  version_unknown: 'The request names a version that the API does not have.',
  sub_version_unknown: 'The request names a version, and the API that would serve it is not there.',
  version_expired: 'The version’s expiry date is past.',
  endpoint_forbidden: 'The path is on the version’s block list, or not on its allow list.',
  ip_not_allowed:
    'The client’s address is not on the API’s list of allowed addresses, or is on that of blocked ones.',
  credential_missing: 'There is no key where the API wants it: header, query or cookie.',
  key_unknown: 'No key of the API’s organisation has this secret.',
  key_without_policies: 'The key lists policies, and none of them can be applied.',
  key_inactive: 'The key, or one of its policies, is switched off (`is_inactive`).',
  key_expired: 'The key’s `expires` is past.',
  api_not_granted: 'The key has no right on this API.',
  version_not_granted: 'The key has a right on this API, but not on this version.',
  url_not_granted: 'The key’s right on this API does not include this path and method (`allowed_urls`).',
  rate_limited: 'The key made `rate` requests within `per` seconds. It may go on when the window ends.',
  quota_exceeded: 'The key has used up `quota_max`. It may go on when `X-RateLimit-Reset` is reached.',
  api_rate_limited: 'All callers together made as many requests as the API allows (`global_rate_limit`).',
  length_required: 'The API limits the size of requests, and this one does not say its own.',
  request_too_large: 'The request is larger than the API allows.',
  counters_full: 'The table of counters is full: raise `TOLLGATE_COUNTER_CELLS`. Nothing passes uncounted.',
  store_unavailable:
    'The database does not answer, and this key is not in the cache. Keys that are, go on working.',
  auth_unsupported:
    'The API asks for a kind of authentication that this release cannot judge. Nothing passes unjudged.',
  upstream_timeout:
    'The upstream did not begin to answer in time (`TOLLGATE_UPSTREAM_TIMEOUT_MS`, or the path’s own limit).',
  upstream_lookup_failed: 'The upstream’s host name cannot be resolved.',
  upstream_failed: 'The upstream cannot be reached, closed too early, or did not answer with valid HTTP.',
  internal: 'A fault of the gate. The log has it under the request id.',
}

const managementTables: readonly {
  readonly of: string
  readonly table: Readonly<Record<string, ProblemSpec>>
}[] = [
  { of: 'Every route', table: problems },
  { of: 'Keys', table: keyProblems },
  { of: 'APIs', table: apiProblems },
  { of: 'Policies', table: policyProblems },
  { of: 'Users', table: userProblems },
  { of: 'User groups', table: groupProblems },
  { of: 'Sign-in', table: { ...loginProblems, ...gateProblems } },
  { of: 'Organisations', table: organisationProblems },
  { of: 'Control API', table: controlProblems },
]

/** The text of docs/reference/errors.md, from the closed tables of the gate and of the management APIs. */
export function errorReference(): string {
  const gate = Object.entries(refusals).map(
    ([code, { status, message }]) =>
      `| \`${code}\` | ${status} | ${message} | ${refusalMeanings[code as RefusalCode]} |`,
  )
  const management = managementTables.flatMap(({ of, table }) => [
    `### ${of}`,
    '',
    '| code | status | message |',
    '|---|---|---|',
    ...Object.values(table).map(
      ({ code, status, message }) => `| \`${code}\` | ${status} | ${message.trim()} |`,
    ),
    '',
  ])
  return [
    introduction,
    '| code | status | message | when |',
    '|---|---|---|---|',
    ...gate,
    '',
    managementIntroduction,
    ...management,
  ].join('\n')
}

const introduction = `# Errors

<!-- Written from model/src/refusals.ts and management/src by \`npm run docs\`. Change it there. -->

Every answer that Tollgate makes by itself comes from one of two closed tables. The code does not travel:
clients see status and message, as the contract has them. The log has the code, and for the gateway also
the ladder: every step that led to the refusal, the deciding one last.

## The gateway

JSON, or XML when the request’s own \`Content-Type\` is an XML one; \`no_route\` and \`api_inactive\` are
plain text. The answer carries \`X-Request-Id\`, under which the log has the line.

\`\`\`json
{
    "error": "Key has expired, please renew"
}
\`\`\`
`

const managementIntroduction = `## Dashboard API, admin API and control API

\`{"Status":"Error","Message":"…","Meta":null}\`. Some messages go on after a colon: with the path of the
wrong field, or with the request id of a fault. A body that is no JSON is answered with 403, one that is
JSON of the wrong form with 400, as clients of this API expect.

The control API of the gateway (\`/tyk/…\`) has its own form, \`{"status":"error","message":"…"}\`, and its own
texts, in the last table.
`
