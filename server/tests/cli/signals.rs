//! How the process ends.

use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::thread;
use std::time::Instant;

use crate::support::{Folder, Server, authorization, kms_headers, program, read_until};

#[test]
fn both_signals_end_the_server_in_good_order() {
    for name in ["TERM", "INT"] {
        let server = Server::start(&[]);
        server.create_key();
        server.signal(name);
        let (status, log) = server.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(
            log.contains(&format!("ending signal=\"SIG{name}\"")),
            "{log}"
        );
    }
}

/// A file with a fault that makes every Encrypt late.
fn late(folder: &Folder, delay: &str) -> String {
    let fault = format!(r#"{{"Faults": [{{"Delay": "{delay}", "Operation": "Encrypt"}}]}}"#);
    folder.write("faults.json", fault)
}

#[test]
fn requests_in_flight_get_their_answers_and_new_ones_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&["--fault", &late(&folder, "1s")]);
    let key = server.create_key();
    let encrypt = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ=="}}"#);
    thread::scope(|scope| {
        let in_flight = scope.spawn(|| server.call("ANY", "Encrypt", &encrypt));
        // Well after it has begun.
        thread::sleep(Duration::from_millis(300));
        server.signal("TERM");
        thread::sleep(Duration::from_millis(200));
        assert!(server.try_call("ListKeys", "{}").is_none());
        assert_eq!(in_flight.join().unwrap().status, 200);
    });
    assert_eq!(server.ended().0.code(), Some(0));
}

#[test]
fn idle_connections_do_not_hold_it_up() {
    let server = Server::start(&[]);
    let _silent = server.connect();
    let mut idle = server.connect();
    let credential = authorization("ANY", "us-east-2");
    let headers = kms_headers("ListKeys", &credential).join("\r\n");
    let request =
        format!("POST / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: 2\r\n\r\n{{}}");
    idle.write_all(request.as_bytes()).unwrap();
    read_until(&mut idle, r#""Truncated":false}"#);
    let begun = Instant::now();
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
}

/// Runs code while an Encrypt is in flight that takes a minute, and returns the status with which the server then ends.
fn ended_with_a_late_request(signals: impl FnOnce(&Server)) -> Option<i32> {
    let folder = Folder::new();
    let server = Server::start(&["--fault", &late(&folder, "1m")]);
    let key = server.create_key();
    let encrypt = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ=="}}"#);
    thread::scope(|scope| {
        scope.spawn(|| server.try_call("Encrypt", &encrypt));
        thread::sleep(Duration::from_millis(300));
        signals(&server);
    });
    server.ended().0.code()
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let code = ended_with_a_late_request(|server| {
        let begun = Instant::now();
        server.signal("TERM");
        server.log_with("ending");
        server.signal("INT");
        let log = server.log_with("ended at once by a second signal, SIGINT");
        assert!(begun.elapsed() < Duration::from_secs(4), "{log}");
    });
    assert_eq!(code, Some(1));
}

#[test]
fn a_request_that_does_not_end_is_not_waited_for_for_ever() {
    let code = ended_with_a_late_request(|server| {
        server.signal("TERM");
        server.log_with("some requests have not ended");
    });
    assert_eq!(code, Some(0));
}

/// The system delivers no signal to the first process of a container that the process does not handle. A namespace of
/// processes is what a container has of it.
#[cfg(target_os = "linux")]
#[test]
fn the_first_process_of_a_container_ends_at_a_signal() {
    const NAMESPACE: [&str; 5] = [
        "--user",
        "--map-root-user",
        "--pid",
        "--fork",
        "--kill-child",
    ];
    let possible = Command::new("unshare").args(NAMESPACE).arg("true").status();
    if !possible.is_ok_and(|status| status.success()) {
        println!("left out: this machine makes no namespaces of processes");
        return;
    }
    let server = program(&["--listen", "127.0.0.1:0"]);
    let mut command = Command::new("unshare");
    command
        .args(NAMESPACE)
        .arg(server.get_program())
        .args(server.get_args());
    let server = Server::spawn(&mut command);
    // The program is the child of `unshare`, whose status is the program's.
    let parent = server.id();
    let children = format!("/proc/{parent}/task/{parent}/children");
    let child = std::fs::read_to_string(children).unwrap();
    let sent = Command::new("kill")
        .args(["-s", "TERM", child.trim()])
        .status();
    assert!(sent.unwrap().success());
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("ending signal=\"SIGTERM\""), "{log}");
}
