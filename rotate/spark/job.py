"""Moves rows with PySpark over kms-rotate, kills one partition in the middle, and counts what comes out."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import time

import boto3
import pyspark

PARTITIONS = 8


def main(folder, rows):
    rotate, endpoint = os.environ["KMS_ROTATE"], os.environ["KMS_ENDPOINT"]
    kms = boto3.client("kms", endpoint_url=endpoint, region_name="us-east-2")
    materials = {}
    for name in ["old", "new"]:
        key = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
        materials[name] = key["CurrentKeyMaterialId"]
    make = [rotate, "make", "--rows", str(rows), "--out", f"{folder}/rows.jsonl", "--endpoint-url", endpoint]
    subprocess.run(make, check=True)

    # The workers are processes of their own, which find Spark by this.
    os.environ["SPARK_HOME"] = os.path.dirname(pyspark.__file__)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = pyspark.SparkConf().setAppName("kms-rotate").setMaster("local-cluster[2,1,1024]")
    conf.set("spark.ui.enabled", "false")
    spark = pyspark.SparkContext(conf=conf)
    spark.setLogLevel("ERROR")
    started = time.monotonic()
    table = spark.textFile(f"file://{folder}/rows.jsonl", PARTITIONS)
    assert table.getNumPartitions() == PARTITIONS, table.getNumPartitions()
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "KMS_ENDPOINT", "KMS_ROTATE", "PATH"]
    environment = {name: os.environ[name] for name in names}
    command = f"{pathlib.Path(__file__).with_name('filter')} {folder}"
    table.pipe(f"bash {command}", env=environment, checkCode=True).saveAsTextFile(f"file://{folder}/moved")
    seconds = time.monotonic() - started
    spark.stop()

    moved = {}
    for part in sorted(pathlib.Path(folder, "moved").glob("part-*")):
        for line in part.read_text().splitlines():
            row = json.loads(line)
            assert "kms_rotate_exception" not in row, row
            assert row["id"] not in moved, f"row {row['id']} is there twice"
            blob = base64.b64decode(row["blob"])
            # The key material that a blob names: docs/blob-format.md.
            assert blob[5:37].hex() == materials["new"], row["id"]
            moved[row["id"]] = (blob, row["context"])
    assert sorted(moved) == list(range(rows))
    for number in range(0, rows, max(1, rows // 500)):
        blob, context = moved[number]
        opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context, KeyId="alias/new")
        assert opened["Plaintext"] == b"the secret of row %014d" % number, number
    cut = len(pathlib.Path(folder, "cut").read_text().splitlines())
    attempts = len(pathlib.Path(folder, "attempts").read_text().splitlines())
    assert 0 < cut < rows // PARTITIONS, cut
    assert attempts == PARTITIONS + 1, attempts
    print(f"{rows} rows in {PARTITIONS} partitions: {seconds:.1f} seconds, {rows / seconds:.0f} rows a second.")
    print(f"One partition was killed after {cut} rows and moved again by Spark: {attempts} attempts.")
    print("Every row is in the result exactly once, under the new key.")


main(sys.argv[1], int(sys.argv[2]))
