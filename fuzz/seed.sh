#!/bin/sh
# Fills the corpora with what is at hand: real blobs, names as they are in the documentation, policies, bodies of requests,
# seed files, snapshots, files of principals and of faults.
# `cargo fuzz run` finds them by their place.
set -eu
cd "$(dirname "$0")"

mkdir -p corpus/blob corpus/conditions corpus/faults corpus/identifier corpus/policy corpus/principals corpus/seed_file \
    corpus/snapshot corpus/wire
count=0
cut -s -f 3 ../tests/vectors/real-blobs.tsv | while read -r blob; do
    count=$((count + 1))
    printf '%s' "$blob" | base64 -d >"corpus/blob/real-$count"
done

id=1234abcd-12ab-34cd-56ef-1234567890ab
name() { printf '%s' "$2" >"corpus/identifier/$1"; }
name id $id
name multi-region mrk-1234abcd12ab34cd56ef1234567890ab
name alias alias/first
name arn arn:aws-cn:kms:cn-north-1:111122223333:key/$id
name alias-arn arn:aws-cn:kms:cn-north-1:111122223333:alias/imported
name malformed-id arn:aws-cn:kms:cn-north-1:111122223333:key/x
name principal arn:aws:sts::111122223333:assumed-role/Admin/session

policy() { printf '%s' "$2" >"corpus/policy/$1"; }
policy account '{"Version":"2012-10-17","Id":"k","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}'
policy deny '{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/R"]},"NotAction":["kms:Encrypt","kms:Re*"],"Resource":"*"}}'
policy conditions '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":["blue","green"],"kms:CallerAccount":"111122223333"},"ForAllValues:StringLikeIfExists":{"kms:EncryptionContextKeys":"t*"},"Bool":{"kms:ReEncryptOnSameKey":"true"},"Null":{"kms:RequestAlias":"true"}}}]}'
policy identity '{"Statement":[{"Effect":"Allow","Action":["kms:*"],"Resource":["arn:aws:kms:us-east-2:111122223333:key/*"]}]}'

conditions() { printf '%s\n\n%s' "$2" "$3" >"corpus/conditions/$1"; }
conditions texts '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/team":["b*","${aws:username, '"'none'"'}","a${*}"]},"ForAllValues:StringNotEqualsIgnoreCaseIfExists":{"aws:TagKeys":["one"]}}}]}' 'aws:PrincipalTag/team=blue
aws:username=alice
aws:TagKeys=two
aws:TagKeys=three'
conditions others '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]},"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"NumericGreaterThan":{"aws:MultiFactorAuthAge":"1.50"},"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"},"BinaryEquals":{"a":"YQ=="},"Bool":{"aws:SecureTransport":"true"},"Null":{"b":"true"}}}]}' 'aws:SourceIp=203.0.113.7
aws:CurrentTime=2026-01-01T00:00:00Z
aws:MultiFactorAuthAge=60
aws:SourceArn=arn:aws:s3:::bucket
a=YQ==
aws:SecureTransport=true'

# Two keys of an encryption context that differ in case, which one condition key names.
conditions case '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"red"},"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["tenant","TENANT"]}}}]}' 'kms:EncryptionContext:tenant=red
kms:EncryptionContext:TENANT=blue
kms:EncryptionContextKeys=tenant
kms:EncryptionContextKeys=TENANT'

allow='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}'
printf '%s' '{"Principals":[{"AccessKeyId":"A","Arn":"arn:aws:sts::111122223333:assumed-role/app/alice","RoleArn":"arn:aws:iam::111122223333:role/team/app","IdentityPolicies":['"$allow"'],"PermissionsBoundary":'"$allow"',"SessionPolicies":['"$allow"'],"Tags":{"team":"blue"},"Context":{"aws:SourceIp":"203.0.113.7","aws:CalledVia":["a","b"],"aws:MultiFactorAuthAge":60}},{"AccessKeyId":"B","Arn":"sns.amazonaws.com"}],"ServiceControlPolicies":{"111122223333":[['"$allow"']]}}' >corpus/principals/all
printf '%s' '{"Faults":[{"Error":"KMSInternalException","Message":"m","Delay":"1ms","Operation":"Encrypt","KeyArn":"arn:aws:kms:us-east-2:111122223333:key/'$id'","Call":"Encrypt","After":1,"Times":2,"Probability":0.5,"Seed":7},{"Error":"ThrottlingException","Nth":2}]}' >corpus/faults/all

