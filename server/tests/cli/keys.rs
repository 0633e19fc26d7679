//! The keys to begin with, their clock, and faults.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use crate::support::{Folder, SEED, SEEDED, Server, until};

const ENCRYPT: &str = r#"{"KeyId":"alias/app","Plaintext":"YQ=="}"#;

#[test]
fn a_seed_file_gives_the_first_keys() {
    let folder = Folder::new();
    let server = Server::start(&["--seed", &folder.write("seed.json", SEED)]);
    assert_eq!(server.keys().len(), 2);
    let encrypted = server.call("ANY", "Encrypt", ENCRYPT);
    assert_eq!(encrypted.json()["KeyId"], SEEDED);
    let disabled = r#"{"KeyId":"0987dcba-09fe-87dc-65ba-ab0987654321","Plaintext":"YQ=="}"#;
    let refused = server.call("ANY", "Encrypt", disabled);
    assert_eq!(refused.json()["__type"], "DisabledException");
}

/// The creation date of a new key, in seconds.
fn now(server: &Server) -> f64 {
    let created = server.call("ANY", "CreateKey", "{}").json();
    created["KeyMetadata"]["CreationDate"].as_f64().unwrap()
}

/// The system's time, in seconds.
fn system() -> f64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    since.unwrap().as_secs_f64()
}

#[test]
fn a_fixed_clock_stands_still() {
    let server = Server::start(&["--clock", "fixed:2026-01-01T00:00:00Z"]);
    assert_eq!(now(&server), 1_767_225_600.0);
    thread::sleep(Duration::from_millis(20));
    assert_eq!(now(&server), 1_767_225_600.0);
}

#[test]
fn a_clock_is_set_apart_from_the_system_s() {
    for (clock, apart) in [
        ("system", 0.0),
        ("offset:+90d", 90.0 * 86400.0),
        ("offset:-2h", -7200.0),
    ] {
        let server = Server::start(&["--clock", clock]);
        let before = system() + apart;
        let time = now(&server);
        let after = system() + apart;
        // Dates on the wire have three places after the point.
        assert!(before - 0.001 <= time && time <= after + 0.001, "{clock}");
    }
}

#[test]
fn a_manual_clock_is_moved_to_where_a_key_is_deleted() {
    let server = Server::start(&["--clock", "manual", "--control"]);
    let key = server.create_key();
    let schedule = format!(r#"{{"KeyId":"{key}","PendingWindowInDays":7}}"#);
    assert_eq!(
        server.call("ANY", "ScheduleKeyDeletion", &schedule).status,
        200
    );
    let describe = format!(r#"{{"KeyId":"{key}"}}"#);
    for (advance, there) in [
        (r#"{"advance": "6d"}"#, true),
        (r#"{"advance": "1d 1s"}"#, false),
    ] {
        assert_eq!(server.request("POST", "/clock", &[], advance).status, 200);
        let described = server.call("ANY", "DescribeKey", &describe);
        assert_eq!(described.status == 200, there, "{described:?}");
    }
}

#[test]
fn faults_of_a_file_strike_requests_and_begin_anew_at_a_reset() {
    let folder = Folder::new();
    let seed = folder.write("seed.json", SEED);
    let faults = r#"{"Faults": [
        {"Error": "ThrottlingException", "Operation": "Encrypt", "Times": 2},
        {"Error": "KMSInternalException", "Operation": "ListKeys", "Nth": 2},
        {"Delay": "300ms", "Operation": "ListAliases"}
    ]}"#;
    let faults = folder.write("faults.json", faults);
    let server = Server::start(&["--seed", &seed, "--fault", &faults, "--control"]);
    for _ in 0..2 {
        let codes = [(); 3].map(|()| {
            let answer = server.call("ANY", "Encrypt", ENCRYPT).json();
            answer["__type"].as_str().unwrap_or_default().to_owned()
        });
        assert_eq!(codes, ["ThrottlingException", "ThrottlingException", ""]);
        let statuses = [(); 3].map(|()| server.call("ANY", "ListKeys", "{}").status);
        assert_eq!(statuses, [200, 500, 200]);
        assert_eq!(server.request("POST", "/reset", &[], "").status, 200);
    }

    // A request that is late holds nobody up.
    let begun = Instant::now();
    thread::scope(|scope| {
        let late = scope.spawn(|| {
            let answer = server.call("ANY", "ListAliases", "{}");
            (answer.status, begun.elapsed())
        });
        assert_eq!(
            server
                .call("ANY", "DescribeKey", r#"{"KeyId":"alias/app"}"#)
                .status,
            200
        );
        let prompt = begun.elapsed();
        let (status, late) = late.join().unwrap();
        assert_eq!(status, 200);
        assert!(late >= Duration::from_millis(300), "{late:?}");
        assert!(prompt < late, "{prompt:?}");
    });
}

#[test]
fn requests_in_flight_at_a_reset_end_on_the_old_keys() {
    let folder = Folder::new();
    let faults = folder.write(
        "faults.json",
        r#"{"Faults": [{"Delay": "1s", "Operation": "Encrypt"}]}"#,
    );
    let server = Server::start(&["--fault", &faults, "--control"]);
    let key = server.create_key();
    let encrypt = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ=="}}"#);
    thread::scope(|scope| {
        let in_flight = scope.spawn(|| server.call("ANY", "Encrypt", &encrypt));
        // Well after it has begun, and well before it ends.
        thread::sleep(Duration::from_millis(300));
        assert_eq!(server.request("POST", "/reset", &[], "").status, 200);
        assert!(server.keys().is_empty());
        let answer = in_flight.join().unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    });
    let gone = until(|| Some(server.call("ANY", "Encrypt", &encrypt)));
    assert_eq!(gone.json()["__type"], "NotFoundException");
}
