//! Shows that no branch and no address depends on a secret, on any machine, however busy it is.
//!
//! A check marks a secret as undefined for valgrind's memcheck, and runs code of the library with it. Memcheck follows the
//! secret through all computations, and reports where a branch or an address depends on it. A check names the places at
//! which something becomes public, and allows no other. `twins` leaks on purpose, and has to be caught.
//!
//! Without arguments the program runs itself under valgrind, once for each check, and prints a table. With the name of a
//! check it runs that check. `run` beside it builds it as a release is built.
//!
//! Memcheck sees neither the time that an instruction takes nor what a processor does ahead of time. Valgrind's processor has
//! AES-NI, PCLMULQDQ and AVX2, and no instructions for SHA: hashes take their portable path.

mod checks;
/// The library's own file, which is private there.
#[path = "../../../src/primitives/key_wrap.rs"]
mod key_wrap;
mod memcheck;
/// The library's own file, which is private there.
#[path = "../../../src/primitives/oaep.rs"]
mod oaep;
mod report;
mod table;
mod twins;

/// What the two files of the library use of it.
mod random {
    pub(crate) use kms_reencrypt::random::{Random, RandomnessUnavailable};
}

/// What the two files of the library use of it.
mod secret {
    pub(crate) use kms_reencrypt::Plaintext;
}

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        return table::print();
    };
    let Some(check) = checks::all().find(|check| check.name == name) else {
        eprintln!("there is no check {name}");
        return ExitCode::FAILURE;
    };
    if !memcheck::is_running() {
        eprintln!("a check shows nothing unless it runs under valgrind");
        return ExitCode::FAILURE;
    }
    (check.run)();
    ExitCode::SUCCESS
}
