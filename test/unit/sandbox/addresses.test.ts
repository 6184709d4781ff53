import { describe, expect, it } from 'vitest'
import { isHostName, isPublicAddress } from '../../../src/sandbox/addresses.ts'

describe('an address', () => {
  it.each([
    '0.0.0.0', '10.1.2.3', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.192',
    '198.18.0.1', '224.0.0.1', '255.255.255.255', '168.63.129.16', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1',
    '64:ff9b::a9fe:a9fe', '2002:7f00:1::', '2001:0:1::', '2001:db8::1', '2001:10::1', '::7f00:1', '', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', '0x7f000001', '2130706433', '1:2:3', '1::2::3', '::g',
  ])('that is not the world\'s is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.167.1.1', '169.253.1.1', '223.255.255.255', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'])('of the world is public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('a name of a host', () => {
  it.each(['registry.npmjs.org', 'a.b', 'x-1.example.co', 'xn--bcher-kva.example', '1.example'])('may be %s', (name) => expect(isHostName(name)).toBe(true))

  it.each(['', 'localhost', '127.0.0.1', '1.2.3.4', '0x7f.1', '*.example.com', 'a..b', '-a.example', 'a-.example', 'A.example', 'a.example.', 'a.example:443', 'a_b.example', '[::1]', `${'a'.repeat(64)}.example`, `${'a.'.repeat(130)}b`, 'a\0.example'])(
    'may not be %j', (name) => expect(isHostName(name)).toBe(false),
  )
})