cp ../tests/fixtures/ring.json corpus/seed_file/fixture
printf '%s' '{"Format":"kms-reencrypt ring 1","Account":"111122223333","Region":"us-east-2","Keys":[{"KeyId":"'$id'"}],"Aliases":[{"AliasName":"alias/a","TargetKeyId":"'$id'"}]}' >corpus/seed_file/small


# A ring file, for the two targets that take one. Of a snapshot the first three bytes say where and how it is changed.
ring() {
    printf '%s' "{\"Format\":\"kms-reencrypt ring 1\",\"Account\":\"111122223333\",\"Region\":\"us-east-2\",$2}" >"corpus/seed_file/$1"
    { printf '\100\001\001'; cat "corpus/seed_file/$1"; } >"corpus/snapshot/$1"
}
key='"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"'
mrk=mrk-1234abcd12ab34cd56ef1234567890ab
material='"KeyMaterials":[{"KeyMaterial":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]'
ring rotations "\"Keys\":[{$key,\"OnDemandRotations\":25}]"
ring rotations-beyond "\"Keys\":[{$key,\"OnDemandRotations\":4294967295}]"
ring window "\"Keys\":[{$key,\"KeyState\":\"PendingDeletion\",\"DeletionDate\":\"9999-12-31T23:59:59Z\",\"PendingDeletionWindowInDays\":30}]"
ring window-beyond "\"Keys\":[{$key,\"PendingDeletionWindowInDays\":4294967295}]"
ring two-primaries "\"Keys\":[{\"KeyId\":\"$mrk\"},{\"KeyId\":\"$mrk\",\"Region\":\"eu-west-1\"}]"
ring replica-ahead "\"Keys\":[{\"KeyId\":\"$mrk\",\"MultiRegion\":{\"MultiRegionKeyType\":\"PRIMARY\",\"PrimaryRegion\":\"us-east-2\",\"ReplicaRegions\":[\"eu-west-1\"]}},{\"KeyId\":\"$mrk\",\"Region\":\"eu-west-1\",\"OnDemandRotations\":25,\"MultiRegion\":{\"MultiRegionKeyType\":\"REPLICA\",\"PrimaryRegion\":\"us-east-2\",\"ReplicaRegions\":[\"eu-west-1\"]}}]"
ring one-material-two-accounts "\"Keys\":[{$key,$material},{$key,\"Account\":\"444455556666\",$material}]"
id64=0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60
ring grant-tokens "\"Keys\":[{$key,\"Grants\":[{\"GrantId\":\"$id64\",\"GranteePrincipal\":\"arn:aws:iam::111122223333:root\",\"Operations\":[\"Decrypt\"],\"Name\":\"n\"}]}],\"GrantTokens\":[{\"GrantToken\":\"a\",\"GrantId\":\"$id64\"},{\"GrantToken\":\"b\",\"GrantId\":\"$id64\"},{\"GrantToken\":\"c\",\"GrantId\":\"d\"}]"
ring tag-beyond "\"Keys\":[{$key,\"Tags\":[{\"TagKey\":\"$id64$id64$id64\",\"TagValue\":\"$id64\"}]}]"
ring rotation-period-beyond "\"Keys\":[{$key,\"KeyRotationEnabled\":true,\"RotationPeriodInDays\":4294967295,\"NextRotationDate\":\"9999-12-31T23:59:59Z\"}]"
ring sealed "\"Protection\":{\"Salt\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"Check\":\"AAAA\"},\"Keys\":[{$key,\"Sealed\":\"AAAA\"}],\"Sealed\":\"AAAA\""
for cost in 8,1,1 7168,5,1 262144,16,16 4294967295,4294967295,4294967295; do
    IFS=, read -r memory passes lanes <<END
