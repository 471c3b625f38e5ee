// SPDX-License-Identifier: Apache-2.0
// A DNS server on loopback, over UDP and TCP, that says what the test tells it and remembers what it was asked.

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as dnsPacket from 'dns-packet';

/** RFC 1035 section 4.1.1, RFC 6895. */
const RCODES = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** One record of an answer; `name` is the name that was asked for, unless said otherwise. */
export interface TestRecord {
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly data: string;
  readonly ttl?: number;
  readonly name?: string;
}

/** What the server says to a question: records (none: NODATA), a failure, nothing at all, or bytes that are no answer. */
export type TestAnswer = readonly TestRecord[] | keyof typeof RCODES | 'silence' | 'nonsense';

/** A question: `A worker-1.corp.example` and how it came. */
export interface TestQuestion {
  readonly type: string;
  /** As it came, without the dot of the root. */
  readonly name: string;
  readonly over: 'udp' | 'tcp';
}

/** Asked for each question. */
export type Zone = (question: TestQuestion) => TestAnswer;

export interface TestDnsServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly questions: readonly TestQuestion[];
  /** From now on. */
  answerWith(zone: Zone): void;
  stop(): Promise<void>;
}

/** What fits into an answer over UDP; more is cut and marked (RFC 1035 section 4.2.1). */
const MAX_UDP_BYTES = 512;

/** A zone by name and type; a name that is not there does not exist, a type that is not there has no data. */
export const zoneOf =
  (names: Readonly<Record<string, Readonly<Partial<Record<string, TestAnswer>>>>>): Zone =>
  ({ name, type }) => {
    const found = names[name.toLowerCase()];
    return found === undefined ? 'NXDOMAIN' : (found[type] ?? []);
  };

/** Starts a server on a free port; the test stops it. */
export async function startDnsServer(zone: Zone): Promise<TestDnsServer> {
  let current = zone;
  const questions: TestQuestion[] = [];
  const answer = (query: Buffer, over: 'udp' | 'tcp'): Buffer | undefined => {
    const { id = 0, questions: asked = [] } = dnsPacket.decode(query);
    const [{ name, type } = { name: '', type: 'A' }] = asked;
    const question = { name, type, over };
    questions.push(question);
    const said = current(question);
    if (said === 'silence') return undefined;
    if (said === 'nonsense') return Buffer.concat([query.subarray(0, 2), Buffer.alloc(7, 0xff)]);
    return encode({ id, asked, question }, said);
  };
  const udp = createSocket('udp4');
  udp.on('message', (query: Buffer, from: RemoteInfo) => {
    const bytes = answer(query, 'udp');
    if (bytes !== undefined) udp.send(bytes, from.port, from.address);
  });
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      const bytes = answer(data.subarray(2), 'tcp');
      if (bytes === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    address: `127.0.0.1:${port}`,
    questions,
    answerWith: (next) => {
      current = next;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

function encode(
  asked: {
    readonly id: number;
    readonly asked: dnsPacket.Question[];
    readonly question: TestQuestion;
  },
  said: Exclude<TestAnswer, 'silence' | 'nonsense'>,
): Buffer {
  const { id, question } = asked;
  const packet = (rcode: number, records: readonly TestRecord[]): Buffer =>
    dnsPacket.encode({
      type: 'response',
      id,
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | rcode,
      questions: asked.asked,
      answers: records.map(({ type, data, ttl = 60, name = question.name }) => ({
        type,
        data,
        ttl,
        name,
      })),
    });
  if (typeof said === 'string') return packet(RCODES[said], []);
  const whole = packet(0, said);
  if (question.over === 'tcp' || whole.length <= MAX_UDP_BYTES) return whole;
  return packet(dnsPacket.TRUNCATED_RESPONSE, said.slice(0, 1));
}
