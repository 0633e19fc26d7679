// @aws-crypto/client-node: JavaScript reads what Python wrote, and Python what JavaScript wrote.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import {
  AwsKmsMrkAwareSymmetricKeyringNode,
  BranchKeyStoreNode,
  buildClient,
  KMS,
  KmsHierarchicalKeyRingNode,
  KmsKeyringNode,
} from "@aws-crypto/client-node";

const kms = new KMS({});
const { encrypt, decrypt } = buildClient();
const context = { tenant: "blue" };

async function newKey(properties = {}) {
  const { KeyMetadata } = await kms.createKey(properties);
  return KeyMetadata.Arn;
}

const { CLIENTS_PYTHON, CLIENTS_MESSAGES } = process.env;
const peer = spawn(CLIENTS_PYTHON, [CLIENTS_MESSAGES], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
after(() => peer.stdin.end());

/** The answer of python/messages.py to a command. */
async function python(command) {
  peer.stdin.write(`${JSON.stringify({ context, ...command })}\n`);
  const { value, done } = await answers.next();
  assert.ok(!done, "Python has ended");
  return JSON.parse(value);
}

const base64 = (text) => Buffer.from(text).toString("base64");

async function written(keyring, text) {
  const { result } = await encrypt(keyring, text, { encryptionContext: context });
  return result.toString("base64");
}

async function read(keyring, message) {
  const { plaintext, messageHeader } = await decrypt(keyring, Buffer.from(message, "base64"));
  assert.equal(messageHeader.encryptionContext.tenant, "blue");
  return plaintext.toString();
}

test("a message under a KMS key is read in both languages", async () => {
  const key = await newKey();
  const keyring = new KmsKeyringNode({ generatorKeyId: key });
  const fromPython = await python({ do: "encrypt", key, data: base64("attack at dawn") });
  assert.equal(await read(keyring, fromPython.message), "attack at dawn");
  const message = await written(keyring, "retreat");
  const fromNode = await python({ do: "decrypt", key, message });
  assert.equal(fromNode.data, base64("retreat"));

  const other = new KmsKeyringNode({ generatorKeyId: await newKey() });
  await assert.rejects(read(other, fromPython.message), /unencryptedDataKey has not been set/);
  await kms.disableKey({ KeyId: key });
  await assert.rejects(read(keyring, fromPython.message), new RegExp(`${key} is disabled`));
});

test("discovery reads the messages of the accounts in its filter", async () => {
  const message = await written(new KmsKeyringNode({ generatorKeyId: await newKey() }), "retreat");
  const discovery = (account) =>
    new KmsKeyringNode({
      discovery: true,
      discoveryFilter: { partition: "aws", accountIDs: [account] },
    });
  assert.equal(await read(discovery("111122223333"), message), "retreat");
  await assert.rejects(read(discovery("444455556666"), message), /unencryptedDataKey has not been/);
});

test("a message of one Region is read by the replica in another", async () => {
  const key = await newKey({ MultiRegion: true });
  await kms.replicateKey({ KeyId: key, ReplicaRegion: "us-west-2" });
  const { message } = await python({ do: "encrypt", key, data: base64("attack at dawn") });
  await kms.disableKey({ KeyId: key });
  const west = new AwsKmsMrkAwareSymmetricKeyringNode({
    client: new KMS({ region: "us-west-2" }),
    keyId: key.replace("us-east-1", "us-west-2"),
  });
  assert.equal(await read(west, message), "attack at dawn");
});

test("branch keys that Python's key store made are read, also after VersionKey", async () => {
  const key = await newKey();
  const branch = { key, ...(await python({ do: "create-branch-key", key })) };
  const { table, branchKey } = branch;
  const keyStore = new BranchKeyStoreNode({
    storage: { ddbTableName: table },
    logicalKeyStoreName: table,
    kmsConfiguration: { identifier: key },
  });
  const keyring = () =>
    new KmsHierarchicalKeyRingNode({ branchKeyId: branchKey, keyStore, cacheLimitTtl: 600 });
  const fromPython = await python({ do: "encrypt", ...branch, data: base64("attack at dawn") });
  const old = await keyStore.getActiveBranchKey(branchKey);
  await python({ do: "version-branch-key", ...branch });

  assert.equal(await read(keyring(), fromPython.message), "attack at dawn");
  const active = await keyStore.getActiveBranchKey(branchKey);
  assert.notDeepEqual(active.branchKey(), old.branchKey());
  const version = old.branchKeyVersion.toString();
  const again = await keyStore.getBranchKeyVersion(branchKey, version);
  assert.deepEqual(again.branchKey(), old.branchKey());
  const message = await written(keyring(), "retreat");
  const fromNode = await python({ do: "decrypt", ...branch, message });
  assert.equal(fromNode.data, base64("retreat"));

  await kms.disableKey({ KeyId: key });
  await assert.rejects(keyStore.getActiveBranchKey(branchKey), { name: "DisabledException" });
});
