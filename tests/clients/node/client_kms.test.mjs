// @aws-sdk/client-kms: exceptions are of their classes, and paginators reach the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as sdk from "@aws-sdk/client-kms";

const kms = new sdk.KMS({});
const data = new TextEncoder().encode("attack at dawn");

async function newKey(properties = {}) {
  const { KeyMetadata } = await kms.createKey(properties);
  return KeyMetadata.Arn;
}

async function seal(KeyId, EncryptionContext) {
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: data, EncryptionContext });
  return CiphertextBlob;
}

test("ReEncrypt moves a ciphertext from key to key, and from context to context", async () => {
  const [source, destination] = [await newKey(), await newKey()];
  const moved = await kms.reEncrypt({
    CiphertextBlob: await seal(source, { tenant: "blue" }),
    SourceEncryptionContext: { tenant: "blue" },
    DestinationKeyId: destination,
    DestinationEncryptionContext: { tenant: "green" },
  });
  assert.deepEqual([moved.SourceKeyId, moved.KeyId], [source, destination]);
  const opened = await kms.decrypt({
    CiphertextBlob: moved.CiphertextBlob,
    EncryptionContext: { tenant: "green" },
  });
  assert.deepEqual(opened.Plaintext, data);
});

test("each refusal of ReEncrypt is an exception of its own class", async () => {
  const [source, destination, other] = [await newKey(), await newKey(), await newKey()];
  const [disabled, deleted] = [await newKey(), await newKey()];
  await kms.disableKey({ KeyId: disabled });
  await kms.scheduleKeyDeletion({ KeyId: deleted });
  const signing = await newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  const CiphertextBlob = await seal(source, { tenant: "blue" });
  const right = {
    CiphertextBlob,
    SourceEncryptionContext: { tenant: "blue" },
    DestinationKeyId: destination,
  };
  const nowhere = `${source.slice(0, -4)}0000`;
  for (const [wrong, Exception, message] of [
    [{ SourceKeyId: other }, sdk.IncorrectKeyException, /The key ID in the request does not identify a CMK/],
    [{ SourceEncryptionContext: { tenant: "green" } }, sdk.InvalidCiphertextException, /^(UnknownError)?$/],
    [{ CiphertextBlob: data }, sdk.InvalidCiphertextException, /^(UnknownError)?$/],
    [{ DestinationKeyId: disabled }, sdk.DisabledException, new RegExp(`${disabled} is disabled`)],
    [{ DestinationKeyId: deleted }, sdk.KMSInvalidStateException, new RegExp(`${deleted} is pending deletion`)],
    [{ DestinationKeyId: nowhere }, sdk.NotFoundException, new RegExp(`'${nowhere}' does not exist`)],
    [{ DestinationKeyId: signing }, sdk.InvalidKeyUsageException, /SIGN_VERIFY/],
    [{ GrantTokens: ["token"] }, sdk.InvalidGrantTokenException, /./],
    [{ DryRun: true }, sdk.DryRunOperationException, /would have succeeded/],
  ]) {
    await assert.rejects(kms.reEncrypt({ ...right, ...wrong }), (error) => {
      assert.ok(error instanceof Exception, `${Exception.name}: ${error}`);
      assert.ok(error instanceof sdk.KMSServiceException);
      assert.match(error.message, message);
      assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
      return true;
    });
  }
  await kms.reEncrypt(right);
});

/** What the pages of a paginator have, and the number of pages. */
async function all(pages, items) {
  const found = [];
  let count = 0;
  for await (const page of pages) {
    count += 1;
    found.push(...page[items]);
  }
  return { found, count };
}

test("the pages of keys have every key once", async () => {
  const keys = [];
  for (let number = 0; number < 5; number += 1) keys.push(await newKey());
  const pages = sdk.paginateListKeys({ client: kms, pageSize: 2 }, {});
  const { found, count } = await all(pages, "Keys");
  const arns = found.map((key) => key.KeyArn);
  assert.equal(new Set(arns).size, arns.length);
  for (const key of keys) assert.ok(arns.includes(key), key);
  assert.ok(count >= arns.length / 2, `${count} pages of ${arns.length} keys`);
});

test("the pages of a key's aliases, grants and rotations have all of them", async () => {
  const KeyId = await newKey();
  const names = [0, 1, 2].map((number) => `alias/client-kms/${number}`);
  const grants = [];
  for (const AliasName of names) {
    await kms.createAlias({ AliasName, TargetKeyId: KeyId });
    const grant = await kms.createGrant({
      KeyId,
      GranteePrincipal: "arn:aws:iam::111122223333:user/worker",
      Operations: ["ReEncryptFrom", "ReEncryptTo"],
      Name: AliasName.replaceAll("/", "-"),
    });
    grants.push(grant.GrantId);
    await kms.rotateKeyOnDemand({ KeyId });
  }
  const paginator = { client: kms, pageSize: 2 };
  const aliases = await all(sdk.paginateListAliases(paginator, { KeyId }), "Aliases");
  assert.deepEqual(aliases.found.map((alias) => alias.AliasName).sort(), names);
  const listed = await all(sdk.paginateListGrants(paginator, { KeyId }), "Grants");
  assert.deepEqual(listed.found.map((grant) => grant.GrantId).sort(), grants.sort());
  const rotations = await all(sdk.paginateListKeyRotations(paginator, { KeyId }), "Rotations");
  assert.equal(rotations.found.length, 3);
  assert.ok(rotations.found.every((rotation) => rotation.RotationType === "ON_DEMAND"));
  assert.deepEqual([aliases.count, listed.count, rotations.count], [2, 2, 2]);
});

test("the deadline of a scheduled deletion is a date", async () => {
  const KeyId = await newKey();
  const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  const days = (DeletionDate - Date.now()) / 86_400_000;
  assert.ok(DeletionDate instanceof Date && days > 6.9 && days < 7.1, `${days} days`);
});