$cost
END
    ring "cost-$memory" "\"Protection\":{\"Salt\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"Argon2id\":{\"MemoryInKib\":$memory,\"Passes\":$passes,\"Lanes\":$lanes},\"Check\":\"AAAA\"},\"Sealed\":\"AAAA\""
done
for seed in fixture small; do
    { printf '\100\001\001'; cat "corpus/seed_file/$seed"; } >"corpus/snapshot/$seed"
done

# The first byte says which operation: its place in the list of fuzz_targets/wire.rs.
operations=$(sed -n '/^const OPERATIONS/,/^];/s/^ *"\(..*\)",$/\1/p' fuzz_targets/wire.rs)
body() {
    place=$(printf '%s\n' "$operations" | grep -nx "$1" | cut -d : -f 1)
    [ -n "$place" ] || { echo "fuzz_targets/wire.rs has no operation $1" >&2; exit 1; }
    { printf "\\$(printf %03o $((place - 1)))"; printf '%s' "$3"; } >"corpus/wire/$2"
}
body ReEncrypt re-encrypt '{"CiphertextBlob":"AQICAHg=","SourceEncryptionContext":{"tenant":"blue"},"SourceKeyId":"alias/a","DestinationKeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","DestinationEncryptionContext":{"a":"b"},"SourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT","DestinationEncryptionAlgorithm":"RSAES_OAEP_SHA_1","GrantTokens":["t"],"DryRun":true,"DryRunModifiers":["IGNORE_CIPHERTEXT"]}'
body Encrypt encrypt "{$key,\"Plaintext\":\"c2VjcmV0\",\"EncryptionContext\":{\"a\":\"b\"},\"EncryptionAlgorithm\":\"SYMMETRIC_DEFAULT\",\"DryRun\":false}"
body Decrypt decrypt '{"CiphertextBlob":"AQICAHg=","Recipient":{"KeyEncryptionAlgorithm":"RSAES_OAEP_SHA_256","AttestationDocument":"YQ=="}}'
body GenerateDataKey data-key "{$key,\"KeySpec\":\"AES_256\",\"NumberOfBytes\":24}"
body CreateKey create '{"Description":"d","KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT","Origin":"EXTERNAL","MultiRegion":true,"Tags":[{"TagKey":"k","TagValue":"v"}],"Policy":"{}","BypassPolicyLockoutSafetyCheck":true}'
body DescribeKey describe "{$key}"
body ListKeys list '{"Limit":1,"Marker":"x"}'
body CreateAlias alias "{\"AliasName\":\"alias/a\",\"TargetKeyId\":\"1234abcd-12ab-34cd-56ef-1234567890ab\"}"
body ScheduleKeyDeletion schedule "{$key,\"PendingWindowInDays\":7}"
body RotateKeyOnDemand rotate "{$key}"
body ImportKeyMaterial import-far "{$key,\"ImportToken\":\"YQ==\",\"EncryptedKeyMaterial\":\"YQ==\",\"ValidTo\":1e300}"
body ImportKeyMaterial import "{$key,\"ImportToken\":\"YQ==\",\"EncryptedKeyMaterial\":\"YQ==\",\"ValidTo\":1767225600.5,\"ExpirationModel\":\"KEY_MATERIAL_EXPIRES\",\"ImportType\":\"NEW_KEY_MATERIAL\"}"
body ReplicateKey replicate "{$key,\"ReplicaRegion\":\"eu-west-1\"}"
body CreateGrant grant "{$key,\"GranteePrincipal\":\"arn:aws:iam::111122223333:role/R\",\"Operations\":[\"Encrypt\"],\"Constraints\":{\"EncryptionContextSubset\":{\"a\":\"b\"}},\"Name\":\"n\"}"
body PutKeyPolicy policy "{$key,\"PolicyName\":\"default\","'"Policy":"{\"Statement\":[]}"}'
body EnableKeyRotation enable-rotation "{$key,\"RotationPeriodInDays\":4294967295}"
body RevokeGrant revoke "{$key,\"GrantId\":\"0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60\"}"
