//! Tables as people have them: CSV with contexts made from columns, keys of other kinds, snapshots.

use kms_reencrypt::testing::insecure_key;
use kms_reencrypt::testing::ring_file::{Protection, save_snapshot, write_ring};
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Kms};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::folder::{Folder, said};

#[test]
fn a_column_of_a_csv_table_moves_to_another_context() {
    let folder = Folder::new("csv");
    let kms = Kms::new(folder.keyring());
    let mut table = "tenant,key,note\n".to_owned();
    for tenant in ["blue", "green"] {
        let request = EncryptRequest::builder()
            .key_id("alias/old")
            .plaintext(tenant.as_bytes())
            .encryption_context("tenant", tenant);
        let sealed = kms.encrypt(&request.build().unwrap()).unwrap();
        let blob = BASE64_STANDARD.encode(sealed.ciphertext_blob());
        table += &format!("{tenant},{blob},\"a, b\"\n");
    }
    folder.write("in", table);
    let output = folder.run(&[
        "--format",
        "csv",
        "--blob-column",
        "key",
        "--context",
        "tenant={tenant}",
        "--destination-context",
        "tenant=acme/{tenant}",
        "--destination-context",
        "version=2",
        "--verify",
    ]);
    let (status, text) = said(&output);
    assert_eq!(status, Some(0), "{text}");
    let moved = folder.read("out");
    let mut lines = moved.lines();
    assert_eq!(lines.next(), Some("tenant,key,note"));
    for (line, tenant) in lines.zip(["blue", "green"]) {
        let fields: Vec<_> = line.splitn(3, ',').collect();
        assert_eq!((fields[0], fields[2]), (tenant, "\"a, b\""));
        let request = DecryptRequest::builder()
            .ciphertext_blob(BASE64_STANDARD.decode(fields[1]).unwrap())
            .encryption_context("tenant", format!("acme/{tenant}"))
            .encryption_context("version", "2");
        let opened = kms.decrypt(&request.build().unwrap()).unwrap();
        assert_eq!(opened.plaintext().expose(), tenant.as_bytes());
    }
    assert_eq!(folder.files(), ["in", "out", "out.failed.csv"]);
}

#[test]
fn rows_move_to_an_rsa_key_and_back() {
    let folder = Folder::new("rsa");
    let keyring = folder.keyring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    keyring.create_alias("alias/rsa", key).unwrap();
    folder.write("ring.json", write_ring(&keyring).unwrap());
    folder.write("in", [folder.row(1), folder.row(2)].concat());
    let there = [
        "run",
        "--in",
        "in",
        "--out",
        "there",
        "--from",
        "alias/old",
        "--to",
        "alias/rsa",
        "--destination-algorithm",
        "RSAES_OAEP_SHA_256",
        "--ring",
        "ring.json",
        "--verify",
    ];
    let (status, text) = said(&folder.command(&there).output().unwrap());
    assert_eq!(status, Some(0), "{text}");
    let back = [
        "run",
        "--in",
        "there",
        "--out",
        "out",
        "--from",
        "alias/rsa",
        "--to",
        "alias/new",
        "--source-algorithm",
        "RSAES_OAEP_SHA_256",
        "--ring",
        "ring.json",
        "--verify",
    ];
    let (status, text) = said(&folder.command(&back).output().unwrap());
    assert_eq!(status, Some(0), "{text}");
    let opened: Vec<_> = folder.opened("out").into_values().collect();
    assert_eq!(opened, ["secret 1", "secret 2"]);
}

#[test]
fn a_ring_may_be_a_snapshot() {
    let folder = Folder::new("snapshot");
    let keyring = folder.keyring();
    let protection = Protection::passphrase("correct horse").unwrap();
    save_snapshot(&keyring, folder.file("snapshot"), &protection).unwrap();
    folder.write("passphrase", "correct horse\n");
    folder.write("in", folder.row(1));
    let run = [
        "run",
        "--in",
        "in",
        "--out",
        "out",
        "--to",
        "alias/new",
        "--snapshot",
        "snapshot",
        "--passphrase-file",
        "passphrase",
    ];
    let (status, text) = said(&folder.command(&run).output().unwrap());
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(folder.opened("out").len(), 1);
    folder.write("passphrase", "battery staple\n");
    let (status, text) = said(&folder.command(&run).output().unwrap());
    assert_eq!(status, Some(1));
    assert!(text.contains("Protection.Check"), "{text}");
}

#[test]
fn a_plan_makes_no_call_and_can_be_read_by_programs() {
    let folder = Folder::with_rows("plan", 100);
    let plan = folder
        .command(&["plan", "--in", "in", "--json"])
        .output()
        .unwrap();
    assert_eq!(said(&plan), (Some(0), String::new()));
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(plan["lines"], 100);
    let materials = plan["materials"].as_object().unwrap();
    assert_eq!(
        materials
            .values()
            .map(|group| group["rows"].as_u64().unwrap())
            .sum::<u64>(),
        100
    );
    let preflight = [
        "plan",
        "--in",
        "in",
        "--preflight",
        "--from",
        "alias/old",
        "--to",
        "alias/new",
        "--ring",
        "ring.json",
    ];
    let (status, text) = said(&folder.command(&preflight).output().unwrap());
    assert_eq!(status, Some(0));
    assert!(
        text.ends_with("Preflight: the caller may move rows of 1 of the keys\n"),
        "{text}"
    );
}
